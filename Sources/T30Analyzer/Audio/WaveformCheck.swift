import FaxCore
import FaxDSP

/// Cheap measures of the waveform of one burst: clipping, and packets that repeat the one before.
enum WaveformCheck {
    /// The largest values of both laws lie beyond (A-law ±32256, μ-law ±32124).
    private static let ceiling: Int16 = 32_000
    /// Modem signals are scrambled: two stretches of them are never so alike by chance.
    private static let alike = 0.98
    /// Shorter packets may be.
    private static let leastSamples = 80
    private static let leastLevelDBm0 = -45.0

    static func clippedShare(_ burst: HeardBurst, _ timeline: AudioTimeline) -> Double {
        let range = burst.samples.clamped(to: timeline.samples.indices)
        guard !range.isEmpty else { return 0 }
        let clipped = timeline.samples[range].count { $0 >= ceiling || $0 <= -ceiling }
        return Double(clipped) / Double(range.count)
    }

    static func repeats(_ burst: HeardBurst, _ timeline: AudioTimeline) -> [BurstReport.Repeat] {
        let placements = timeline.placements
        var found: [BurstReport.Repeat] = []
        var index = max(1, placements.firstIndex(from: { $0.samples.lowerBound >= burst.data.lowerBound }) + 1)
        while index < placements.count, placements[index].samples.upperBound <= burst.data.upperBound,
            found.count < BurstReport.repeatLimit
        {
            let (last, next) = (placements[index - 1].samples, placements[index].samples)
            if last.upperBound == next.lowerBound, last.count == next.count, next.count >= leastSamples,
                let correlation = correlation(timeline.samples, last, next), correlation >= alike
            {
                found.append(
                    BurstReport.Repeat(
                        time: placements[index].time, frame: placements[index].frame, correlation: correlation))
            }
            index += 1
        }
        return found
    }

    /// Of two stretches of one length; `nil`: too faint to tell.
    private static func correlation(_ samples: [Int16], _ one: Range<Int>, _ other: Range<Int>) -> Double? {
        var (both, first, second) = (0, 0, 0)
        for (left, right) in zip(samples[one], samples[other]) {
            both += Int(left) * Int(right)
            first += Int(left) * Int(left)
            second += Int(right) * Int(right)
        }
        let least = SampleLevel.meanSquare(dBm0: leastLevelDBm0) * Double(one.count)
        guard Double(first) > least, Double(second) > least else { return nil }
        return Double(both) / (Double(first) * Double(second)).squareRoot()
    }
}
