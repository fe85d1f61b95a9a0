/// Which known word a mistaken one was meant to be.
package enum NearestWord {
    /// The first of the known words that is fewest changes of a letter away; `nil`: all are too far.
    package static func of(_ word: String, among known: [String]) -> String? {
        let wanted = letters(word)
        // One slip in a short word, two or three in a long one.
        let limit = max(1, min(3, wanted.count / 3))
        var best: (word: String, distance: Int)?
        for candidate in known {
            let distance = distance(wanted, letters(candidate))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// `_` and `-` are told apart by nobody.
    private static func letters(_ word: String) -> [UInt8] {
        word.lowercased().utf8.prefix(64).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    /// Letters left out, added, changed, or exchanged with their neighbour.
    private static func distance(_ one: [UInt8], _ two: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...two.count)
        for (row, letter) in one.enumerated() {
            var current = [row + 1]
            for (column, other) in two.enumerated() {
                var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == two[column - 1], one[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[two.count]
    }
}
