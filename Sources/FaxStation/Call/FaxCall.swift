import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// One fax call of one station: SIP, offer and answer, RTP or UDPTL, and the fax engine. Sans-IO: datagrams and time come
/// in, datagrams and events go out; the simulator and the live endpoint drive the same code. A class because it owns
/// engines that are handles to C; it belongs to one driver.
public final class FaxCall {
    /// What flows at the moment.
    enum Leg {
        case none
        case audio(AudioLeg)
        case t38(T38Leg)
    }

    public let settings: FaxCallSettings
    var sip: SIPCall
    var session: MediaSession
    let machine: FaxMachine
    var leg = Leg.none
    /// Sound that goes on beside T.38, as a fault.
    var lingering: AudioLeg?
    var random: SeededRandom
    var outputs: [Output] = []
    var schedule = FaxCallSchedule()
    private var clock: StepClock
    private(set) var phase = Phase.idle
    public private(set) var events: [(time: Instant, event: Event)] = []
    /// The last description that the other side offered and that waits for its answer.
    var pendingOffer: SessionDescription?
    /// Somebody calls, and has no answer yet.
    var rings = false
    /// It was agreed on and stayed silent: audio from there on.
    var hasGivenUpT38 = false
    var now = Instant.zero
    /// When media last showed that the call is alive.
    var lastActivity = Instant.zero
    private let idleNanoseconds: Int64

    enum Phase { case idle, inCall, ended }

    /// Events kept in ``events``.
    public static let eventLimit = 1_000

    /// - Parameters:
    ///   - random: for tags, numbers and back-offs; the same gives the same call.
    ///   - outside: a terminal in the place of our own engines.
    public init(_ settings: FaxCallSettings, random: SeededRandom, outside: (any LineTerminal)? = nil) {
        self.settings = settings
        idleNanoseconds = settings.idleTimeout.wholeNanoseconds
        var random = random
        sip = SIPCall(agent: settings.agent, random: SeededRandom(seed: random.next()))
        session = MediaSession(
            address: settings.mediaAddress, identifier: UInt32(truncatingIfNeeded: random.next() & 0x7FFF_FFFF),
            capabilities: settings.capabilities, layout: settings.layout, quirks: settings.sdpQuirks)
        machine = FaxMachine(settings.station, settings.terminal, settings.faults.line, outside: outside)
        self.random = random
        clock = StepClock(ppm: settings.clockPPM)
    }

    // MARK: - In

    /// Calls, where there is somebody to call.
    public func start(at now: Instant) -> [Output] {
        drive(at: now) {
            guard let destination = settings.destination else { return }
            note(.calling)
            let kinds: Set<MediaSession.Kind> = settings.transport.offersT38 == .inInvite ? [.t38] : [.audio]
            command(.invite(destination, offer: session.offer(kinds)))
        }
    }

    public func receive(_ datagram: [UInt8], on port: Port, from source: Endpoint, at now: Instant) -> [Output] {
        drive(at: now) {
            switch port {
            case .sip:
                guard let message = try? SIPMessage.lax(datagram.span.bytes).value else { return }
                take(sip.handle(.message(message, from: SIPPath(.udp, source)), at: now))
            case .rtp, .udptl: receiveMedia(datagram, port, from: source)
            case .rtcp, .stray: break
            }
        }
    }

    /// A SIP message that was read already, to find out whose it is.
    public func receive(_ message: SIPMessage, from path: SIPPath, at now: Instant) -> [Output] {
        drive(at: now) { take(sip.handle(.message(message, from: path), at: now)) }
    }

    /// The driver could not send on that path, or its connection is gone.
    public func transportFailed(_ path: SIPPath, at now: Instant) -> [Output] {
        drive(at: now) { take(sip.handle(.transportFailed(path), at: now)) }
    }

    /// ``deadline`` has come, or may have.
    public func wake(at now: Instant) -> [Output] {
        drive(at: now) {
            if let due = sip.deadline, due <= now { take(sip.handle(.deadline, at: now)) }
            while let due = schedule.next(until: now) { perform(due) }
            stepMedia()
            endIfDead()
        }
    }

    /// Answers a call that rings, where ``FaxCallSettings/answersItself`` is off.
    public func answer(at now: Instant) -> [Output] {
        drive(at: now) { if rings { answerCall() } }
    }

    /// Refuses a call that rings, with 486 for example; another one is hung up.
    public func reject(status: Int, at now: Instant) -> [Output] {
        drive(at: now) { command(rings ? .reject(status: status) : .hangUp(nil)) }
    }

    /// Ends the call by whatever the state demands.
    public func hangUp(at now: Instant) -> [Output] {
        drive(at: now) { command(.hangUp(nil)) }
    }

