import FaxCore

/// The capture's time as housekeeping sees it: goes forward with the packets, is not led astray by a few that lie, and
/// follows when the capture's clock really was set, or when files that overlap stand one behind the other.
struct CaptureClock {
    enum Step { case steady, forward, setBack }

    enum Limit {
        /// Packets this far before the rest, or after it, are strays …
        static let backSeconds: Int64 = 60
        static let aheadSeconds: Int64 = 3_600
        /// … unless so many come in a row.
        static let strays = 64
    }

    private(set) var now: Instant?
    private var strays = 0

    @inline(__always)
    mutating func advance(to time: Instant) -> Step {
        guard let now else {
            self.now = time
            return .forward
        }
        let (distance, overflow) = time.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        let isBehind = time < now
        if !overflow, distance <= Limit.aheadSeconds &* 1_000_000_000, distance >= Limit.backSeconds &* -1_000_000_000 {
            strays = 0
            if isBehind { return .steady }
            self.now = time
            return .forward
        }
        strays += 1
        guard strays >= Limit.strays else { return .steady }
        strays = 0
        self.now = time
        return isBehind ? .setBack : .forward
    }
}
