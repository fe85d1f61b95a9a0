import FaxDSP
import FaxWire
import Testing

@Suite struct ModemV21Tests {
    static let frames: [[UInt8]] = [
        [0xFF, 0x03, 0x40] + Array(repeating: 0x04, count: 20),
        [0xFF, 0x13, 0x80, 0x00, 0xCE, 0xF8, 0x80],
        [0xFF, 0x13, 0x84],
    ]

    static func received(_ events: [V21Event]) -> [HDLCFrame] {
        events.compactMap { if case .frame(let frame, _) = $0 { frame } else { nil } }
    }

    static func hear(_ audio: [Int16], blockSamples: Int = 160) throws -> [V21Event] {
        guard var receiver = V21Receiver() else { throw ModemTransmitter.NoState() }
        var events: [V21Event] = []
        for start in stride(from: 0, to: audio.count, by: blockSamples) {
            events += receiver.receive(Array(audio[start..<min(start + blockSamples, audio.count)]).span)
        }
        let taken = receiver.sampleCount
        #expect(taken == audio.count)
        return events
    }

    static func call(dBm0: Float = -13) -> [Int16] {
        ModemTransmitter.silence(0.5) + ModemTransmitter.v21(ModemTransmitter.hdlc(frames), dBm0: dBm0)
            + ModemTransmitter.silence(0.5)
    }

    @Test(arguments: [0, -5, -13, -20, -30, -35, -38, -40] as [Float])
    func framesAtEveryLevel(_ dBm0: Float) throws {
        let events = try Self.hear(Self.call(dBm0: dBm0))
        let heard = Self.received(events)
        #expect(heard.map(\.octets) == Self.frames)
        #expect(heard.filter { !$0.crcOK }.isEmpty)
        for case .frame(_, let level) in events { #expect(abs(level - dBm0) < 4, "level \(level)") }
    }

    @Test(arguments: G711.allCases) func framesThroughACodec(_ law: G711) throws {
        let heard = Self.received(try Self.hear(law.samples(law.octets(Self.call()))))
        #expect(heard.map(\.octets) == Self.frames && heard.allSatisfy(\.crcOK))
    }

    @Test func timesAreWhereTheSignalIs() throws {
        let audio = Self.call()
        let events = try Self.hear(audio)
        guard case .carrierUp(let up)? = events.first, case .carrierDown(let down)? = events.last else {
            Issue.record("\(events)")
            return
        }
        #expect((4000..<4200).contains(up) && (audio.count - 4100..<audio.count - 3500).contains(down))
        let preambles = events.compactMap { if case .preamble(let sample) = $0 { sample } else { nil } }
        // The first flag ends 8 bits of 26.7 samples after the start.
        #expect(preambles.count >= 1 && (4213..<4700).contains(preambles[0]), "\(preambles)")
        let heard = Self.received(events)
        let preambleEnd = 4000 + 37 * 8 * 8000 / 300
        #expect(abs(heard[0].firstSample - preambleEnd) < 320, "\(heard[0].firstSample) \(preambleEnd)")
        for (one, next) in zip(heard, heard.dropFirst()) { #expect(one.lastSample <= next.firstSample) }
    }

    @Test(arguments: [1, 7, 80, 999]) func blocksMakeNoDifference(_ blockSamples: Int) throws {
        let whole = Self.received(try Self.hear(Self.call(), blockSamples: 160))
        let parts = Self.received(try Self.hear(Self.call(), blockSamples: blockSamples))
        #expect(parts.map(\.octets) == whole.map(\.octets))
    }

    @Test func aDamagedFrameIsToldAsDamaged() throws {
        var bits = ModemTransmitter.hdlc(Self.frames)
        bits[37 * 8 + 60].toggle()
        let audio = ModemTransmitter.silence(0.2) + ModemTransmitter.v21(bits) + ModemTransmitter.silence(0.2)
        let heard = Self.received(try Self.hear(audio))
        #expect(heard.map(\.crcOK) == [false, true, true])
        #expect(heard.dropFirst().map(\.octets) == Array(Self.frames.dropFirst()))
    }

    @Test func nothingIsHeardInSilenceNoiseAndHum() throws {
        let quiet = try Self.hear(ModemTransmitter.silence(5))
        #expect(quiet.isEmpty)
        for (seed, peak) in ([300, 3000, 20000] as [Int16]).enumerated() {
            let events = try Self.hear(ModemTransmitter.noise(10, peak: peak, seed: UInt64(seed + 1)))
            let framing = events.filter {
                switch $0 {
                case .carrierUp, .carrierDown: false
                case .preamble, .frame, .abort: true
                }
            }
            #expect(framing.isEmpty, "\(framing)")
        }
    }
}
