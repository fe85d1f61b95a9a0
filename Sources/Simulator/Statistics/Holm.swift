/// Holm's correction for many tests at once: the probability of any false alarm among them stays below the level.
public enum Holm {
    /// Each p-value as it counts among all of them, in the order given: the k-th smallest of m is multiplied by m - k + 1,
    /// is at least the one before, and at most 1.
    public static func adjusted(_ values: [Double]) -> [Double] {
        var adjusted = values
        var least = 0.0
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        for (rank, place) in order.enumerated() {
            least = max(least, min(1, values[place] * Double(values.count - rank)))
            adjusted[place] = least
        }
        return adjusted
    }
}
