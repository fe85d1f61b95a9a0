import Foundation

/// Level and frequency error of a stretch known to hold V.21.
public struct FSKMeasure: Sendable, Hashable {
    /// Mean over the samples in which there is signal.
    public var levelDBm0: Double
    /// How far both frequencies lie above those of V.21; `nil` when no run of equal bits is long enough to tell. Flags,
    /// with six ones each, have such runs.
    public var frequencyErrorHz: Double?
    /// What was measured: the stretch without silence at its ends.
    public var samples: Range<Int>

    /// `nil` when there is nothing of the channel in the range. Of long ranges the first 60 s are measured.
    public init?(_ samples: Span<Int16>, _ range: Range<Int>, channel: V21Channel = .two) {
        let measured = samples.withUnsafeBufferPointer { Self.measure($0, range, channel) }
        guard let measured else { return nil }
        self = measured
    }

    private init(levelDBm0: Double, frequencyErrorHz: Double?, samples: Range<Int>) {
        self.levelDBm0 = levelDBm0
        self.frequencyErrorHz = frequencyErrorHz
        self.samples = samples
    }

    private static let limit = 480_000
    /// How pure a bit must be to be measured: 200 Hz apart, a bit of one frequency has a balance of 0.68. And how long a
    /// run of equal bits: 60 samples, 2 bits and a little.
    private static let purity: Float = 0.58
    private static let shortestRun = 60

    private static func measure(
        _ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, _ channel: V21Channel
    ) -> FSKMeasure? {
        let range = range.clamped(to: 0..<samples.count)
        let bits = FSKBits(samples, range.prefix(limit).clamped(to: range), channel: channel)
        let sorted = stride(from: 0, to: bits.power.count, by: 7).map { bits.power[$0] }.sorted()
        guard let most = sorted.dropLast(sorted.count / 10).last, most > 1 else { return nil }
        // Where the half bit about a change dims both filters, a tenth is still there.
        guard let first = bits.power.firstIndex(where: { $0 > most / 4 }),
            let last = bits.power.lastIndex(where: { $0 > most / 4 }), last > first
        else { return nil }
        let stretch = bits.start + first..<bits.start + last + 1
        var energy = 0.0
        for index in stretch { energy += Double(samples[index]) * Double(samples[index]) }
        return FSKMeasure(
            levelDBm0: SampleLevel.dBm0(meanSquare: energy / Double(stretch.count)),
            frequencyErrorHz: frequencyError(samples, bits, first...last, least: most / 4), samples: stretch)
    }

    /// The mean over the runs of equal bits; the longer a run the better it knows.
    private static func frequencyError(
        _ samples: UnsafeBufferPointer<Int16>, _ bits: FSKBits, _ values: ClosedRange<Int>, least: Float
    ) -> Double? {
        var sum = 0.0
        var weight = 0.0
        var begin: Int?
        for index in values.lowerBound...values.upperBound + 1 {
            let balance = index <= values.upperBound && bits.power[index] >= least ? bits.balance[index] : 0
            if let from = begin, balance * bits.balance[from] <= 0 || abs(balance) < purity {
                let isMark = bits.balance[from] > 0
                // A value is about the window around it; a little less is surely within the run.
                let run = bits.start + from - 10..<bits.start + index + 9
                if run.count >= shortestRun, let error = error(samples, run, isMark, bits.channel) {
                    let importance = Double(run.count * run.count)
                    sum += error * importance
                    weight += importance
                }
                begin = nil
            }
            if begin == nil, abs(balance) >= purity { begin = index }
        }
        return weight > 0 ? sum / weight : nil
    }

    /// From the phase of the first half of a run to that of the second.
    private static func error(
        _ samples: UnsafeBufferPointer<Int16>, _ run: Range<Int>, _ isMark: Bool, _ channel: V21Channel
    ) -> Double? {
        let hz = isMark ? channel.markHz : channel.spaceHz
        let half = run.count / 2
        let one = product(samples, run.lowerBound..<run.lowerBound + half, hz)
        let other = product(samples, run.lowerBound + half..<run.lowerBound + 2 * half, hz)
        let turn = atan2(
            other.imaginary * one.real - other.real * one.imaginary,
            other.real * one.real + other.imaginary * one.imaginary)
        let error = turn / (2 * .pi * Double(half) / 8000)
        // More than that is no V.21, but a change that was missed.
        return abs(error) < 40 ? error : nil
    }

    private static func product(
        _ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, _ hz: Double
    ) -> (real: Double, imaginary: Double) {
        var real = 0.0
        var imaginary = 0.0
        let angle = -2 * Double.pi * hz / 8000
        for index in range.clamped(to: 0..<samples.count) {
            // A Hann window keeps the image at minus twice the frequency away.
            let place = Double(index - range.lowerBound) + 0.5
            let value = Double(samples[index]) * (1 - cos(2 * .pi * place / Double(range.count)))
            real += value * cos(angle * Double(index))
            imaginary += value * sin(angle * Double(index))
        }
        return (real, imaginary)
    }
}
