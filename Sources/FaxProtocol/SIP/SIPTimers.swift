import FaxCore

/// The times that all timers of RFC 3261 §17 are made of (Table 4).
public struct SIPTimers: Sendable, Hashable {
    /// Estimate of the round-trip time.
    public var t1: Duration
    /// Longest interval between retransmissions of a non-INVITE request and of a final response to an INVITE.
    public var t2: Duration
    /// Longest time that a message stays in the network.
    public var t4: Duration

    public init(t1: Duration = .milliseconds(500), t2: Duration = .seconds(4), t4: Duration = .seconds(5)) {
        self.t1 = t1
        self.t2 = t2
        self.t4 = t4
    }

    public static let standard = SIPTimers()

    /// Timers B, F, H, J, L and M: how long a transaction is tried.
    public var giveUp: Duration { t1 * 64 }
    /// Timer D: at least 32 s over unreliable transports.
    public var refusalWait: Duration { max(t1 * 64, .seconds(32)) }
}

/// When to send something once more: the interval doubles up to a longest one.
struct SIPRepetition: Sendable {
    private(set) var next: Instant
    private var interval: Duration
    private let longest: Duration?

    init(first: Duration, longest: Duration?, from now: Instant) {
        next = now + first
        interval = first
        self.longest = longest
    }

    /// Whether the time has come; if so, the next one is set.
    mutating func isDue(at now: Instant) -> Bool {
        guard now >= next else { return false }
        interval = interval * 2
        if let longest, interval > longest { interval = longest }
        next = now + interval
        return true
    }
}

/// What time has done to a transaction.
enum SIPTimerResult: Sendable, Hashable {
    case nothing
    /// Send the request, or the last response, once more.
    case sendAgain
    /// The other side has not answered (client) or not acknowledged (server): the transaction is over.
    case timedOut
}
