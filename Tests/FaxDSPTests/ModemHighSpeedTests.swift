import FaxDSP
import FaxWire
import Testing

@Suite struct ModemHighSpeedTests {
    /// Bits without a pattern, from a fixed seed.
    static func bits(_ count: Int, seed: UInt64 = 7) -> [Bool] {
        var value = seed
        return (0..<count).map { _ in
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return value >> 63 == 1
        }
    }

    static func bits(_ octets: [UInt8]) -> [Bool] {
        octets.flatMap { octet -> [Bool] in (0..<8).map { octet >> (7 - $0) & 1 == 1 } }
    }

    static func octets(_ events: [HighSpeedEvent]) -> [UInt8] {
        events.flatMap { event -> [UInt8] in if case .octets(let octets, _) = event { octets } else { [] } }
    }

    static func hear(_ audio: [Int16], _ receiver: inout HighSpeedReceiver) -> [HighSpeedEvent] {
        var events: [HighSpeedEvent] = []
        for start in stride(from: 0, to: audio.count, by: 160) {
            events += receiver.receive(Array(audio[start..<min(start + 160, audio.count)]).span)
        }
        return events
    }

    /// Where `sent` begins in what was received, in bits; the modems pass a few bits before and after it.
    static func place(of sent: [Bool], in received: [Bool]) -> Int? {
        guard received.count >= sent.count else { return nil }
        return (0...received.count - sent.count).first { received[$0..<$0 + sent.count].elementsEqual(sent) }
    }

    @Test(arguments: HighSpeedModulation.withLongTraining, G711.allCases)
    func everyBitAtEveryRate(_ modulation: HighSpeedModulation, _ law: G711) throws {
        let sent = Self.bits(modulation.rateBps * 2)
        let audio =
            ModemTransmitter.silence(0.3) + ModemTransmitter.bursts(modulation, [sent])
            + ModemTransmitter.silence(0.3)
        guard var receiver = HighSpeedReceiver(modulation) else { throw ModemTransmitter.NoState() }
        let events = Self.hear(law.samples(law.octets(audio)), &receiver)
        var received = Self.bits(Self.octets(events))
        guard case .carrierDown(let down, let bitCount, let lastBits, let quality)? = events.last else {
            Issue.record("no end: \(events.suffix(2))")
            return
        }
        received += Self.bits([lastBits]).prefix(bitCount & 7)
        #expect(received.count == bitCount)
        let start = Self.place(of: sent, in: received)
        #expect(start.map { $0 < 32 } ?? false, "\(String(describing: start)) of \(received.count)")
        #expect((quality.errorVectorRatio ?? 1) < 0.1, "\(quality)")
        #expect(abs((quality.carrierHz ?? 0) - (modulation.isV29 ? 1700 : 1800)) < 3, "\(quality)")
        #expect(down < audio.count && down > audio.count - 4000 - 400)
        let trained = events.filter { if case .trained = $0 { true } else { false } }
        #expect(trained.count == 1)
    }

    @Test(arguments: HighSpeedModulation.V17Rate.allCases)
    func shortTrainingAfterLong(_ rate: HighSpeedModulation.V17Rate) throws {
        let (tcf, page) = ([Bool](repeating: false, count: rate.rawValue * 3 / 2), Self.bits(rate.rawValue))
        let first = ModemTransmitter.bursts(.v17(rate, .long), [tcf])
        let both = ModemTransmitter.bursts(.v17(rate, .long), [tcf, page])
        guard var receiver = HighSpeedReceiver(.v17(rate, .long)) else {
            throw ModemTransmitter.NoState()
        }
        let training = Self.hear(Array(both.prefix(first.count)), &receiver)
        #expect(Self.place(of: tcf.dropLast(8), in: Self.bits(Self.octets(training))) != nil)
        let selected = receiver.select(.v17(rate, .short))
        #expect(selected)
        let burst = Self.hear(Array(both.dropFirst(first.count)), &receiver)
        #expect(Self.place(of: page.dropLast(8), in: Self.bits(Self.octets(burst))) != nil, "\(burst.prefix(3))")
        let taken = receiver.sampleCount
        #expect(taken == both.count)
    }

    @Test(arguments: HighSpeedModulation.withLongTraining)
    func framesOfECM(_ modulation: HighSpeedModulation) throws {
        let frames = (0..<6).map { number in
            [0xFF, 0x03, 0x06, UInt8(number)] + (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ number) }
        }
        let audio = ModemTransmitter.bursts(modulation, [ModemTransmitter.hdlc(frames, preambleFlags: 60)])
        guard var receiver = HighSpeedReceiver(modulation) else { throw ModemTransmitter.NoState() }
        let heard = Self.hear(audio, &receiver).compactMap { event -> HDLCFrame? in
            if case .hdlc(.frame(let frame)) = event { frame } else { nil }
        }
        #expect(heard.map(\.octets) == frames)
        #expect(heard.filter { !$0.crcOK }.isEmpty)
    }

    @Test(arguments: HighSpeedModulation.withLongTraining)
    func nothingTrainsOnNoise(_ modulation: HighSpeedModulation) throws {
        guard var receiver = HighSpeedReceiver(modulation) else { throw ModemTransmitter.NoState() }
        let quiet = Self.hear(ModemTransmitter.silence(2), &receiver)
        #expect(quiet.isEmpty)
        let events = Self.hear(ModemTransmitter.noise(10, peak: 3000), &receiver)
        #expect(!events.contains { if case .trained = $0 { true } else { false } })
        #expect(Self.octets(events).isEmpty)
    }
}

extension HighSpeedModulation {
    fileprivate var isV29: Bool {
        switch self {
        case .v29: true
        case .v27ter, .v17: false
        }
    }
}
