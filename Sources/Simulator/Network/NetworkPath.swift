import FaxCore

/// One direction of a network at work: a value, no clock of its own. The same spec, seed and direction give the same
/// passages for the same packets. Times have to go on: a packet sent before its predecessor is taken as sent with it.
///
/// The models act in this order, each with random numbers of its own (by packet number, or by time where so marked):
/// size limit, outages and block (time), rate limit, loss (packet or slot), G.1050 profile (time), replay (packet), delay:
/// constant, jitter (packet), spikes (time), route changes (time); then order, reordering, duplication, corruption
/// (packet).
public struct NetworkPath: Sendable {
    public let spec: NetworkSpec
    /// What the seed made of ``NetworkSpec/profile``.
    public let scenario: G1050.Scenario?
    /// Datagrams given to ``carry(octetCount:at:)`` so far; the number of the next one.
    public private(set) var index: UInt64 = 0
    private var now: Int64 = .min
    private var outages: OutageBook
    private var limiter: RateLimiter?
    private var loss: LossProcess?
    private var profile: G1050.Process?
    private var spikes: SpikeProcess?
    private let constantDelay: Int64
    /// A trace with delays has its own order.
    private let keepsOrder: Bool
    private let routePhases: [Double]
    /// When the latest packet that keeps its place arrives.
    private var lastArrival: Int64 = .min
    private let draws: Draws

    private struct Draws: Sendable {
        var jitter: DrawStream
        var reorder: DrawStream
        var duplicate: DrawStream
        var corrupt: DrawStream
        var bits: DrawStream
    }

    /// Octets of headers that are sent with each datagram: IPv4 and UDP.
    public static let headerOctets = 28

    /// `sender`: whose datagrams take this direction; both directions of a call have random numbers of their own.
    public init(_ spec: NetworkSpec, seed: UInt64, sender: Party = .caller) {
        self.spec = spec
        scenario = spec.profile?.scenario(seed: seed)
        let seed = DrawStream(seed: seed, "direction").word(sender == .caller ? 0 : 1)
        outages = OutageBook(outages: spec.outages, block: spec.block)
        limiter = spec.rate.map(RateLimiter.init)
        loss = spec.loss.map { LossProcess($0, clock: spec.lossClock, seed: seed) }
        profile = scenario.map { G1050.Process($0, seed: seed, sender: sender) }
        spikes = spec.spikes.map { SpikeProcess($0, seed: seed) }
        constantDelay = spec.delay.wholeNanoseconds
        keepsOrder = spec.keepsOrder && spec.replay?.hasDelays != true
        let phases = DrawStream(seed: seed, "route")
        routePhases = spec.routeChanges.indices.map { phases.unit(UInt64($0)) }
        draws = Draws(
            jitter: DrawStream(seed: seed, "jitter"), reorder: DrawStream(seed: seed, "reorder"),
            duplicate: DrawStream(seed: seed, "duplicate"), corrupt: DrawStream(seed: seed, "corrupt"),
            bits: DrawStream(seed: seed, "corrupt.bits"))
    }

    /// Sends one datagram of so many octets of UDP payload.
    public mutating func carry(octetCount: Int, at time: Instant) -> Passage {
        let number = index
        index += 1
        now = max(now, time.nanoseconds)
        if let maximum = spec.maximumDatagram, octetCount > maximum { return .lost(.tooLarge) }
        if !outages.isIdle, let reason = outages.loss(at: now) { return .lost(reason) }
        var arrival = now
        var keepsOrder = keepsOrder
        if limiter != nil {
            guard let left = limiter?.send(octetCount + Self.headerOctets, at: now) else { return .lost(.queueFull) }
            arrival = left
        }
        if loss?.loses(number, at: now) == true { return .lost(.random) }
        if profile != nil {
            switch profile?.carry(octetCount + Self.headerOctets, at: max(0, arrival)) {
            case .lost(let place): return .lost(.profile(place))
            case .arrives(let time, let overtakes):
                arrival = time
                if overtakes { keepsOrder = false }
            case nil: break
            }
        }
        switch spec.replay?.fate(number) {
        case .lost: return .lost(.replayed)
        case .delayed(let delay): arrival += delay.wholeNanoseconds
        case nil: break
        }
        arrival += delay(number)
        // Apart from the call below, which would otherwise take a copy of the path first.
        let ordered = inOrder(number, arrival, keepsOrder)
        return passage(number, arrival: ordered)
    }

    /// Of the constant delay and what varies it; never less than none.
    private mutating func delay(_ number: UInt64) -> Int64 {
        var delay = constantDelay
        if let jitter = spec.jitter { delay += jitter.delay(number, draws.jitter) }
        if let wait = spikes?.delay(at: now) { delay += wait }
        for (place, change) in spec.routeChanges.enumerated() {
            delay += change.delay(at: now, phase: routePhases[place])
        }
        return max(0, delay)
    }

    private mutating func inOrder(_ number: UInt64, _ arrival: Int64, _ keepsOrder: Bool) -> Int64 {
        if let reorder = spec.reordering, draws.reorder.chance(reorder.share.fraction, number) {
            return max(arrival, lastArrival) + reorder.delay.wholeNanoseconds
        }
        guard keepsOrder else { return arrival }
        lastArrival = max(lastArrival, arrival)
        return lastArrival
    }

    private func passage(_ number: UInt64, arrival: Int64) -> Passage {
        var delivery = Delivery(time: Instant(nanoseconds: arrival))
        if let corruption = spec.corruption, draws.corrupt.chance(corruption.share.fraction, number) {
            delivery.corruption = Corruption(bitCount: corruption.bits, draws: draws.bits, index: number)
        }
        guard let duplication = spec.duplication, draws.duplicate.chance(duplication.share.fraction, number) else {
            return .delivered(delivery, copy: nil)
        }
        var copy = delivery
        copy.time = delivery.time + duplication.delay
        copy.isDuplicate = true
        return .delivered(delivery, copy: copy)
    }

    // MARK: What the world tells

    /// An event of the call has come: outages and a block aimed at it begin.
    public mutating func note(_ event: CallEvent, at time: Instant) { outages.note(event, at: time) }

    /// For so long nothing gets through.
    public mutating func outage(from start: Instant, duration: Duration) { outages.begin(start, duration) }

    /// From here on nothing gets through.
    public mutating func block(from start: Instant) { outages.block(from: start) }
}
