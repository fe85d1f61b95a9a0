import FaxDSP
import Simulator
import Testing

@Suite struct SignalFSKMeasureTests {
    static func measure(_ samples: [Int16], _ range: Range<Int>, _ channel: V21Channel = .two) -> FSKMeasure? {
        FSKMeasure(samples.span, range, channel: channel)
    }

    /// Half a second of flags, as short as a preamble may be, and a second of frames.
    @Test(arguments: LineCondition.all, V21Channel.allCases)
    func levelAndFrequency(_ condition: LineCondition, _ channel: V21Channel) throws {
        let octets = (0..<20).map { UInt8(truncatingIfNeeded: $0 * 73) }
        for bits in [FSKMaker.flags(19), FSKMaker.flags(19) + FSKMaker.characters(octets)] {
            let audio = condition.audio { FSKMaker.v21(channel: channel.rawValue, dBm0: $0).samples(bits) }
            let length = Int(Double(bits.count) * 8_000 / 300)
            let measure = try #require(Self.measure(audio, 7_900..<8_100 + length, channel))
            let error = try #require(measure.frequencyErrorHz)
            // An echo adds to the level or takes away from it, and bends the phase.
            let hasEcho = condition.echo != nil
            #expect(abs(error - condition.shiftHz) < (hasEcho ? 1.5 : 1), "\(error)")
            #expect(abs(measure.levelDBm0 - condition.levelDBm0) < (hasEcho ? 1 : 0.5), "\(measure.levelDBm0)")
            #expect(abs(measure.samples.lowerBound - 8_000) < 40 && abs(measure.samples.count - length) < 80)
        }
    }

    @Test func nothingToMeasure() {
        #expect(Self.measure([], 0..<10) == nil)
        #expect(Self.measure(AudioSilence.samples(seconds: 1), -9..<99_999) == nil)
        let mark = FSKMaker.v21(channel: 2).samples([Bool](repeating: true, count: 30))
        #expect(Self.measure(mark, 0..<mark.count)?.frequencyErrorHz.map { abs($0) < 0.5 } ?? false)
    }
}
