/// Finds room for labels that hang from points on a line: each in the highest row where it touches no other.
struct LabelStack {
    struct Label {
        /// Of the point.
        var x: Double
        var text: String
        /// Where its text begins: `x`, or left of it at the right end.
        var textX: Double = 0
        /// 0: next to the line.
        var level = 0
    }

    private(set) var labels: [Label] = []
    /// Labels that found no room.
    private(set) var dropped = 0
    var levels: Int { (labels.map(\.level).max() ?? -1) + 1 }

    private static let space = 5.0

    /// `wanted`: in order of `x`. From right to left, so that the stroke from a point to its label crosses no label: what
    /// lies in the rows above begins further to the right.
    init(_ wanted: [Label], right: Double, size: Double, limit: Int) {
        var left = [Double](repeating: right, count: limit)
        for var label in wanted.reversed() {
            let width = TextWidth.of(label.text, size: size)
            label.textX = min(label.x, right - width)
            guard let level = left.firstIndex(where: { label.textX + width <= $0 }) else {
                dropped += 1
                continue
            }
            left[level] = min(label.textX, label.x) - Self.space
            label.level = level
            labels.append(label)
        }
        labels.reverse()
    }
}
