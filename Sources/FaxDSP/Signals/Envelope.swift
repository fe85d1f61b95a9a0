import Foundation

/// Levels of 16-bit samples in dBm0: a sine of full scale has +3.17 dBm0 (G.711).
public enum SampleLevel {
    /// The level of samples whose mean square is 1, i.e. 3.17 dBm0 less the 87.30 dB of a sine of full scale.
    static let unitDBm0 = 3.17 - 10 * log10(32_768.0 * 32_768.0 / 2)
    /// What digital silence is said to have; nothing of G.711 that is not silence is as low.
    public static let floorDBm0 = -99.0

    /// Of a mean square of samples.
    public static func dBm0(meanSquare: Double) -> Double {
        meanSquare > 0 ? max(10 * log10(meanSquare) + unitDBm0, floorDBm0) : floorDBm0
    }

    /// The mean square of samples that have a level.
    public static func meanSquare(dBm0: Double) -> Double { pow(10, (dBm0 - unitDBm0) / 10) }
}

/// The power of a stream of samples in blocks of 5 ms: where there is anything to listen to, and how loud.
public struct Envelope: Sendable {
    /// Samples of a block, 5 ms.
    public static let blockSamples = 40

    public let sampleCount: Int
    /// Sums of squares, one a block; the last block may be short.
    private let energies: [UInt64]

    public init(_ samples: Span<Int16>) {
        sampleCount = samples.count
        energies = samples.withUnsafeBufferPointer { buffer in
            (0..<(buffer.count + Self.blockSamples - 1) / Self.blockSamples).map { block in
                let start = block * Self.blockSamples
                return Self.energy(buffer, start..<min(start + Self.blockSamples, buffer.count))
            }
        }
    }

    /// Blocks, the last perhaps short.
    public var blockCount: Int { energies.count }

    /// The level of one block, samples `block * blockSamples` and on.
    public func levelDBm0(block: Int) -> Double {
        let start = block * Self.blockSamples
        let count = min(start + Self.blockSamples, sampleCount) - start
        return SampleLevel.dBm0(meanSquare: Double(energies[block]) / Double(max(count, 1)))
    }

    /// The level over a range of samples, whole blocks only: those that lie in it, or, when none does, those it touches.
    public func levelDBm0(_ range: Range<Int>) -> Double {
        let range = range.clamped(to: 0..<sampleCount)
        guard !range.isEmpty else { return SampleLevel.floorDBm0 }
        let inner = (range.lowerBound + Self.blockSamples - 1) / Self.blockSamples..<energies.count
        var blocks = inner.clamped(to: 0..<max(range.upperBound / Self.blockSamples, inner.lowerBound))
        if blocks.isEmpty {
            blocks = range.lowerBound / Self.blockSamples..<(range.upperBound - 1) / Self.blockSamples + 1
        }
        let energy = blocks.reduce(0.0) { $0 + Double(energies[$1]) }
        let count = min(blocks.upperBound * Self.blockSamples, sampleCount) - blocks.lowerBound * Self.blockSamples
        return SampleLevel.dBm0(meanSquare: energy / Double(count))
    }

    /// The stretches at or above a level, in order, on borders of blocks. A pause of up to `hangover` samples does not
    /// part two of them; none is added after the last loud block.
    public func activeRanges(thresholdDBm0: Double, hangover: Int) -> [Range<Int>] {
        let threshold = UInt64(SampleLevel.meanSquare(dBm0: thresholdDBm0) * Double(Self.blockSamples))
        var ranges: [Range<Int>] = []
        for block in energies.indices where energies[block] >= max(threshold, 1) {
            let start = block * Self.blockSamples
            let end = min(start + Self.blockSamples, sampleCount)
            if let last = ranges.last, start - last.upperBound <= hangover {
                ranges[ranges.count - 1] = last.lowerBound..<end
            } else {
                ranges.append(start..<end)
            }
        }
        return ranges
    }

    /// Written so that the compiler makes vectors of it: 32-bit squares, added in 64 bits.
    @inline(__always)
    private static func energy(_ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>) -> UInt64 {
        guard let base = samples.baseAddress else { return 0 }
        var sum: UInt64 = 0
        for index in range {
            let value = Int32(base[index])
            sum &+= UInt64(UInt32(bitPattern: value &* value))
        }
        return sum
    }

    /// The exact level of a range of samples, sample by sample.
    public static func levelDBm0(_ samples: Span<Int16>, _ range: Range<Int>) -> Double {
        let range = range.clamped(to: 0..<samples.count)
        guard !range.isEmpty else { return SampleLevel.floorDBm0 }
        return samples.withUnsafeBufferPointer { buffer in
            SampleLevel.dBm0(meanSquare: Double(energy(buffer, range)) / Double(range.count))
        }
    }
}
