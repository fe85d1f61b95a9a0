import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import NIOCore

/// The calls of one endpoint: whose a message is, who is let in, what is started and stopped. Belongs to its event loop.
final class EndpointDriver: LiveCallHost {
    let settings: EndpointSettings
    let disk: DiskQueue
    let loop: any EventLoop
    let wakes: WakeSchedule
    private let clock = LiveClock()
    private let emit: (EndpointEvent) -> Void
    let recorder: CallRecorder?
    let connections: SIPConnections
    /// With their sockets' endpoints as bound.
    var ports: SIPPorts
    var datagramPorts: [UDPPort] = []
    private var mediaPorts: MediaPorts
    var random: SeededRandom
    /// By their Call-ID.
    var calls: [String: any HostedCall] = [:]
    /// The far dialogs of a gateway's calls: their Call-IDs, and those of the near ones.
    var farCalls: [String: String] = [:]
    /// Of calls that send a tagged fax.
    private var tags: [Int: Int] = [:]
    var sources: SourceLimiter
    private var openings: SourceLimiter
    private var nextNumber = 1
    /// Calls that were taken.
    private var taken = 0
    var isStopping = false
    /// An OPTIONS that waits for its answer.
    var query: OptionsQuery?
    var costs: CostGuard
    var costTimer: Scheduled<Void>?
    private(set) var times = LoopTimes()
    /// Messages that were no SIP, too long, or too many.
    var dropped = 0
    var registration: LiveRegistration?
    var modems: ModemBank?
    /// Takes responses that belong to no call.
    var onResponse: ((SIPMessage, SIPPath) -> Void)?
    /// Told of paths that failed.
    var onBroken: ((SIPPath, String) -> Void)?

    /// Call it on the loop.
    init(
        _ settings: EndpointSettings, ports: SIPPorts, tls: TLSContexts?, seed: UInt64, loop: any EventLoop,
        disk: DiskQueue, emit: @escaping (EndpointEvent) -> Void
    ) throws {
        self.settings = settings
        self.ports = ports
        self.loop = loop
        wakes = WakeSchedule(loop)
        self.emit = emit
        self.disk = disk
        random = SeededRandom(seed: seed)
        mediaPorts = MediaPorts(range: settings.mediaPorts)
        costs = CostGuard(settings.costs)
        let limits = settings.limits
        connections = SIPConnections(limits, loop: loop)
        connections.contexts = tls
        sources = SourceLimiter(rate: limits.messageRate, burst: limits.messageBurst)
        openings = SourceLimiter(rate: limits.openingRate, burst: limits.openingBurst)
        recorder = try Self.recorder(settings, disk, clock)
        recorder?.onFailure = { [weak self] in self?.tell(nil, .trouble($0)) }
        tellPorts()
        if let bank = settings.modems { modems = try ModemBank(bank, driver: self) }
        openPorts()
    }

    private static func recorder(
        _ settings: EndpointSettings, _ disk: DiskQueue, _ clock: LiveClock
    ) throws(FileOctets.Failure) -> CallRecorder? {
        guard let path = settings.recordPath else { return nil }
        return try CallRecorder(path: path, limit: settings.limits.recordOctets, disk: disk, clock: clock)
    }

    var recordFailure: String? { recorder?.failure }

    // MARK: - What comes

    /// - Parameter octets: the message as it stood on the wire.
    func receive(_ message: SIPMessage, _ octets: [UInt8], from path: SIPPath, at now: Instant) {
        guard sources.admits(path.endpoint.address, at: now), let id = message.callID else {
            dropped += 1
            return
        }
        if let call = calls[farCalls[id] ?? id] { return call.receive(message, octets, from: path) }
        guard let method = message.method else {
            onResponse?(message, path)
            return
        }
        // An ACK is never answered: it would be a way to make us send.
        guard method != .ack, isWhole(message), openings.admits(path.endpoint.address, at: now) else {
            dropped += 1
            return
        }
        if method == .register, let registrar = settings.registrar {
            if let response = registrar.answer(message, from: path, at: now) { sendSIP(response, to: path) }
        } else if method == .invite, message.toTag == nil {
            receiveCall(message, octets, from: path, at: now)
        } else {
            answer(message, from: path, rejecting: nil, at: now)
        }
    }

    /// Has what a response is made of (RFC 3261 §8.1.1).
    private func isWhole(_ message: SIPMessage) -> Bool {
        message.cseq != nil && message.has(.via) && message.has(.from) && message.has(.to)
    }

