import FaxCore
import FaxDSP
import Foundation
import Testing

@Suite struct ResamplerTests {
    static let rates = [
        4_000, 6_000, 7_999, 8_000, 8_001, 11_025, 16_000, 22_050, 24_000, 32_000, 44_099, 44_100, 48_000, 96_000,
        192_000,
    ]

    private func tone(_ hertz: Double, rate: Int, seconds: Double) -> [Float] {
        (0..<Int(Double(rate) * seconds)).map { Float(0.5 * sin(2 * .pi * hertz * Double($0) / Double(rate))) }
    }

    private func resampled(_ samples: [Float], rate: Int) throws -> [Float] {
        var resampler = try #require(Resampler(rate: rate))
        var output: [Float] = []
        resampler.resample(samples, to: &output)
        resampler.finish(to: &output)
        return output
    }

    /// Power in dB below a tone of the same amplitude, the ends left out.
    private func level(_ samples: some Collection<Float>) -> Double {
        let inner = samples.dropFirst(200).dropLast(200)
        let power = inner.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, inner.count))
        return 10 * log10(max(power, 1e-20) / 0.125)
    }

    @Test(arguments: rates) func tonesStayWhatAndWhereTheyAre(rate: Int) throws {
        for hertz in [300.0, 1_000, 1_800, 3_000] where hertz < 0.43 * Double(rate) {
            let output = try resampled(tone(hertz, rate: rate, seconds: 0.25), rate: rate)
            #expect(abs(output.count - 2_000) <= 1)
            let expected = tone(hertz, rate: 8_000, seconds: 0.25)
            let error = zip(output, expected).map { $0 - $1 }
            #expect(level(error) < -75, "\(hertz) Hz")
        }
    }

    @Test(arguments: rates.filter { $0 > 10_000 }) func whatWouldFoldBackIsTakenAway(rate: Int) throws {
        for hertz in [4_300.0, 5_000, 7_000, 10_000, 19_000] where hertz < 0.5 * Double(rate) {
            #expect(level(try resampled(tone(hertz, rate: rate, seconds: 0.25), rate: rate)) < -75, "\(hertz) Hz")
        }
    }

    @Test(arguments: [8_000, 11_025, 44_099, 48_000]) func blocksDoNotMatter(rate: Int) throws {
        let samples = tone(700, rate: rate, seconds: 0.2)
        let whole = try resampled(samples, rate: rate)
        var random = SeededRandom(seed: 1)
        var resampler = try #require(Resampler(rate: rate))
        var output: [Float] = []
        var rest = samples[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int(random.next() % 700))
            resampler.resample(rest.prefix(count), to: &output)
            rest = rest.dropFirst(count)
        }
        resampler.finish(to: &output)
        #expect((output == whole) as Bool)
        if rate == 8_000 { #expect((output == samples) as Bool) }
    }

    @Test func ratesThatAreNoSound() {
        for rate in [Int.min, -8_000, 0, 1, 3_999, 768_001, Int.max] { #expect(Resampler(rate: rate) == nil) }
    }
}
