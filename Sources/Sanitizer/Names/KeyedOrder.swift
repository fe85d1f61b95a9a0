import FaxCore

/// Keyed permutations of small ranges: the heart of every replacement. What stands before a character (or behind it, for
/// numbers) chooses the permutation, so that two originals never get one replacement, and what two of them have in
/// common at that end stays common.
struct KeyedOrder {
    private let hash: KeyedHash
    private var known: [UInt64: [Int]] = [:]
    /// Permutations kept; beyond, they are made anew.
    private static let keptLimit = 20_000

    init(_ hash: KeyedHash) {
        self.hash = hash
    }

    /// The image of `value` in `range`; what lies outside stays.
    mutating func image(of value: Int, in range: ClosedRange<Int>, context: [UInt8]) -> Int {
        guard range.contains(value), range.count > 1 else { return value }
        let bounds = [range.lowerBound, range.upperBound].flatMap { bound in
            (0..<3).map { UInt8(truncatingIfNeeded: bound >> (8 * $0)) }
        }
        let seed = hash(context + bounds)
        if let order = known[seed] { return order[value - range.lowerBound] }
        var random = SeededRandom(seed: seed)
        let order = Array(range).shuffled(using: &random)
        if known.count >= Self.keptLimit { known.removeAll() }
        known[seed] = order
        return order[value - range.lowerBound]
    }
}
