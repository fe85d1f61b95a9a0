import Foundation

/// Finds the tone of an exchange inside the data of a modem, where nothing else is listened for. The modems of T.30 leave
/// its band nearly free: 2,400 symbols a second around 1,700 or 1,800 Hz (V.17, V.29), fewer with V.27ter.
public enum ToneInData {
    /// Call-waiting tones (E.180 Supplement 2) lie here.
    static let bandHz = 400...460
    /// 20 ms: what the band is measured in.
    private static let step = 160
    /// Places of the band that a step is measured at; between two of them a tone loses a few per cent.
    private static let places = [405.0, 420, 435, 450]
    /// Of the power of a step, and of the whole tone at its own frequency.
    private static let leastShare = 0.3
    /// 100 ms.
    private static let leastSteps = 5
    /// Samples that the frequency of a tone is measured over.
    private static let measured = 4_000

    /// The tones within `ranges`, in order. Ranges are taken as far as there are samples.
    public static func signals(_ samples: Span<Int16>, in ranges: [Range<Int>]) -> [HeardSignal] {
        ranges.flatMap { range in
            runs(samples, range.clamped(to: 0..<samples.count)).compactMap { signal(samples, $0) }
        }
    }

    /// Steps in a row whose power lies in the band.
    private static func runs(_ samples: Span<Int16>, _ range: Range<Int>) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var run = range.lowerBound..<range.lowerBound
        for start in stride(from: range.lowerBound, to: range.upperBound - step + 1, by: step) {
            if share(samples, start..<start + step) >= leastShare {
                run = (run.isEmpty ? start : run.lowerBound)..<start + step
            } else {
                if run.count >= leastSteps * step { runs.append(run) }
                run = start..<start
            }
        }
        if run.count >= leastSteps * step { runs.append(run) }
        return runs
    }

    private static func share(_ samples: Span<Int16>, _ range: Range<Int>) -> Double {
        let whole = meanSquare(samples, range)
        guard whole > SampleLevel.meanSquare(dBm0: SignalScanner.thresholdDBm0) else { return 0 }
        return (places.map { power(samples, range, hz: $0) }.max() ?? 0) / whole
    }

    /// A tone that keeps its frequency through the run; `nil`: something else.
    private static func signal(_ samples: Span<Int16>, _ run: Range<Int>) -> HeardSignal? {
        let part = run.lowerBound..<min(run.upperBound, run.lowerBound + measured)
        let powers = bandHz.map { (hz: $0, power: power(samples, part, hz: Double($0))) }
        guard let best = powers.max(by: { $0.power < $1.power }),
            best.power >= leastShare * meanSquare(samples, part)
        else { return nil }
        return HeardSignal(
            kind: .tone(hz: best.hz), samples: run, levelDBm0: SampleLevel.dBm0(meanSquare: best.power))
    }

    /// Mean square of the part of the samples at a frequency (Goertzel).
    private static func power(_ samples: Span<Int16>, _ range: Range<Int>, hz: Double) -> Double {
        let factor = 2 * cos(2 * .pi * hz / 8_000)
        var (last, before) = (0.0, 0.0)
        for place in range {
            let value = Double(samples[place]) + factor * last - before
            (last, before) = (value, last)
        }
        let square = last * last + before * before - factor * last * before
        let count = Double(range.count)
        return 2 * square / (count * count)
    }

    private static func meanSquare(_ samples: Span<Int16>, _ range: Range<Int>) -> Double {
        var sum = 0.0
        for place in range { sum += Double(samples[place]) * Double(samples[place]) }
        return sum / Double(max(1, range.count))
    }
}
