import T30Analyzer
import Testing

/// Rows laid beside each other.
@Suite struct SequenceAlignmentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var left: String
        var right: String
        var common: String

        init(_ name: String, _ left: String, _ right: String, _ common: String) {
            (testDescription, self.left, self.right, self.common) = (name, left, right, common)
        }
    }

    static let rows = [
        Row("equal", "abcdef", "abcdef", "abcdef"),
        Row("one lost", "abcdef", "abdef", "abdef"),
        Row("burst lost at the end", "abcdef", "abc", "abc"),
        Row("put in", "abcdef", "abxcdef", "abcdef"),
        Row("repeated elements", "aaabaaacaaa", "aabaaacaa", "aabaaacaa"),
        Row("nothing in common", "abc", "xyz", ""),
        Row("empty", "", "abc", ""),
        Row("two in the other order", "abxycd", "abyxcd", "abxcd"),
    ]

    @Test(arguments: rows) func findsWhatIsCommon(_ row: Row) {
        let (left, right) = (Array(row.left), Array(row.right))
        let pairs = SequenceAlignment(left, right).pairs
        #expect(pairs.count == row.common.count)
        #expect(pairs.allSatisfy { left[$0.left] == right[$0.right] })
        #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.left < $1.left && $0.right < $1.right })
    }

    /// Too much for a table: the ends still match, and nothing hangs.
    @Test func longRowsWithoutAnchors() {
        let left = [Int](repeating: 1, count: 20_000) + [7]
        let right = [Int](repeating: 1, count: 10_000) + [Int](repeating: 2, count: 10_000) + [7]
        let pairs = SequenceAlignment(left, right).pairs
        #expect(pairs.count == 10_001)
    }
}
