import FaxCore
import Glibc
import NIOCore

/// Time for calls: monotonic, so that a jump of the machine's date moves no timer; and the date that such a time had.
struct LiveClock: Sendable {
    /// From the monotonic clock to the Unix epoch, as it was at the start.
    private let offset: Duration

    init() {
        var date = timespec()
        clock_gettime(CLOCK_REALTIME, &date)
        self.init(
            date: Instant(nanoseconds: Int64(date.tv_sec) * 1_000_000_000 + Int64(date.tv_nsec)), at: Self.now)
    }

    /// - Parameter date: since the Unix epoch, at that moment of the monotonic clock.
    init(date: Instant, at moment: Instant) { offset = date - moment }

    /// Of the clock that the event loop's deadlines count by.
    static var now: Instant { Instant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }

    /// Since the Unix epoch.
    func date(of instant: Instant) -> Instant { instant + offset }
}

extension NIODeadline {
    init(_ instant: Instant) { self = .uptimeNanoseconds(UInt64(clamping: instant.nanoseconds)) }
}
