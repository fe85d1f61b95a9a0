import Foundation

/// Sums two streams of samples; the longer one gives the length.
public func mixed(_ one: [Int16], _ other: [Int16], at offset: Int = 0) -> [Int16] {
    var sum = one + [Int16](repeating: 0, count: max(offset + other.count - one.count, 0))
    for (index, sample) in other.enumerated() {
        sum[offset + index] = Int16(clamping: Int(sum[offset + index]) + Int(sample))
    }
    return sum
}

/// Louder or quieter.
public struct LevelChange: Sendable {
    public var decibels: Double

    public init(decibels: Double) { self.decibels = decibels }

    public func apply(_ samples: [Int16]) -> [Int16] {
        let factor = pow(10, decibels / 20)
        return samples.map { AudioLevel.sample(Double($0) * factor) }
    }
}

/// The signal again, later and weaker, in the same stream: the talker's echo of a hybrid.
public struct EchoPath: Sendable {
    /// In samples.
    public var delay: Int
    public var lossDB: Double

    public init(delay: Int, lossDB: Double) {
        self.delay = max(delay, 0)
        self.lossDB = lossDB
    }

    /// What comes back of the samples, beginning `delay` later.
    public func echo(of samples: [Int16]) -> [Int16] {
        [Int16](repeating: 0, count: delay) + LevelChange(decibels: -lossDB).apply(samples)
    }

    /// The samples with their echo; longer by the delay.
    public func apply(_ samples: [Int16]) -> [Int16] { mixed(samples, echo(of: samples)) }
}

/// Every frequency moved by the same number of hertz, as a carrier system whose carriers differ does.
public struct FrequencyShift: Sendable {
    public var hz: Double

    public init(hz: Double) { self.hz = hz }

    /// Odd, so that the delay is a whole number of samples; enough taps for 200 Hz and above.
    private static let taps = 161

    public func apply(_ samples: [Int16]) -> [Int16] {
        guard hz != 0 else { return samples }
        let middle = Self.taps / 2
        // A Hilbert transformer under a Hamming window; every second tap is 0.
        let filter = (0..<Self.taps).map { tap -> Double in
            let distance = tap - middle
            guard distance & 1 == 1 else { return 0 }
            let window = 0.54 + 0.46 * cos(.pi * Double(distance) / Double(middle + 1))
            return 2 / (.pi * Double(distance)) * window
        }
        let turn = 2 * Double.pi * hz / 8000
        return samples.indices.map { index in
            var quadrature = 0.0
            for tap in stride(from: middle & 1 == 0 ? 1 : 0, to: Self.taps, by: 2) {
                let source = index - (tap - middle)
                if source >= 0, source < samples.count { quadrature += filter[tap] * Double(samples[source]) }
            }
            let angle = turn * Double(index)
            return AudioLevel.sample(Double(samples[index]) * cos(angle) - quadrature * sin(angle))
        }
    }
}
