import FaxCore
import FaxDSP
import Foundation

/// Puts ``LineFaults`` between modems and what carries their sound. One owner of its states.
struct FaultyLine: ~Copyable {
    private let faults: LineFaults
    private let factor: Double
    private let noiseDeviation: Double
    private var random = SeededRandom(seed: 1)
    private var transcoder: Transcoder?
    /// What was said in the step before: its echo is heard in this one.
    private var lastSaid: [Int16] = []

    /// RMS of a sine of 0 dBm0 in linear samples (G.711: 3.14 dBm0 is full scale of µ-law).
    private static let rootMeanSquareOf0dBm0 = 32_767 / 2.0.squareRoot() / pow(10, 3.14 / 20)

    init(_ faults: LineFaults) {
        self.faults = faults
        factor = pow(10, faults.gain / 20)
        noiseDeviation = faults.noise.map { pow(10, $0 / 20) * Self.rootMeanSquareOf0dBm0 } ?? 0
        if let codec = faults.codec { transcoder = Transcoder(codec) }
    }

    /// What the modems say, as it leaves.
    mutating func say(_ samples: inout [Int16]) {
        guard !faults.isIdle else { return }
        if faults.echoLoss != nil { lastSaid = samples }
        if factor != 1 || noiseDeviation > 0 {
            for index in samples.indices {
                let noise = noise()
                samples[index] = Self.clamped(Double(samples[index]) * factor + noise)
            }
        }
        transcoder?.apply(&samples)
    }

    /// What comes, as the modems hear it.
    mutating func hear(_ samples: inout [Int16]) {
        guard !lastSaid.isEmpty else { return }
        if let loss = faults.echoLoss {
            let share = pow(10, -loss / 20)
            for index in 0..<min(samples.count, lastSaid.count) {
                samples[index] = Self.clamped(Double(samples[index]) + Double(lastSaid[index]) * share)
            }
        }
    }

    private static func clamped(_ value: Double) -> Int16 { Int16(max(-32_768, min(32_767, value))) }

    /// Near to normal: a sum of twelve uniform numbers has variance 1.
    private mutating func noise() -> Double {
        guard noiseDeviation > 0 else { return 0 }
        var sum = -6.0
        for _ in 0..<12 { sum += random.unit() }
        return sum * noiseDeviation
    }
}
