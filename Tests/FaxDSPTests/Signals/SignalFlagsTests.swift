import FaxDSP
import Simulator
import Testing

@Suite struct SignalFlagsTests {
    static func row(_ samples: [Int16]) -> Int { V21Flags.longestRow(samples.span, 0..<samples.count) }

    @Test(arguments: LineCondition.all) func preambleOnALine(_ condition: LineCondition) {
        let audio = condition.audio { FSKMaker.v21(channel: 2, dBm0: $0).samples(FSKMaker.flags(20)) }
        #expect((17...21).contains(Self.row(audio)), "\(Self.row(audio))")
    }

    @Test func preambleWithALostPacket() {
        var audio = Hearing.padded(FSKMaker.v21(channel: 2).samples(FSKMaker.flags(37)))
        for index in 11_000..<11_160 { audio[index] = 0 }
        #expect(Self.row(audio) >= V21Flags.certain)
    }

    @Test func othersHaveNoRows() {
        let octets = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ $0 >> 3) }
        let others: [(String, [Int16])] = [
            ("data", FSKMaker.v21(channel: 2).samples(FSKMaker.characters(octets))),
            (
                "0x7E again and again",
                FSKMaker.v21(channel: 2).samples(FSKMaker.characters([UInt8](repeating: 0x7E, count: 90)))
            ),
            ("channel 1", FSKMaker.v21(channel: 1).samples(FSKMaker.flags(40))),
            ("noise", NoiseMaker(dBm0: -15, seed: 1).samples(seconds: 30)),
            ("music", MusicMaker(seed: 3, dBm0: -15).samples(seconds: 20)),
            ("silence", AudioSilence.samples(seconds: 3)), ("none", []),
        ]
        for (name, audio) in others { #expect(Self.row(audio) < V21Flags.certain, "\(name): \(Self.row(audio))") }
    }
}
