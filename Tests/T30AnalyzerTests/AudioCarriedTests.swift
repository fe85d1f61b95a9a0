import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import Testing

/// Encodings, redundancy and recordings on the timeline.
@Suite struct AudioCarriedTests {
    private func timeline(_ script: AudioScript, _ formats: [UInt8: String]) -> AudioTimeline {
        AudioTimeline(script.log(formats: formats))
    }

    private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private struct NoDecoder: Error {}

    /// Encoding, octets and samples of a packet of 20 ms.
    static let stateful = [("GSM", 33), ("G726-16", 40), ("G726-24", 60), ("G726-40", 100), ("G722", 160)]

    @Test(arguments: stateful) func decodersGoOnFromPacketToPacket(_ encoding: String, _ octets: Int) throws {
        var script = AudioScript()
        let codec = try #require(AudioCodec(encoding: encoding))
        guard var decoder = AudioDecoder(codec) else { throw NoDecoder() }
        var expected: [Int16] = []
        for index in 0..<10 {
            let payload = noise(octets, seed: UInt64(index))
            expected += decoder.decode(payload[...])
            script.send(payload, type: 97, samples: 160)
        }
        // Order is that of the numbers, not of arrival.
        script.packets.swapAt(4, 5)
        let line = timeline(script, [97: encoding])
        #expect(line.samples == expected && line.gaps.isEmpty && line.placements.count == 10)
    }

    @Test func everySegmentBeginsWithAFreshDecoder() throws {
        var script = AudioScript()
        let payload = noise(80, seed: 1)
        for _ in 0..<5 { script.send(payload, type: 97, samples: 160) }
        script.timestamp &+= 1_000_000
        for _ in 0..<5 { script.send(payload, type: 97, samples: 160) }
        let line = timeline(script, [97: "G726-32"])
        #expect(line.segments.count == 2)
        #expect(line.samples.prefix(800) == line.samples.suffix(800))
        #expect(line.samples[0..<160] != line.samples[160..<320])
    }

    @Test func payloadTypeChangesInMidCall() {
        var script = AudioScript()
        script.send([UInt8](repeating: 0x80, count: 80), type: 0, samples: 80)
        script.send([UInt8](repeating: 0x80, count: 240), type: 8, samples: 240)
        script.send([UInt8](repeating: 0x80, count: 160), type: 99, samples: 160)
        let line = timeline(script, [99: "PCMU"])
        let (mu, a) = (G711.muLaw.sample(0x80), G711.aLaw.sample(0x80))
        #expect(line.samples[0..<80].allSatisfy { $0 == mu } && line.samples[80..<320].allSatisfy { $0 == a })
        #expect(line.samples[320...].allSatisfy { $0 == mu } && line.samples.count == 480)
    }

    @Test(arguments: G711.allCases) func transparentChannelIsTakenByItsSound(_ law: G711) {
        var script = AudioScript()
        let tone = (0..<8_000).map { Int16(6_000 * sin(Double($0) * 0.813) + 3_000 * sin(Double($0) * 1.377)) }
        let octets = law.octets(tone)
        for start in stride(from: 0, to: 8_000, by: 160) {
            script.send(Array(octets[start..<start + 160]), type: 98, samples: 160)
        }
        let line = timeline(script, [98: "CLEARMODE"])
        let expected = law.samples(octets)
        #expect((line.samples == expected) as Bool)
        var data = AudioScript()
        for index in 0..<50 { data.send(noise(160, seed: UInt64(index)), type: 98, samples: 160) }
        let dataLine = timeline(data, [98: "CLEARMODE"])
        #expect(dataLine.spans.map(\.kind) == [.codec("CLEARMODE")] && dataLine.samples.allSatisfy { $0 == 0 })
    }

    @Test func redundancyFillsHoles() {
        var script = AudioScript()
        for index in 0..<20 {
            script.send([UInt8](repeating: UInt8(index), count: 160), type: 0, samples: 160)
            for distance in 1...2 where index >= distance {
                script.again(distance, [UInt8](repeating: UInt8(index - distance), count: 160))
            }
        }
        let whole = timeline(script, [:])
        #expect(whole.counts.recovered == 0)
        // Two in a row come back, of three the first is gone for good.
        for index in [14, 13, 12, 6, 5].sorted(by: >) { script.packets.remove(at: index) }
        let line = timeline(script, [:])
        #expect(line.counts.recovered == 4)
        #expect(line.gaps.map(\.lostPackets) == [1] && line.gaps.map(\.samples) == [1_920..<2_080])
        #expect(line.samples[..<1_920] == whole.samples[..<1_920])
        #expect(line.samples[2_080...] == whole.samples[2_080...])
        // The frame is that of the packet that brought it.
        #expect(line.placement(ofSample: 5 * 160)?.frame == FrameRef(number: 8))
        #expect(line.segments.map(\.time) == whole.segments.map(\.time))
    }

    @Test func signalEventsAreSpans() {
        var script = AudioScript()
        script.send(packets: 2)
        for _ in 0..<3 { script.send([192, 0, 0, 0], type: 100, samples: 0) }
        script.send(packets: 2)
        let line = timeline(script, [100: "X-NSE"])
        #expect(line.spans.map(\.kind) == [.event(192)] && line.spans.map(\.packets) == [3])
        #expect(line.gaps.isEmpty && line.samples.count == 640)
    }

    @Test func recordingsHaveNoPackets() {
        let line = AudioTimeline(samples: [1, 2, 3, 4], start: Instant(seconds: 1))
        #expect(line.samples == [1, 2, 3, 4] && line.segments.map(\.samples) == [0..<4])
        #expect(line.time(ofSample: 2) == Instant(seconds: 1.00025) && line.sample(at: Instant(seconds: 1.00025)) == 2)
        #expect(line.placements.isEmpty && line.placement(atOrBefore: 3) == nil && line.gaps(in: 0..<4).isEmpty)
        let empty = AudioTimeline(samples: [])
        #expect(empty.segments.isEmpty && empty.time(ofSample: 0) == nil && empty.sample(at: .zero) == nil)
    }
}
