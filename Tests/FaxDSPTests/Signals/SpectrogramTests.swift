import Foundation
import Testing

@testable import FaxDSP

@Suite struct SpectrogramTests {
    private func tone(_ hz: Double, dBm0: Double, count: Int) -> [Int16] {
        let peak = (2 * SampleLevel.meanSquare(dBm0: dBm0)).squareRoot()
        return (0..<count).map { Int16((peak * sin(2 * .pi * hz * Double($0) / 8_000)).rounded()) }
    }

    @Test(arguments: [440.0, 1_100, 1_800, 2_100, 3_400]) func aToneStandsInItsBin(_ hz: Double) throws {
        var spectrogram = Spectrogram()
        let heard = spectrogram.strongest(tone(hz, dBm0: -13, count: 1_024))
        let levels = try #require(heard)
        #expect(levels.count == 256)
        let peak = try #require(levels.indices.max { levels[$0] < levels[$1] })
        #expect(abs(Double(peak) * Spectrogram.binHz - hz) <= Spectrogram.binHz / 2)
        // A Hann window parts a tone among three bins: the strongest holds between 1.8 and 3.2 dB less than all.
        #expect((-16.3 ... -14.6).contains(levels[peak]))
        #expect(levels[(peak + 40) % 256] < -60)
    }

    /// A short tone shows in a long stretch as strong as in a short one.
    @Test func theStrongestOfAStretchIsShown() throws {
        var samples = [Int16](repeating: 0, count: 4_096)
        samples.replaceSubrange(2_000..<2_600, with: tone(1_650, dBm0: -10, count: 600))
        var spectrogram = Spectrogram()
        let heard = spectrogram.strongest(samples)
        let levels = try #require(heard)
        #expect(levels[Int((1_650 / Spectrogram.binHz).rounded())] > -14)
    }

    @Test func silenceHasNoLevels() {
        var spectrogram = Spectrogram()
        let rows: [(value: Int16, count: Int)] = [(0, 600), (1, 511), (1, 512)]
        let isHeard = rows.map { spectrogram.strongest([Int16](repeating: $0.value, count: $0.count)) != nil }
        #expect(isHeard == [false, false, true])
    }
}
