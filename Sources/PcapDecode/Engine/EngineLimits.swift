/// The engine's limits, by name. Passing one is reported as a warning and never loses what was read before.
public struct EngineLimits: Sendable {
    /// Dialogs and media-only calls open at one time; past it the one idle for longest is closed as it stands.
    public var openCalls = 20_000
    /// One-way flows remembered at one time.
    public var flows = 100_000
    /// Media flows of one call; more that come to its endpoints are followed by themselves.
    public var flowsPerCall = 256
    /// A flow that is not media of an open call is forgotten after this long, in seconds of capture time.
    public var flowIdleSeconds = 30
    /// A media-only call ends after this long without a packet.
    public var mediaIdleSeconds = 30
    /// After BYE a call is kept open this long for late packets.
    public var lingerSeconds = 5
    /// A BYE that nobody answers has ended the call all the same (RFC 3261 §17.1.2.2, timer F).
    public var unansweredByeSeconds = 32
    /// An answered call whose media were seen, and then no packet at all for this long, has ended unseen.
    public var answeredIdleSeconds = 900
    /// The same where the capture holds nothing but signalling: nothing need be said between answer and BYE, and session
    /// timers may be long (RFC 4028 §4 recommends 1800 s).
    public var signalledIdleSeconds = 4 * 3_600
    /// An unanswered INVITE is given up after this long: a caller may wait in a queue that sends no tone.
    public var unansweredIdleSeconds = 600
    /// Octets of T.38 kept for a call; a fax of several hundred pages stays below.
    public var t38OctetsPerCall = 256 << 20
    public var icmpErrorsPerCall = 20
    /// Octets of TCP that wait at one time, over all connections: behind holes, for the rest of a message, or to tell what
    /// they are. Past it connections idle for longest give theirs up.
    public var waitingTCPOctets = 32 << 20
    /// Octets kept at one time of flows that nothing announced and whose content tells nothing yet, over all of them. Past
    /// it those idle for longest lose theirs.
    public var probedOctets = 32 << 20

    public init() {}
}
