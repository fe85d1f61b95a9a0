/// The shortest and longest transit times of the latest packets, kept in two halves of a window.
struct TransitWindow: Sendable {
    /// Packets of a half: at 20 ms, 1.3 s.
    static let half = 64

    private struct Extent: Sendable {
        var count = 0
        var shortest = Int64.max
        var longest = Int64.min
    }

    private var current = Extent()
    private var previous = Extent()

    /// Of the window; sensible once something was added.
    var shortest: Int64 { min(current.shortest, previous.shortest) }
    var longest: Int64 { max(current.longest, previous.longest) }
    var span: Int64 {
        let (span, overflow) = longest.subtractingReportingOverflow(shortest)
        return overflow ? 0 : span
    }

    /// `true` when a half is full.
    mutating func add(_ transit: Int64) -> Bool {
        current.count += 1
        if transit < current.shortest { current.shortest = transit }
        if transit > current.longest { current.longest = transit }
        guard current.count >= Self.half else { return false }
        previous = current
        current = Extent()
        return true
    }
}
