import Glibc

/// Whether a figure grows with time, by Mann and Kendall's test on means of blocks: it asks for no law and no line.
public struct Trend: Sendable {
    /// Means of equally long parts of the time, in order.
    public let blocks: [Double]

    public static let blockCount = 12

    /// `nil`: too few values to say anything.
    public init?(_ values: [Double]) {
        guard values.count >= 2 * Self.blockCount else { return nil }
        let size = values.count / Self.blockCount
        // The first values are left out when the blocks do not fill the time.
        let used = values.suffix(size * Self.blockCount)
        blocks = (0..<Self.blockCount).map { block in
            let part = used.dropFirst(block * size).prefix(size)
            return part.reduce(0, +) / Double(part.count)
        }
    }

    /// Pairs of blocks of which the later is higher less those of which it is lower.
    var score: Int {
        var score = 0
        for (place, early) in blocks.enumerated() {
            for late in blocks[(place + 1)...] { score += late > early ? 1 : late < early ? -1 : 0 }
        }
        return score
    }

    /// One-sided: without any trend so high a score or a higher one would come this often.
    public var p: Double {
        let count = Double(blocks.count)
        let deviation = (count * (count - 1) * (2 * count + 5) / 18).squareRoot()
        let distance = (Double(score) - (score > 0 ? 1 : score < 0 ? -1 : 0)) / deviation
        return erfc(distance / 2.0.squareRoot()) / 2
    }

    /// From the first quarter of the time to the last one, as a share of the first.
    public var growth: Double {
        let quarter = blocks.count / 4
        let first = blocks.prefix(quarter).reduce(0, +)
        let last = blocks.suffix(quarter).reduce(0, +)
        return first > 0 ? last / first - 1 : 0
    }

    /// It rises beyond chance, and by more than so large a share.
    public func rises(level: Double = 0.01, share: Double) -> Bool { p < level && growth > share }
}
