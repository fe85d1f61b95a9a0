import Foundation

/// A line of a spectrum.
struct SpectrumPeak: Equatable {
    var hz: Float = 0
    /// Mean square of what stands in the line.
    var power: Float = 0
}

/// What one piece of 32 ms of a signal looks like.
struct SpectrumFrame {
    /// The sample in its middle.
    var centre: Int
    /// Mean square between 190 and 3800 Hz.
    var power: Float = 0
    /// The strongest lines, strongest first, each with at least ``lineShare`` of the power; 0 for none.
    var peaks: (SpectrumPeak, SpectrumPeak, SpectrumPeak) = (SpectrumPeak(), SpectrumPeak(), SpectrumPeak())
    /// Mean squares: 300–680 Hz, the channels of V.21, 600 Bd about 1200 and 2400 Hz, about 1800 and 2100 Hz.
    var low: Float = 0
    var channel1: Float = 0
    var channel2: Float = 0
    var about1200: Float = 0
    var about2400: Float = 0
    var about1800: Float = 0
    var about2100: Float = 0
    /// The same for noise and nothing but: geometric over arithmetic mean of 14 bands, 0 … 1.
    var flatness: Float = 0

    static let size = 256
    /// Frames follow each other at 10 ms.
    static let step = 80
    static let lineShare: Float = 0.04

    init(centre: Int) { self.centre = centre }
}

/// Makes the frames of stretches of samples.
struct SpectrumFramer {
    private var transform = SpectrumTransform(size: SpectrumFrame.size)
    private var sums = [Float](repeating: 0, count: SpectrumFrame.size / 2 + 2)

    /// One frame each 10 ms of a range.
    mutating func frames(_ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, to frames: inout [SpectrumFrame]) {
        var centre = range.lowerBound + SpectrumFrame.step / 2
        while centre < range.upperBound {
            frames.append(frame(samples, centre: centre))
            centre += SpectrumFrame.step
        }
    }

    private mutating func frame(_ samples: UnsafeBufferPointer<Int16>, centre: Int) -> SpectrumFrame {
        transform.transform(samples, from: centre - SpectrumFrame.size / 2)
        var frame = SpectrumFrame(centre: centre)
        var sum: Float = 0
        for bin in 0..<SpectrumFrame.size / 2 {
            sum += transform.power[bin]
            sums[bin + 1] = sum
        }
        frame.power = max(band(6, 122), .leastNormalMagnitude)
        // Bins are 31.25 Hz apart; a line is three to five of them wide.
        frame.low = band(9, 22)
        frame.channel1 = band(29, 41)
        frame.channel2 = band(50, 62)
        frame.about1200 = band(28, 49)
        frame.about2400 = band(67, 87)
        frame.about1800 = band(56, 60)
        frame.about2100 = band(65, 70)
        frame.flatness = flatness()
        findPeaks(&frame)
        return frame
    }

    /// The power of bins `first` to before `end`.
    private func band(_ first: Int, _ end: Int) -> Float { sums[end] - sums[first] }

    private func flatness() -> Float {
        var product: Float = 1
        // 14 bands of 7 bins from 250 to 3300 Hz.
        let mean = max(band(8, 106) / 14, .leastNormalMagnitude)
        var first = 8
        while first < 106 {
            product *= max(band(first, first + 7) / mean, 1e-2)
            first += 7
        }
        return pow(product, 1 / 14)
    }

    private func findPeaks(_ frame: inout SpectrumFrame) {
        let bins = strongest(least: frame.power * SpectrumFrame.lineShare / 3)
        guard bins.0 > 0 else { return }
        frame.peaks.0 = peak(bins.0, beside: bins.1, bins.2)
        if bins.1 > 0 { frame.peaks.1 = peak(bins.1, beside: bins.0, bins.2) }
        if bins.2 > 0 { frame.peaks.2 = peak(bins.2, beside: bins.0, bins.1) }
    }

    /// The three strongest bins that are stronger than their neighbours and three or more apart; 0 for none.
    private func strongest(least: Float) -> (Int, Int, Int) {
        var best = (0, 0, 0)
        transform.power.withUnsafeBufferPointer { power in
            var previous = power[5]
            var here = power[6]
            for bin in 6..<122 {
                let next = power[bin + 1]
                if here > least, here >= previous, here >= next { Self.insert(bin, &best, power) }
                previous = here
                here = next
            }
        }
        return best
    }

    private static func insert(_ bin: Int, _ best: inout (Int, Int, Int), _ power: UnsafeBufferPointer<Float>) {
        if best.0 > 0, bin - best.0 < 3 {
            if power[bin] > power[best.0] { best.0 = bin }
        } else if best.1 > 0, bin - best.1 < 3 {
            guard power[bin] > power[best.1] else { return }
            best.1 = bin
            if power[bin] > power[best.0] { swap(&best.0, &best.1) }
        } else if best.0 == 0 || power[bin] > power[best.0] {
            best = (bin, best.0, best.1)
        } else if best.1 == 0 || power[bin] > power[best.1] {
            best = (best.0, bin, best.1)
        } else if best.2 == 0 || power[bin] > power[best.2] {
            best.2 = bin
        }
    }

    private func peak(_ bin: Int, beside first: Int, _ second: Int) -> SpectrumPeak {
        // Five bins hold all of a line; three where another is near.
        let isNear = abs(bin - first) < 5 || abs(bin - second) < 5
        let reach = isNear ? 1 : 2
        return SpectrumPeak(hz: transform.frequency(ofPeak: bin), power: band(bin - reach, bin + reach + 1))
    }
}