    private func receiveCall(_ invite: SIPMessage, _ octets: [UInt8], from path: SIPPath, at now: Instant) {
        let source = path.endpoint
        if let refusal = refusal(of: source) ?? modems?.refusal(of: invite) {
            tell(nil, .refused(source, status: refusal.status, reason: refusal.reason))
            return answer(invite, from: path, rejecting: refusal.status, at: now)
        }
        do {
            let uri = invite.from?.uri ?? ""
            let call = try makeCall(for: invite, uri, from: path)
            taken += 1
            tell(call.number, .began(uri: uri, peer: source, isIncoming: true))
            calls[invite.callID ?? ""] = call
            call.receive(invite, octets, from: path)
            ring(for: call, invite)
        } catch {
            tell(nil, .refused(source, status: 500, reason: "\(error)"))
            answer(invite, from: path, rejecting: 500, at: now)
        }
    }

    private func refusal(of source: Endpoint) -> (status: Int, reason: String)? {
        let isOpen = settings.answering != nil || settings.gateway != nil || modems != nil
        guard isOpen else { return (480, "no calls are answered here") }
        if isStopping { return (480, "closing") }
        if !settings.allowedCallers.isEmpty, !settings.allowedCallers.contains(source.address) {
            return (403, "not among those who may call")
        }
        if let most = settings.answering?.calls ?? settings.gateway?.calls, taken >= most {
            return (486, "the \(most) calls wanted have been taken")
        }
        if calls.count >= settings.limits.calls { return (486, "\(settings.limits.calls) calls at one time") }
        let ofSource = calls.values.count { $0.peer.endpoint.address == source.address }
        guard ofSource < settings.limits.callsPerSource else {
            return (486, "\(settings.limits.callsPerSource) calls of one address at one time")
        }
        return nil
    }

    private func makeCall(for invite: SIPMessage, _ uri: String, from path: SIPPath) throws -> any HostedCall {
        if let profile = settings.gateway {
            return try makeGatewayCall(profile, callID: invite.callID ?? "", from: path)
        }
        let call = try makeCall(answering: invite, from: path)
        call.caller = uri
        return call
    }

    private func makeCall(answering invite: SIPMessage, from path: SIPPath) throws -> LiveCall {
        if let modem = modems?.modem(for: invite) {
            return try makeCall(FaxStation(.answerer), purpose: .modem(modem), peer: path, destination: nil)
        }
        guard let answering = settings.answering else { throw MediaPorts.Exhausted(range: settings.mediaPorts) }
        let reception = try beginReception(in: answering.folder)
        var station = settings.fax.station(isCaller: false)
        station.receptionPath = reception.temporaryPath
        station.documentPath = answering.offer?.path
        if answering.echoes { station.abilities.turnaround = .offersReceived }
        do {
            return try makeCall(station, purpose: .receiving(reception), peer: path, destination: nil)
        } catch {
            reception.discard()
            throw error
        }
    }

    func beginReception(in folder: ReceptionFolder) throws -> Reception {
        let date = clock.date(of: LiveClock.now)
        return try folder.begin(ReceptionName.text(date: date, number: nextNumber, random: random.next()))
    }

    /// A request outside of calls: answered from what it says alone, so that nothing is kept of it. The same request
    /// gives the same answer.
    private func answer(_ message: SIPMessage, from path: SIPPath, rejecting status: Int?, at now: Instant) {
        guard let agent = agent(towards: path) else { return }
        var seed: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in (message.callID ?? "").utf8 { seed = (seed ^ UInt64(octet)) &* 0x100_0000_01B3 }
        var responder = SIPCall(agent: agent, random: SeededRandom(seed: seed))
        var outputs = responder.handle(.message(message, from: path), at: now)
        if let status { outputs += responder.handle(.command(.reject(status: status)), at: now) }
        var final: (octets: [UInt8], path: SIPPath)?
        for output in outputs { if case .send(let octets, to: let path) = output { final = (octets, path) } }
        if let final { sendSIP(final.octets, to: final.path) }
    }

    // MARK: - Calls

    /// Calls; what keeps it from it is told as an event.
    func send(_ fax: OutgoingFax) {
        do {
            guard !isStopping else { return }
            try place(fax)
        } catch {
            emit(EndpointEvent(time: clock.date(of: LiveClock.now), tag: fax.tag, kind: .trouble("\(error)")))
        }
    }

