import FaxCore

/// A link of limited rate before which packets queue; those that find the queue full are dropped (tail drop).
public struct RateLimit: Sendable, Hashable {
    public var rate: BitRate
    /// The longest time that a packet may wait for those before it.
    public var queue: Duration

    public static let usualQueue = Duration.milliseconds(200)

    public init(_ rate: BitRate, queue: Duration = usualQueue) {
        self.rate = rate
        self.queue = queue
    }
}

/// The link at work.
struct RateLimiter: Sendable {
    private let nanosecondsPerOctet: Double
    private let queue: Int64
    /// When the link has sent what it took.
    private var busyUntil: Int64 = .min

    init(_ limit: RateLimit) {
        nanosecondsPerOctet = 8e9 / Double(limit.rate.bitsPerSecond)
        queue = limit.queue.wholeNanoseconds
    }

    /// When the last bit has left; `nil`: dropped.
    mutating func send(_ octetCount: Int, at nanoseconds: Int64) -> Int64? {
        let start = max(busyUntil, nanoseconds)
        guard start - nanoseconds <= queue else { return nil }
        busyUntil = start + Int64((Double(octetCount) * nanosecondsPerOctet).rounded())
        return busyUntil
    }
}
