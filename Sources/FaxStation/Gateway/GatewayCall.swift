import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// One call through a gateway between T.38 and G.711: a back-to-back user agent that answers one call and makes another,
/// passes on what becomes of either, and stands between their media: packets of audio from side to side, or libspandsp's
/// gateway between audio and T.38. Sans-IO, as ``FaxCall`` is, and a class for the same reason.
public final class GatewayCall {
    /// The caller's side, and that of the one who is called.
    public enum Side: String, Sendable, Hashable, CaseIterable {
        case near, far

        public var other: Side { self == .near ? .far : .near }
    }

    public let settings: GatewaySettings
    let near: GatewayLeg
    /// `nil` before anybody called.
    var far: GatewayLeg?
    /// A call to the far side that was refused because it offered T.38: its transactions have their time.
    var refusedFar: GatewayLeg?
    /// Whom it calls, and as whom, once somebody has called.
    var destination: SIPDestination
    var farAgent: SIPAgent?
    /// At work while one side is on T.38 and the other on audio.
    var gateway: T38Gateway?
    /// How T.38 was agreed on last.
    var channel = T38Channel()
    var observed = ObservedFax()
    var random: SeededRandom
    var outputs: [Output] = []
    var clock: StepClock
    var now = Instant.zero
    private var lastActivity = Instant.zero
    /// Answer, or offer, of ours to the INVITE that came, made when it came.
    var opening: Opening?
    var samples = [Int16](repeating: 0, count: FaxMachine.stepSamples)
    var packets: [T38Outgoing] = []
    public private(set) var endTime: Instant?

    enum Opening {
        case answer(SessionDescription, AgreedMedia)
        /// The INVITE had no offer.
        case offer(SessionDescription)
    }

    /// - Parameter random: for tags, numbers and back-offs; the same gives the same call.
    public init(_ settings: GatewaySettings, random: SeededRandom) {
        self.settings = settings
        var random = random
        destination = settings.destination
        near = GatewayLeg(.near, settings, agent: settings.near.agent, random: &random)
        self.random = random
        clock = StepClock(ppm: settings.clockPPM)
    }

    /// Max-Forwards of the INVITE that came.
    var hops = 70

    // MARK: - In

    /// A SIP message that belongs to one of the two dialogs, or the INVITE that begins the call.
    public func receive(_ message: SIPMessage, from path: SIPPath, at now: Instant) -> [Output] {
        drive(at: now) {
            if near.sip.callID == nil { hops = min(max(message.maxForwards ?? 70, 0), 70) }
            if let refusedFar, refusedFar.sip.callID == message.callID {
                return clear(refusedFar, .message(message, from: path))
            }
            let side: Side = far?.sip.callID == message.callID ? .far : .near
            handle(.message(message, from: path), side)
        }
    }

    public func receive(
        _ datagram: [UInt8], on port: FaxCall.Port, of side: Side, from source: Endpoint, at now: Instant
    ) -> [Output] {
        drive(at: now) {
            lastActivity = now
            receiveMedia(datagram, port, side, from: source)
        }
    }

    /// The driver could not send on that path, or its connection is gone.
    public func transportFailed(_ path: SIPPath, at now: Instant) -> [Output] {
        drive(at: now) { for side in Side.allCases { handle(.transportFailed(path), side) } }
    }

    /// ``deadline`` has come, or may have.
    public func wake(at now: Instant) -> [Output] {
        drive(at: now) {
            if let refusedFar, let due = refusedFar.sip.deadline, due <= now { clear(refusedFar, .deadline) }
            for side in Side.allCases {
                if let due = leg(side)?.sip.deadline, due <= now { handle(.deadline, side) }
                expire(side)
            }
            for _ in 0..<StepClock.catchUpLimit {
                guard endTime == nil, clock.take(until: now) else { break }
                step()
            }
            endIfDead()
        }
    }

    /// Ends both sides by whatever their state demands.
    public func hangUp(at now: Instant) -> [Output] {
        drive(at: now) { hangUpBoth() }
    }

    private func drive(at now: Instant, _ body: () -> Void) -> [Output] {
        self.now = now
        body()
        guard !outputs.isEmpty else { return [] }
        defer { outputs = [] }
        return outputs
    }

    // MARK: - Out

    /// When ``wake(at:)`` wants to be called if nothing else happens.
    public var deadline: Instant? {
        var next: Instant?
        func take(_ instant: Instant?) {
            if let instant { next = min(next ?? instant, instant) }
        }
        for leg in [near, far, refusedFar] {
            take(leg?.sip.deadline)
            take(leg?.t38?.deadline)
        }
        if endTime == nil, clock.isRunning {
            take(clock.due)
            take(lastActivity + settings.idleTimeout)
        }
        return next
    }

    /// The Call-IDs of both dialogs, as far as there are any.
    public var callIDs: [String] { [near.sip.callID, far?.sip.callID].compactMap { $0 } }
    /// A request of ours, such as BYE, waits for its answer.
    public var awaitsResponse: Bool { near.sip.awaitsResponse || far?.sip.awaitsResponse == true }
    /// A request of ours that went that way does.
    public func awaitsResponse(from path: SIPPath) -> Bool {
        near.sip.awaitsResponse(from: path) || far?.sip.awaitsResponse(from: path) == true
    }
    public var hasEnded: Bool { endTime != nil }
    /// Both sides are over and nothing is left to repeat.
    public var isFinished: Bool {
        hasEnded && [near, far, refusedFar].compactMap { $0 }.allSatisfy { $0.sip.isFinished }
    }

    func leg(_ side: Side) -> GatewayLeg? { side == .near ? near : far }

    func note(_ event: Event) { outputs.append(.event(event)) }

    // MARK: - The end

    /// Media flow from here on.
    func beginMedia() {
        lastActivity = now
        clock.begin(at: now)
    }

    private func endIfDead() {
        guard endTime == nil, clock.isRunning, now >= lastActivity + settings.idleTimeout else { return }
        lastActivity = now
        note(.trouble("no media for \(Int(settings.idleTimeout.inSeconds)) s"))
        hangUpBoth()
    }

    func hangUpBoth() {
        for side in Side.allCases {
            guard let leg = leg(side), leg.ending == nil, leg.sip.callID != nil else { continue }
            handle(.command(.hangUp(nil)), side)
        }
    }

    /// Told once, when neither side stands any more.
    func noteEnd() {
        guard endTime == nil, near.ending != nil, far == nil || far?.ending != nil else { return }
        endTime = now
        gateway = nil
        note(.over)
    }
}