    func place(_ fax: OutgoingFax) throws {
        var station = (fax.manner.fax ?? settings.fax).station(isCaller: true)
        station.documentPath = fax.document.path
        try place(station, purpose: .sending(fax), to: fax.destination, fax.manner)
    }

    /// Calls, as far as costs allow it.
    func place(
        _ station: FaxStation, purpose: LiveCall.Purpose, to destination: SIPDestination,
        _ manner: CallManner = CallManner()
    ) throws {
        let peer = destination.path
        let number = nextNumber
        try costs.admit(call: number, to: destination.uri, at: peer.endpoint, now: LiveClock.now)
        var hasBegun = false
        defer { if !hasBegun { costs.ended(call: number, at: LiveClock.now) } }
        let call = try makeCall(station, purpose: purpose, peer: peer, destination: destination, manner)
        hasBegun = true
        if case .sending(let fax) = purpose { tags[call.number] = fax.tag }
        watchCosts()
        tell(call.number, .began(uri: destination.uri, peer: peer.endpoint, isIncoming: false))
        expect(destination)
        call.start()
        if let id = call.call.callID { calls[id] = call }
    }

    func makeCall(
        _ station: FaxStation, purpose: LiveCall.Purpose, peer: SIPPath, destination: SIPDestination?,
        _ manner: CallManner = CallManner()
    ) throws -> LiveCall {
        guard var agent = agent(towards: peer) else { throw NoPort(peer: peer) }
        agent.isSecure = destination.map { SIPTarget.isSecure($0.uri) } ?? false
        let media = try openMedia(towards: peer)
        if let timeout = manner.answerTimeout { agent.answerTimeout = timeout }
        if let wish = manner.sessionTimer { agent.sessionTimer = wish }
        var call = FaxCallSettings(
            station: station, agent: agent, destination: destination, mediaAddress: agent.path.endpoint.address,
            audioPort: media.rtp.endpoint.port, t38Port: media.udptl.endpoint.port)
        let fax = manner.fax ?? settings.fax
        call.transport = (manner.transport ?? settings.transport).policy(isCaller: station.role == .caller)
        settings.media.apply(to: &call, maxRate: fax.maxRate)
        if let again = manner.offersAgain { call.faults.signalling.offersAgain = again }
        call.latchesMedia = true
        var outside: (any LineTerminal)?
        if case .modem(let modem) = purpose {
            prepare(&call, for: modem)
            outside = modem.line
        }
        return LiveCall(
            FaxCall(call, random: SeededRandom(seed: random.next()), outside: outside), number: takeNumber(),
            purpose: purpose, peer: peer, media: media, host: self, loop: loop)
    }

    func openMedia(towards peer: SIPPath) throws -> MediaPorts.Pair {
        guard let own = ownEndpoint(for: peer) else { throw NoPort(peer: peer) }
        return try mediaPorts.open(at: own.address)
    }

    func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    // MARK: - LiveCallHost

    func record(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant) {
        recorder?.add(from: source, to: destination, octets, at: now)
    }

    func recordStream(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant) {
        recorder?.addStream(from: source, to: destination, octets, at: now)
    }

    func noteLateness(_ time: Duration) { times.lateness.add(time) }

    func noteTurn(_ time: Duration) { times.turns.add(time) }

    func takeTimes() -> LoopTimes {
        defer { times = LoopTimes() }
        return times
    }

    func tell(_ call: Int?, _ kind: EndpointEvent.Kind) {
        emit(EndpointEvent(time: clock.date(of: LiveClock.now), call: call, tag: call.flatMap { tags[$0] }, kind: kind))
    }

    func finished(_ call: LiveCall, _ result: FaxResult, _ pages: [PageBitmap]) {
        endCosts(of: call.number)
        tell(call.number, .result(result))
        guard settings.answering?.echoes == true, !result.isSender, result.isSuccess, result.pagesReturned == nil,
            !isStopping
        else { return }
        echo(EchoReply(call: call.number, result: result, pages: pages, peer: call.peer, from: call.caller))
    }

    func forget(_ call: any HostedCall) {
        tags[call.number] = nil
        guard let id = call.callID else { return }
        calls[id] = nil
        if settings.gateway != nil { farCalls = farCalls.filter { $0.value != id } }
    }
}
