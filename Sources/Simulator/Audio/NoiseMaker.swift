import FaxCore
import Foundation

/// Noise of a level; the same for the same seed.
public struct NoiseMaker: Sendable {
    public enum Colour: Sendable, CaseIterable {
        /// As strong at every frequency.
        case white
        /// 3 dB less per octave.
        case pink
    }

    public var colour: Colour
    public var dBm0: Double
    public var seed: UInt64

    public init(_ colour: Colour = .white, dBm0: Double, seed: UInt64) {
        self.colour = colour
        self.dBm0 = dBm0
        self.seed = seed
    }

    public func samples(seconds: Double) -> [Int16] { samples(count: Int((seconds * 8000).rounded())) }

    public func samples(count: Int) -> [Int16] {
        var random = SeededRandom(seed: seed)
        let raw: [Double]
        switch colour {
        case .white: raw = (0..<max(count, 0)).map { _ in Self.gaussian(&random) }
        case .pink: raw = Self.pink(max(count, 0), &random)
        }
        let power = raw.reduce(0) { $0 + $1 * $1 } / Double(max(raw.count, 1))
        guard power > 0 else { return raw.map { _ in 0 } }
        let scale = AudioLevel.effective(dBm0: dBm0) / power.squareRoot()
        return raw.map { AudioLevel.sample($0 * scale) }
    }

    private static func gaussian(_ random: inout SeededRandom) -> Double {
        // Twelve uniform numbers add up to a variance of 1.
        (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
    }

    /// Rows of held random numbers, each row changing half as often as the one before (Voss).
    private static func pink(_ count: Int, _ random: inout SeededRandom) -> [Double] {
        var rows = (0..<12).map { _ in gaussian(&random) }
        return (0..<count).map { index in
            let row = min((index + 1).trailingZeroBitCount, rows.count - 1)
            rows[row] = gaussian(&random)
            return rows.reduce(0, +) + gaussian(&random)
        }
    }
}
