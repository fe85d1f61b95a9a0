import Foundation

/// A tone brought down to 0 Hz: its amplitude and phase every millisecond, and what they tell.
///
/// Each point is the mean over 5 ms, so that a tone's edge is where the amplitude is half, whatever else there is.
struct ToneMeasure {
    /// Samples from point to point, 1 ms.
    static let step = 8
    private static let meanSteps = 5

    /// The frequency that was taken away.
    let hz: Double
    private let start: Int
    private let real: [Double]
    private let imaginary: [Double]
    let amplitude: [Double]

    init(_ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, hz: Double) {
        self.hz = hz
        let range = range.clamped(to: 0..<samples.count)
        start = range.lowerBound
        let sums = Self.sums(samples, range, hz: hz)
        let count = max(sums.real.count - Self.meanSteps + 1, 0)
        let scale = 1 / Double(Self.step * Self.meanSteps)
        func means(_ values: [Double]) -> [Double] {
            (0..<count).map { index in (index..<index + Self.meanSteps).reduce(0) { $0 + values[$1] } * scale }
        }
        let meanReal = means(sums.real)
        let meanImaginary = means(sums.imaginary)
        real = meanReal
        imaginary = meanImaginary
        // Half of a tone's peak; told in full.
        amplitude = (0..<count).map {
            2 * (meanReal[$0] * meanReal[$0] + meanImaginary[$0] * meanImaginary[$0]).squareRoot()
        }
    }

    /// Products with the turning phasor, added over each millisecond.
    private static func sums(
        _ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, hz: Double
    ) -> (real: [Double], imaginary: [Double]) {
        let angle = -2 * Double.pi * hz / 8000
        let turns = (0..<step).map { (cos(angle * Double($0)), sin(angle * Double($0))) }
        let blocks = range.count / step
        let turn = (cos(angle * Double(step)), sin(angle * Double(step)))
        var phase = (1.0, 0.0)
        var real = [Double](repeating: 0, count: blocks)
        var imaginary = real
        for block in 0..<blocks {
            var sumReal = 0.0
            var sumImaginary = 0.0
            let from = range.lowerBound + block * step
            for offset in 0..<step {
                let value = Double(samples[from + offset])
                sumReal += value * turns[offset].0
                sumImaginary += value * turns[offset].1
            }
            real[block] = sumReal * phase.0 - sumImaginary * phase.1
            imaginary[block] = sumReal * phase.1 + sumImaginary * phase.0
            phase = (phase.0 * turn.0 - phase.1 * turn.1, phase.0 * turn.1 + phase.1 * turn.0)
        }
        return (real, imaginary)
    }

    var count: Int { amplitude.count }

    /// The middle of the samples of which a point is the mean.
    func sample(_ point: Double) -> Int {
        start + Int((point * Double(Self.step)).rounded()) + Self.step * Self.meanSteps / 2
    }

    // MARK: Edges

    /// The amplitude while the tone sounds: the median of the points that reach half the greatest.
    func plateau(around range: Range<Int>) -> Double {
        let all = points(range).map { amplitude[$0] }
        let greatest = all.max() ?? 0
        let values = all.filter { $0 * 2 >= greatest }.sorted()
        return values.isEmpty ? 0 : values[values.count / 2]
    }

    /// The points whose middle lies in a range of samples.
    func points(_ range: Range<Int>) -> Range<Int> {
        let offset = start + Self.step * Self.meanSteps / 2
        let first = (range.lowerBound - offset + Self.step - 1) / Self.step
        let end = (range.upperBound - offset + Self.step - 1) / Self.step
        return max(first, 0)..<max(min(end, count), max(first, 0))
    }

    /// The runs of points at or above half of `plateau`, in samples, edges interpolated. Dips of up to `bridge` points
    /// do not part them.
    func runs(plateau: Double, bridge: Int) -> [Range<Int>] {
        let limit = plateau / 2
        var runs: [(first: Int, last: Int)] = []
        for point in 0..<count where amplitude[point] >= limit {
            if let run = runs.last, point - run.last - 1 <= bridge {
                runs[runs.count - 1].last = point
            } else {
                runs.append((point, point))
            }
        }
        return runs.map { run in
            let begin = run.first == 0 ? start : sample(crossing(run.first - 1, run.first, limit))
            let end =
                run.last == count - 1
                ? start + (count - 1 + Self.meanSteps) * Self.step : sample(crossing(run.last, run.last + 1, limit))
            return begin..<max(end, begin)
        }
    }

    private func crossing(_ one: Int, _ next: Int, _ limit: Double) -> Double {
        let rise = amplitude[next] - amplitude[one]
        guard rise != 0 else { return Double(one) }
        return Double(one) + min(max((limit - amplitude[one]) / rise, 0), 1)
    }

