import Glibc

/// Processor time of the calling thread, for benches.
public enum ThreadClock {
    /// Since the thread began.
    public static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
