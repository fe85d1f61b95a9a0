import FaxCore
import FaxWire

/// The session timer of a call (RFC 4028): who refreshes it and when it runs out.
public struct SIPSessionTimer: Sendable, Hashable {
    public enum Refresher: Sendable, Hashable { case us, them }

    /// What we ask for and accept.
    public struct Wish: Sendable, Hashable {
        /// Session-Expires of our INVITE, in seconds.
        public var interval: Int
        /// The shortest that we accept (Min-SE), in seconds; at least 90 by §5.
        public var minimum: Int
        /// `nil`: the answering side chooses.
        public var refresher: Refresher?

        public init(interval: Int = 1_800, minimum: Int = 90, refresher: Refresher? = nil) {
            self.interval = interval
            self.minimum = minimum
            self.refresher = refresher
        }
    }

    /// Longest interval that we believe, in seconds: a day.
    static let longest = 86_400

    public let seconds: Int
    public let refresher: Refresher
    /// When we send a refresh; `nil` when the other side does.
    private(set) var refreshAt: Instant?
    /// When we end the call, because no refresh came.
    let endAt: Instant

    /// Starts, or starts anew, when a 2xx was sent or received.
    init(seconds: Int, refresher: Refresher, at now: Instant) {
        self.seconds = min(max(seconds, 1), Self.longest)
        self.refresher = refresher
        let interval = Duration.seconds(self.seconds)
        // §10: the refresher at half the interval; the other ends it the lesser of 32 s and a third before its end.
        switch refresher {
        case .us:
            refreshAt = now + interval / 2
            endAt = now + interval
        case .them:
            refreshAt = nil
            endAt = now + (interval - min(.seconds(32), interval / 3))
        }
    }

    var deadline: Instant { min(refreshAt ?? endAt, endAt) }

    /// A refresh is on its way.
    mutating func beginRefresh() { refreshAt = nil }

    /// A refresh could not be sent now, because another exchange was open.
    mutating func postpone(to instant: Instant) { refreshAt = instant }
}