    // MARK: Frequency

    /// How far the tone lies above `hz`. Phases are doubled, so that reversals do not count.
    func frequencyOffsetHz(_ range: Range<Int>) -> Double? {
        let points = points(range)
        guard points.count > 24, let coarse = offset(points, lag: 16, near: 0) else { return nil }
        guard points.count > 80 else { return coarse }
        return offset(points, lag: 64, near: coarse) ?? coarse
    }

    private func offset(_ points: Range<Int>, lag: Int, near: Double) -> Double? {
        var sumReal = 0.0
        var sumImaginary = 0.0
        for point in points.dropLast(lag) {
            let (real, imaginary) = product(point, point + lag)
            sumReal += real * real - imaginary * imaginary
            sumImaginary += 2 * real * imaginary
        }
        guard sumReal != 0 || sumImaginary != 0 else { return nil }
        let seconds = Double(lag * Self.step) / 8000
        let turned = near * seconds * 4 * .pi
        let rest = (atan2(sumImaginary, sumReal) - turned).remainder(dividingBy: 2 * .pi)
        return (turned + rest) / (4 * .pi * seconds)
    }

    /// One point times the conjugate of another.
    private func product(_ one: Int, _ other: Int) -> (real: Double, imaginary: Double) {
        (
            real[other] * real[one] + imaginary[other] * imaginary[one],
            imaginary[other] * real[one] - real[other] * imaginary[one]
        )
    }

    // MARK: Phase and amplitude

    /// Samples at which the phase turned by more than 120°, the tone being the same before and after.
    func reversals(_ range: Range<Int>, offsetHz: Double) -> [Int] {
        let points = points(range)
        let reach = 5
        var found: [Int] = []
        var best: (point: Int, turn: Double)?
        guard points.count > 4 * reach else { return [] }
        let turn = 2 * Double.pi * offsetHz * Double(2 * reach * Self.step) / 8000
        for point in points.dropFirst(reach).dropLast(reach) {
            let (real, imaginary) = product(point - reach, point + reach)
            let size = amplitude[point - reach] * amplitude[point + reach] / 4
            // The tone's own turning within the reach is taken back.
            let inPhase = (real * cos(turn) + imaginary * sin(turn)) / max(size, .leastNormalMagnitude)
            if inPhase < -0.5, size > 0 {
                // The reversal is where the amplitude is least.
                if best.map({ amplitude[point] < amplitude[$0.point] }) ?? true { best = (point, inPhase) }
            } else if let known = best {
                found.append(sample(Double(known.point)))
                best = nil
            }
        }
        if let best { found.append(sample(Double(best.point))) }
        return found
    }

    /// How far the amplitude swings at `rateHz`, relative to its mean, over whole cycles within the range.
    func modulationDepth(_ range: Range<Int>, rateHz: Double, ignoring gaps: [Int] = []) -> Double {
        let points = points(range)
        let pointsPerSecond = 8000 / Double(Self.step)
        let cycles = (Double(points.count) * rateHz / pointsPerSecond).rounded(.down)
        guard cycles >= 2 else { return 0 }
        let used = points.prefix(Int(cycles * pointsPerSecond / rateHz))
        var mean = 0.0
        var inPhase = 0.0
        var quadrature = 0.0
        for point in used {
            // At a reversal the 5 ms mean has a dip that is not the tone's.
            let middle = sample(Double(point))
            let isHidden = gaps.contains { abs($0 - middle) <= 32 }
            let value = isHidden ? mean / Double(max(point - used.lowerBound, 1)) : amplitude[point]
            let angle = 2 * Double.pi * rateHz * Double(point) / pointsPerSecond
            mean += value
            inPhase += value * cos(angle)
            quadrature += value * sin(angle)
        }
        return mean > 0 ? 2 * (inPhase * inPhase + quadrature * quadrature).squareRoot() / mean : 0
    }

    /// The mean square of the tone within a range.
    func meanSquare(_ range: Range<Int>) -> Double {
        let points = points(range)
        guard !points.isEmpty else { return 0 }
        return points.reduce(0) { $0 + amplitude[$1] * amplitude[$1] / 2 } / Double(points.count)
    }

    /// How much the amplitude varies: the distance of its quartiles over its median.
    func unsteadiness(_ range: Range<Int>) -> Double {
        let values = points(range).map { amplitude[$0] }.sorted()
        guard values.count >= 4, values[values.count / 2] > 0 else { return 1 }
        return (values[values.count * 3 / 4] - values[values.count / 4]) / values[values.count / 2]
    }
}
