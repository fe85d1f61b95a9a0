import FaxDSP
import Foundation
import Testing

@Suite struct SignalEnvelopeTests {
    static func sine(_ hz: Double, dBm0: Double, count: Int) -> [Int16] {
        let peak = 32_768 * pow(10, (dBm0 - 3.17) / 20)
        return (0..<count).map { Int16(clamping: Int((peak * sin(2 * .pi * hz / 8000 * Double($0))).rounded())) }
    }

    static func envelope(_ samples: [Int16]) -> Envelope { Envelope(samples.span) }

    static func level(_ samples: [Int16], _ range: Range<Int>) -> Double { Envelope.levelDBm0(samples.span, range) }

    @Test(arguments: [3.1, 0, -10, -20, -30, -45])
    func levelOfASine(_ dBm0: Double) {
        let audio = Self.sine(1100, dBm0: dBm0, count: 8000)
        let envelope = Self.envelope(audio)
        #expect(abs(envelope.levelDBm0(0..<8000) - dBm0) < 0.1)
        #expect(abs(envelope.levelDBm0(block: 100) - dBm0) < 0.1)
        #expect(abs(Self.level(audio, 17..<7_999) - dBm0) < 0.1)
    }

    @Test func activeStretches() {
        let tone = Self.sine(1000, dBm0: -20, count: 800)
        let quiet = [Int16](repeating: 8, count: 400)
        let audio = quiet + tone + quiet + tone + [Int16](repeating: 0, count: 4000) + tone.prefix(790)
        let envelope = Self.envelope(audio)
        #expect(
            envelope.activeRanges(thresholdDBm0: -45, hangover: 399) == [400..<1200, 1600..<2400, 6400..<7190])
        #expect(envelope.activeRanges(thresholdDBm0: -45, hangover: 400) == [400..<2400, 6400..<7190])
        #expect(envelope.activeRanges(thresholdDBm0: -10, hangover: 400).isEmpty)
    }

    @Test func edges() {
        let none = Self.envelope([])
        #expect(none.activeRanges(thresholdDBm0: -60, hangover: 0).isEmpty && none.blockCount == 0)
        #expect(none.levelDBm0(0..<10) == SampleLevel.floorDBm0)
        let silent = Self.envelope([Int16](repeating: 0, count: 81))
        #expect(silent.blockCount == 3 && silent.activeRanges(thresholdDBm0: -120, hangover: 0).isEmpty)
        #expect(silent.levelDBm0(-5..<900) == SampleLevel.floorDBm0)
        let loud = [Int16](repeating: Int16.min, count: 81)
        #expect(abs(Self.envelope(loud).levelDBm0(80..<81) - 6.18) < 0.01)
        #expect(abs(Self.envelope(loud).levelDBm0(81 - 3..<81 - 2) - 6.18) < 0.01)
    }
}
