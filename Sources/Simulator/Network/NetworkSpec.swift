/// What one direction of a network does to datagrams. Everything off: they arrive at once. `docs/impairments.md` tells
/// the order of the models, their units and the text form.
public struct NetworkSpec: Sendable, Hashable {
    /// Larger datagrams (octets of UDP payload) are dropped.
    public var maximumDatagram: Int?
    public var outages: [Outage] = []
    /// From here on nothing gets through.
    public var block: Moment?
    public var rate: RateLimit?
    public var loss: LossModel?
    public var lossClock = LossClock.packets
    /// A path by ITU-T G.1050, in addition to everything else.
    public var profile: G1050.Profile?
    /// The pattern of a capture, in addition to everything else.
    public var replay: ReplayTrace?
    /// The same for every packet.
    public var delay = Duration.zero
    public var jitter: Jitter?
    public var spikes: Spikes?
    public var routeChanges: [RouteChanges] = []
    /// A packet with less delay waits for those before it; otherwise it overtakes them. What a profile or a replayed
    /// trace puts out of order stays so.
    public var keepsOrder = true
    public var reordering: ReorderSpec?
    public var duplication: DuplicationSpec?
    public var corruption: CorruptionSpec?

    /// More outages or route changes are refused.
    public static let listLimit = 100

    public init() {}

    /// Nothing but what was measured in a capture.
    public init(replaying trace: ReplayTrace) { replay = trace }

    /// Nothing is done to any datagram.
    public static let ideal = NetworkSpec()
}