    private func drive(at now: Instant, _ body: () -> Void) -> [Output] {
        self.now = now
        body()
        // Most steps have nothing to say; what there is, is handed over and not copied.
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
        take(sip.deadline)
        take(schedule.deadline)
        if phase == .inCall {
            if clock.isRunning { take(clock.due) }
            take(idleDeadline)
        }
        if case .t38(let leg) = leg { take(leg.deadline) }
        return next
    }

    /// `nil` before the call has one.
    public var callID: String? { sip.callID }
    /// A SIP request of ours, such as BYE, waits for its answer.
    public var awaitsResponse: Bool { sip.awaitsResponse }
    /// A SIP request of ours that went that way waits for its answer.
    public func awaitsResponse(from path: SIPPath) -> Bool { sip.awaitsResponse(from: path) }
    /// The call is over and nothing is left to repeat.
    public var isFinished: Bool { phase == .ended && (sip.isFinished || sip.callID == nil) }
    public var hasEnded: Bool { phase == .ended }
    /// When the call ended for this side; `nil`: it has not.
    public private(set) var endTime: Instant?

    /// What the engine at work knows; of engines before it see ``earlierReports``.
    public var report: FaxStationReport { machine.report }
    /// Frames in ``report``, without a copy of it.
    public var frameCount: Int { machine.frameCount }
    public var earlierReports: [FaxStationReport] { machine.earlier }

    /// IFP packets that neither came nor could be repaired.
    public var unrecoveredIFPs: Int {
        if case .t38(let leg) = leg { return unrecoveredBefore + leg.receiver.unrecovered }
        return unrecoveredBefore
    }
    /// Of T.38 that is over.
    private var unrecoveredBefore = 0

    /// What became of the packets; of each kind of media the last leg's.
    public var carriage: FaxCarriage {
        var carriage = carriageBefore
        switch leg {
        case .none: break
        case .audio(let leg): carriage.audio = leg.carriage
        case .t38(let leg): carriage.t38 = leg.carriage
        }
        return carriage
    }
    private var carriageBefore = FaxCarriage()
    /// How far the fax has come at the moment.
    public var progress: FaxProgress { machine.progress }

    /// Call it before the leg is given up.
    func keepFigures() {
        unrecoveredBefore = unrecoveredIFPs
        carriageBefore = carriage
    }

    /// What carried the fax last.
    public internal(set) var lastMedia: Media?

    /// What is sent or received at the moment.
    public var media: Media? {
        switch leg {
        case .none: nil
        case .audio: .audio
        case .t38: .t38
        }
    }

    func note(_ event: Event) {
        if events.count < Self.eventLimit { events.append((now, event)) }
        outputs.append(.event(event))
    }

    func command(_ command: SIPCall.Command) { take(sip.handle(.command(command), at: now)) }

    private func take(_ taken: [SIPCall.Output]) {
        for output in taken {
            switch output {
            case .send(let octets, to: let path): outputs.append(.signal(octets, to: path))
            case .event(let event): follow(event)
            }
        }
    }

    /// When nothing but silence will have come for too long. Asked with every packet, so without arithmetic of durations.
    private var idleDeadline: Instant {
        let (time, overflow) = lastActivity.nanoseconds.addingReportingOverflow(idleNanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: time)
    }

    // MARK: - The engine's clock

    /// Media flows from here on: the engine's clock begins to run.
    func beginMedia() {
        phase = .inCall
        lastActivity = now
        clock.begin(at: now)
    }

    private func stepMedia() {
        if case .t38(let leg) = leg, let due = leg.deadline, due <= now { expireT38() }
        for _ in 0..<StepClock.catchUpLimit {
            guard phase == .inCall, clock.take(until: now) else { return }
            step()
        }
    }

    /// The other side is gone, and T.30 may wait for it for ever.
    private func endIfDead() {
        guard phase == .inCall, now >= idleDeadline else { return }
        lastActivity = now
        note(.trouble("no media for \(Int(settings.idleTimeout.inSeconds)) s"))
        command(.hangUp(nil))
    }

    /// The call is over: the engine is told, and its clock stops.
    func end(_ ending: SIPEnding) {
        guard phase != .ended else { return }
        if machine.hearsTheRest { playRest() }
        machine.hangUp()
        noteCompletion()
        keepFigures()
        leg = .none
        lingering = nil
        phase = .ended
        endTime = now
        rings = false
        schedule.clear()
        note(.ended(ending))
    }

    private var isCompletionNoted = false

    /// Tells of T.30 phase E once.
    func noteCompletion() {
        guard !isCompletionNoted, let completion = machine.completion else { return }
        isCompletionNoted = true
        note(.faxEnded(completion: completion))
    }

    /// Another engine began its T.30 anew.
    func forgetCompletion() { isCompletionNoted = false }
}
