import Foundation

/// What a line does to the signal of one side before it is captured.
public enum LineImpairment: Sendable, Hashable {
    case none
    /// White noise all the time, so many decibels below the signal's level.
    case noise(snrDB: Double, seed: UInt64)
    /// The other side comes back, 12 dB weaker, so many milliseconds later.
    case echo(delayMs: Int)
    case frequencyShift(hz: Double)
    /// Brought to this level.
    case level(dBm0: Double)
    /// The sampling clock of the capture is so many millionths fast against the sender's.
    case clock(ppm: Double)

    private static let echoLossDB = 12.0

    /// The samples as captured, and what the other side sent at the same time.
    public func apply(_ samples: [Int16], other: [Int16]) -> [Int16] {
        switch self {
        case .none: return samples
        case .noise(let snr, let seed):
            let level = AudioLevel.activeLevelDBm0(samples) - snr
            return mixed(samples, NoiseMaker(.white, dBm0: level, seed: seed).samples(count: samples.count))
        case .echo(let delayMs):
            let echo = EchoPath(delay: delayMs * 8, lossDB: Self.echoLossDB).echo(of: other)
            return mixed(samples, Array(echo.prefix(samples.count)))
        case .frequencyShift(let hz): return FrequencyShift(hz: hz).apply(samples)
        case .level(let dBm0):
            return LevelChange(decibels: dBm0 - AudioLevel.activeLevelDBm0(samples)).apply(samples)
        case .clock(let ppm): return ClockSkew(ppm: ppm).apply(samples)
        }
    }
}

extension AudioLevel {
    /// The level of the steps of 20 ms that hold a signal, in the mean; far down when none does.
    static func activeLevelDBm0(_ samples: [Int16]) -> Double {
        let powers = stride(from: 0, to: samples.count, by: 160).map { start in
            let step = samples[start..<min(start + 160, samples.count)]
            return step.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(step.count)
        }
        // Everything weaker than a hundredth of the loudest is silence between signals.
        let threshold = (powers.max() ?? 0) / 100
        let active = powers.filter { $0 > threshold }
        guard !active.isEmpty else { return -90 }
        let mean = active.reduce(0, +) / Double(active.count)
        return 10 * log10(mean / (effective(dBm0: 0) * effective(dBm0: 0)))
    }
}

/// The same signal by a clock that is a little fast or slow: between samples by a windowed sine quotient.
public struct ClockSkew: Sendable {
    public var ppm: Double

    public init(ppm: Double) { self.ppm = ppm }

    private static let reach = 16
    private static let places = 256

    public func apply(_ samples: [Int16]) -> [Int16] {
        guard ppm != 0 else { return samples }
        let (reach, places) = (Self.reach, Self.places)
        let kernels = (0...places).map { place in
            (1 - reach...reach).map { tap -> Double in
                let distance = Double(tap) - Double(place) / Double(places)
                let angle = Double.pi * distance
                let value = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
                return value * (0.5 + 0.5 * cos(.pi * distance / Double(reach + 1)))
            }
        }
        let ratio = 1 / (1 + ppm / 1_000_000)
        return (0..<Int(Double(samples.count) / ratio)).map { index in
            let position = Double(index) * ratio
            let middle = Int(position)
            let kernel = kernels[Int(((position - Double(middle)) * Double(places)).rounded())]
            var sum = 0.0
            for tap in max(1 - reach, -middle)...max(max(1 - reach, -middle), min(reach, samples.count - 1 - middle)) {
                let source = middle + tap
                if source < samples.count { sum += kernel[tap + reach - 1] * Double(samples[source]) }
            }
            return AudioLevel.sample(sum)
        }
    }
}
