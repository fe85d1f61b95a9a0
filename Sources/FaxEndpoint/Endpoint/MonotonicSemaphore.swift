import FaxCore
import Glibc

/// Counts signals, and lets threads wait for them by the monotonic clock: a jump of the machine's date makes no wait longer
/// or shorter. `DispatchSemaphore` waits until a date on Linux (`sem_timedwait`): one that was set back by an hour would
/// hold its waiter for an hour.
public final class MonotonicSemaphore: @unchecked Sendable {
    // They stay where they are; `count` is the mutex's.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var count = 0

    private static let longest = Duration.seconds(86_400 * 365)

    public init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    public func signal() {
        pthread_mutex_lock(mutex)
        count += 1
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// `false`: no signal came in time.
    public func wait(for patience: Duration) -> Bool {
        var limit = timespec()
        clock_gettime(CLOCK_MONOTONIC, &limit)
        let (seconds, attoseconds) = min(max(.zero, patience), Self.longest).components
        let nanoseconds = Int64(limit.tv_nsec) + attoseconds / 1_000_000_000
        limit.tv_sec += Int(seconds + nanoseconds / 1_000_000_000)
        limit.tv_nsec = Int(nanoseconds % 1_000_000_000)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while count == 0 {
            if pthread_cond_timedwait(condition, mutex, &limit) == ETIMEDOUT, count == 0 { return false }
        }
        count -= 1
        return true
    }
}
