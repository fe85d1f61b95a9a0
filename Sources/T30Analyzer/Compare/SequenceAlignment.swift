/// Finds the places of two rows that belong to each other, when some were lost, added or repeated on the way: first what
/// stands once in each row and in the same order, then what lies between, neighbour by neighbour.
public struct SequenceAlignment: Sendable {
    /// Places in both rows, rising in each.
    public private(set) var pairs: [(left: Int, right: Int)] = []

    /// Cells of a table for what lies between two sure places; more than that is left unmatched but for its ends.
    public static let cellLimit = 1 << 16

    public init<Element: Hashable>(_ left: [Element], _ right: [Element]) {
        var from = (left: 0, right: 0)
        for anchor in Self.anchors(left, right) + [(left: left.count, right: right.count)] {
            guard anchor.left >= from.left, anchor.right >= from.right else { continue }
            between(left, right, from.left..<anchor.left, from.right..<anchor.right)
            guard anchor.left < left.count else { break }
            pairs.append(anchor)
            from = (anchor.left + 1, anchor.right + 1)
        }
    }

    /// Elements that stand once in each row, as many as are in order in both.
    private static func anchors<Element: Hashable>(_ left: [Element], _ right: [Element]) -> [(left: Int, right: Int)] {
        let places = Self.single(right)
        let single = Self.single(left)
        var common: [(left: Int, right: Int)] = []
        for (index, element) in left.enumerated() where single[element] == index {
            if let place = places[element], place >= 0 { common.append((index, place)) }
        }
        return longestRising(common)
    }

    /// Place of each element; −1 for those that stand more than once.
    private static func single<Element: Hashable>(_ row: [Element]) -> [Element: Int] {
        var places: [Element: Int] = [:]
        for (index, element) in row.enumerated() { places[element] = places[element] == nil ? index : -1 }
        return places
    }

    /// The longest part whose right places rise (patience sorting).
    private static func longestRising(_ pairs: [(left: Int, right: Int)]) -> [(left: Int, right: Int)] {
        var tops: [Int] = []
        var previous = [Int](repeating: -1, count: pairs.count)
        for (index, pair) in pairs.enumerated() {
            var (low, high) = (0, tops.count)
            while low < high {
                let middle = (low + high) / 2
                if pairs[tops[middle]].right < pair.right { low = middle + 1 } else { high = middle }
            }
            if low > 0 { previous[index] = tops[low - 1] }
            if low == tops.count { tops.append(index) } else { tops[low] = index }
        }
        var chain: [(left: Int, right: Int)] = []
        var place = tops.last ?? -1
        while place >= 0 {
            chain.append(pairs[place])
            place = previous[place]
        }
        return chain.reversed()
    }

    /// What lies between two sure places: equal ends first, then the longest common row of the rest.
    private mutating func between<Element: Hashable>(
        _ left: [Element], _ right: [Element], _ leftRange: Range<Int>, _ rightRange: Range<Int>
    ) {
        var (a, b) = (leftRange, rightRange)
        while let i = a.first, let j = b.first, left[i] == right[j] {
            pairs.append((i, j))
            a = i + 1..<a.upperBound
            b = j + 1..<b.upperBound
        }
        var tail: [(left: Int, right: Int)] = []
        while let i = a.last, let j = b.last, left[i] == right[j] {
            tail.append((i, j))
            a = a.lowerBound..<i
            b = b.lowerBound..<j
        }
        if !a.isEmpty, !b.isEmpty, a.count <= Self.cellLimit / b.count { table(left, right, a, b) }
        pairs += tail.reversed()
    }

    private mutating func table<Element: Hashable>(
        _ left: [Element], _ right: [Element], _ a: Range<Int>, _ b: Range<Int>
    ) {
        let width = b.count + 1
        var longest = [Int32](repeating: 0, count: (a.count + 1) * width)
        for i in a.reversed() {
            let row = (i - a.lowerBound) * width
            for j in b.reversed() {
                let cell = row + j - b.lowerBound
                longest[cell] =
                    left[i] == right[j] ? longest[cell + width + 1] + 1 : max(longest[cell + width], longest[cell + 1])
            }
        }
        var (i, j) = (a.lowerBound, b.lowerBound)
        while i < a.upperBound, j < b.upperBound {
            let cell = (i - a.lowerBound) * width + j - b.lowerBound
            if left[i] == right[j] {
                pairs.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if longest[cell + width] >= longest[cell + 1] {
                i += 1
            } else {
                j += 1
            }
        }
    }
}
