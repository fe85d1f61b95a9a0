import FaxCore

/// How often each source address may come: a bucket of tokens each, in a table that cannot grow without end.
struct SourceLimiter {
    private struct Bucket {
        var tokens: Double
        var time: Instant
    }

    private let rate: Double
    private let burst: Double
    private var buckets: [IPAddress: Bucket] = [:]

    /// Sources that are remembered; when there are more, those whose buckets are full again are forgotten.
    static let sourceLimit = 4_096

    /// - Parameters:
    ///   - rate: tokens a second.
    ///   - burst: tokens at most.
    init(rate: Double, burst: Double) {
        self.rate = rate
        self.burst = burst
    }

    /// Takes a token; `false`: there is none.
    mutating func admits(_ source: IPAddress, at now: Instant) -> Bool {
        var bucket = buckets[source] ?? Bucket(tokens: burst, time: now)
        bucket.tokens = tokens(of: bucket, at: now)
        bucket.time = now
        guard bucket.tokens >= 1 else {
            buckets[source] = bucket
            return false
        }
        bucket.tokens -= 1
        if buckets[source] == nil, buckets.count >= Self.sourceLimit, !makeRoom(at: now) { return false }
        buckets[source] = bucket
        return true
    }

    private func tokens(of bucket: Bucket, at now: Instant) -> Double {
        min(burst, bucket.tokens + max(0, (now - bucket.time).inSeconds) * rate)
    }

    /// `false`: everybody in the table is busy; one more source has to wait.
    private mutating func makeRoom(at now: Instant) -> Bool {
        buckets = buckets.filter { tokens(of: $0.value, at: now) < burst }
        return buckets.count < Self.sourceLimit
    }
}
