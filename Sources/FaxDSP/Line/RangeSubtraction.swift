extension Range<Int> {
    /// What is left of it beside `others`, which are in order of their beginnings.
    public func subtracting(_ others: [Range<Int>]) -> [Range<Int>] {
        var left: [Range<Int>] = []
        var start = lowerBound
        for other in others where other.overlaps(self) {
            if other.lowerBound > start { left.append(start..<other.lowerBound) }
            start = Swift.max(start, other.upperBound)
        }
        if start < upperBound { left.append(start..<upperBound) }
        return left
    }
}
