/// A point in time in nanoseconds. In captures it counts from the Unix epoch, in recordings from the start of the
/// file, in simulations from the start of the run; the holder says which.
@frozen
public struct Instant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Seconds as the JSON edge wants them (see `docs/analysis-json.md`).
    public init(seconds: Double) {
        nanoseconds = Int64((seconds * 1e9).rounded())
    }

    public var seconds: Double { Double(nanoseconds) / 1e9 }

    public static let zero = Instant(nanoseconds: 0)
    public static let distantFuture = Instant(nanoseconds: .max)

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates instead of trapping: times come from files that lie.
    @inlinable
    public static func + (left: Instant, right: Duration) -> Instant {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.wholeNanoseconds)
        return Instant(nanoseconds: overflow ? (right.wholeNanoseconds < 0 ? .min : .max) : sum)
    }

    @inlinable
    public static func - (left: Instant, right: Duration) -> Instant {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.wholeNanoseconds)
        return Instant(nanoseconds: overflow ? (right.wholeNanoseconds < 0 ? .max : .min) : difference)
    }

    @inlinable
    public static func - (left: Instant, right: Instant) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        return .nanoseconds(overflow ? (left.nanoseconds < 0 ? .min : .max) : difference)
    }
}

extension Duration {
    /// The duration in nanoseconds, saturated to what 64 bits hold.
    @inlinable
    public var wholeNanoseconds: Int64 {
        // The common case, below nine seconds: arithmetic of 64 bits only, which every packet of every call needs.
        if let attoseconds = Int64(exactly: attoseconds) { return attoseconds / 1_000_000_000 }
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    public var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
    public var inMilliseconds: Double { Double(wholeNanoseconds) / 1e6 }
}
