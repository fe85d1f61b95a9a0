/// What the truth says of one capture's root cause, and what was found.
public struct JudgedCause: Sendable, Hashable {
    /// One of these; `none`: nothing is wrong with the call.
    public var expected: [String]
    /// Root causes of its calls; of a clean one also every other error.
    public var found: [String]

    public init(expected: [String], found: [String]) {
        self.expected = expected
        self.found = found
    }

    public var isRight: Bool {
        expected == ["none"] ? found.isEmpty : found.contains(where: expected.contains)
    }

    /// What counts as the answer: the right one when it is among those found.
    var answer: String { found.first(where: expected.contains) ?? found.first ?? "none" }
}

/// The confusion table: how often which cause of the truth was called what.
struct CauseConfusion {
    private struct Cell: Hashable {
        var expected: String
        var found: String
        var isRight: Bool
    }

    private var counts: [(cell: Cell, count: Int)] = []

    init(_ causes: [JudgedCause]) {
        for cause in causes {
            let cell = Cell(
                expected: cause.expected.joined(separator: " | "), found: cause.answer, isRight: cause.isRight)
            if let index = counts.firstIndex(where: { $0.cell == cell }) {
                counts[index].count += 1
            } else {
                counts.append((cell, 1))
            }
        }
        counts.sort { ($0.cell.expected, $0.cell.found) < ($1.cell.expected, $1.cell.found) }
    }

    var isEmpty: Bool { counts.isEmpty }
    var judged: Int { counts.reduce(0) { $0 + $1.count } }
    var right: Int { counts.filter(\.cell.isRight).reduce(0) { $0 + $1.count } }

    /// A line a pair, what is wrong marked.
    var lines: [String] {
        let width = max(8, counts.map(\.cell.found.count).max() ?? 0)
        let head = "     n  " + "found".padded(to: width) + "  expected"
        return [head]
            + counts.map { cell, count in
                (cell.isRight ? "  " : "✗ ") + "\(count)".padded(to: 4, true) + "  " + cell.found.padded(to: width)
                    + "  " + cell.expected
            }
    }
}
