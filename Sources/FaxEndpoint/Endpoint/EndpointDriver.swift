import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import NIOCore

/// The calls of one SIP port: whose a datagram is, who is let in, what is started and stopped. Belongs to its event loop.
final class EndpointDriver: LiveCallHost {
    let settings: EndpointSettings
    let disk: DiskQueue
    let loop: any EventLoop
    private let clock = LiveClock()
    private let emit: (EndpointEvent) -> Void
    let recorder: CallRecorder?
    var sip: UDPPort?
    private var mediaPorts: MediaPorts
    var random: SeededRandom
    /// By their Call-ID.
    var calls: [String: any HostedCall] = [:]
    /// The far dialogs of a gateway's calls: their Call-IDs, and those of the near ones.
    var farCalls: [String: String] = [:]
    private var sources: SourceLimiter
    private var openings: SourceLimiter
    private var nextNumber = 1
    /// Calls that were taken.
    private var taken = 0
    var isStopping = false
    /// An OPTIONS that waits for its answer.
    var query: OptionsQuery?
    var costs: CostGuard
    var costTimer: Scheduled<Void>?
    private(set) var lateness = LatenessMeter()
    /// Datagrams that were no SIP, too long, or too many.
    private(set) var dropped = 0
    var registration: LiveRegistration?
    var modems: ModemBank?
    /// Takes responses that belong to no call.
    var onResponse: ((SIPMessage, SIPPath) -> Void)?

    /// Call it on the loop.
    init(
        _ settings: EndpointSettings, socket: BoundSocket, seed: UInt64, loop: any EventLoop,
        emit: @escaping (EndpointEvent) -> Void
    ) throws {
        var settings = settings
        settings.listen = socket.endpoint
        self.settings = settings
        self.loop = loop
        self.emit = emit
        disk = DiskQueue(loop)
        random = SeededRandom(seed: seed)
        mediaPorts = MediaPorts(address: settings.listen.address, range: settings.mediaPorts)
        costs = CostGuard(settings.costs)
        let limits = settings.limits
        sources = SourceLimiter(rate: limits.messageRate, burst: limits.messageBurst)
        openings = SourceLimiter(rate: limits.openingRate, burst: limits.openingBurst)
        recorder = try Self.recorder(settings, disk, clock)
        sip = UDPPort(socket, on: loop, maximum: UDPPort.datagramLimit) { [weak self] in self?.receive($0, from: $1) }
        recorder?.onFailure = { [weak self] in self?.tell(nil, .trouble($0)) }
        tell(nil, .listening(settings.listen))
        if let bank = settings.modems { modems = try ModemBank(bank, driver: self) }
    }

    private static func recorder(
        _ settings: EndpointSettings, _ disk: DiskQueue, _ clock: LiveClock
    ) throws(FileOctets.Failure) -> CallRecorder? {
        guard let path = settings.recordPath else { return nil }
        return try CallRecorder(path: path, limit: settings.limits.recordOctets, disk: disk, clock: clock)
    }

    var recordFailure: String? { recorder?.failure }

    // MARK: - What comes

    private func receive(_ octets: [UInt8], from source: Endpoint) {
        let now = LiveClock.now
        // Line ends alone keep a way open through address translation (RFC 5626 §3.5.1).
        if octets.count <= 4, octets.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { return }
        guard octets.count <= settings.limits.sipDatagram, sources.admits(source.address, at: now),
            let message = try? SIPMessage.lax(octets.span.bytes).value, let id = message.callID
        else {
            dropped += 1
            return
        }
        if let call = calls[farCalls[id] ?? id] { return call.receive(message, octets, from: source) }
        guard let method = message.method else {
            onResponse?(message, SIPPath(.udp, source))
            return
        }
        // An ACK is never answered: it would be a way to make us send.
        guard method != .ack, isWhole(message), openings.admits(source.address, at: now) else {
            dropped += 1
            return
        }
        if method == .invite, message.toTag == nil {
            receiveCall(message, octets, from: source, at: now)
        } else {
            answer(message, from: source, rejecting: nil, at: now)
        }
    }

    /// Has what a response is made of (RFC 3261 §8.1.1).
    private func isWhole(_ message: SIPMessage) -> Bool {
        message.cseq != nil && message.has(.via) && message.has(.from) && message.has(.to)
    }

    private func receiveCall(_ invite: SIPMessage, _ octets: [UInt8], from source: Endpoint, at now: Instant) {
        if let refusal = refusal(of: source) ?? modems?.refusal(of: invite) {
            tell(nil, .refused(source, status: refusal.status, reason: refusal.reason))
            return answer(invite, from: source, rejecting: refusal.status, at: now)
        }
        do {
            let uri = invite.from?.uri ?? ""
            let call = try makeCall(for: invite, uri, from: source)
            taken += 1
            tell(call.number, .began(uri: uri, peer: source, isIncoming: true))
            calls[invite.callID ?? ""] = call
            call.receive(invite, octets, from: source)
            ring(for: call, invite)
        } catch {
            tell(nil, .refused(source, status: 500, reason: "\(error)"))
            answer(invite, from: source, rejecting: 500, at: now)
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
        let ofSource = calls.values.count { $0.peer.address == source.address }
        guard ofSource < settings.limits.callsPerSource else {
            return (486, "\(settings.limits.callsPerSource) calls of one address at one time")
        }
        return nil
    }

    private func makeCall(for invite: SIPMessage, _ uri: String, from source: Endpoint) throws -> any HostedCall {
        if let profile = settings.gateway {
            return try makeGatewayCall(profile, callID: invite.callID ?? "", from: source)
        }
        let call = try makeCall(answering: invite, from: source)
        call.caller = uri
        return call
    }

    private func makeCall(answering invite: SIPMessage, from source: Endpoint) throws -> LiveCall {
        if let modem = modems?.modem(for: invite) {
            return try makeCall(FaxStation(.answerer), purpose: .modem(modem), peer: source, destination: nil)
        }
        guard let answering = settings.answering else { throw MediaPorts.Exhausted(range: settings.mediaPorts) }
        let number = nextNumber
        let name = ReceptionName.text(date: clock.date(of: LiveClock.now), number: number, random: random.next())
        let reception = try answering.folder.begin(name)
        var station = settings.fax.station(isCaller: false)
        station.receptionPath = reception.temporaryPath
        do {
            return try makeCall(station, purpose: .receiving(reception), peer: source, destination: nil)
        } catch {
            reception.discard()
            throw error
        }
    }

    /// A request outside of calls: answered from what it says alone, so that nothing is kept of it. The same request
    /// gives the same answer.
    private func answer(_ message: SIPMessage, from source: Endpoint, rejecting status: Int?, at now: Instant) {
        var seed: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in (message.callID ?? "").utf8 { seed = (seed ^ UInt64(octet)) &* 0x100_0000_01B3 }
        var responder = SIPCall(agent: agent(towards: source), random: SeededRandom(seed: seed))
        var outputs = responder.handle(.message(message, from: SIPPath(.udp, source)), at: now)
        if let status { outputs += responder.handle(.command(.reject(status: status)), at: now) }
        var final: (octets: [UInt8], path: SIPPath)?
        for output in outputs { if case .send(let octets, to: let path) = output { final = (octets, path) } }
        if let final { sendSIP(final.octets, to: final.path.endpoint) }
    }

    // MARK: - Calls

    /// Calls; what keeps it from it is told as an event.
    func send(_ fax: OutgoingFax) {
        var station = (fax.manner.fax ?? settings.fax).station(isCaller: true)
        station.documentPath = fax.document.path
        do {
            guard !isStopping else { return }
            let peer = fax.destination.path.endpoint
            let number = nextNumber
            try costs.admit(call: number, to: fax.destination.uri, at: peer, now: LiveClock.now)
            var hasBegun = false
            defer { if !hasBegun { costs.ended(call: number, at: LiveClock.now) } }
            let call = try makeCall(
                station, purpose: .sending(fax), peer: peer, destination: fax.destination, fax.manner)
            hasBegun = true
            watchCosts()
            tell(call.number, .began(uri: fax.destination.uri, peer: peer, isIncoming: false))
            call.start()
            if let id = call.call.callID { calls[id] = call }
        } catch {
            tell(nil, .trouble("\(error)"))
        }
    }

    func makeCall(
        _ station: FaxStation, purpose: LiveCall.Purpose, peer: Endpoint, destination: SIPDestination?,
        _ manner: CallManner = CallManner()
    ) throws(MediaPorts.Exhausted) -> LiveCall {
        let media = try openMedia()
        var agent = agent(towards: peer)
        if let timeout = manner.answerTimeout { agent.answerTimeout = timeout }
        if let wish = manner.sessionTimer { agent.sessionTimer = wish }
        var call = FaxCallSettings(
            station: station, agent: agent, destination: destination, mediaAddress: agent.path.endpoint.address,
            audioPort: media.rtp.endpoint.port, t38Port: media.udptl.endpoint.port)
        call.transport = (manner.transport ?? settings.transport).policy(isCaller: station.role == .caller)
        call.t38 = settings.t38
        call.t38.maxBitRate = (manner.fax ?? settings.fax).maxRate
        call.faults.signalling.offersAgain = manner.offersAgain
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

    func openMedia() throws(MediaPorts.Exhausted) -> MediaPorts.Pair { try mediaPorts.open() }

    func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// Who we are to that peer: the address under which it reaches us.
    func agent(towards peer: Endpoint) -> SIPAgent {
        let listen = settings.listen
        let own = listen.address.isUnspecified ? BoundSocket.localAddress(towards: peer) : listen.address
        let path = SIPPath(.udp, Endpoint(settings.advertised ?? own ?? listen.address, listen.port))
        var agent = SIPAgent(path: path, user: settings.user, domain: settings.domain)
        agent.credentials = settings.credentials
        agent.digest = .own
        return agent
    }

    // MARK: - LiveCallHost

    func sendSIP(_ octets: [UInt8], to remote: Endpoint) { sip?.send(octets, to: remote) }

    func record(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8], at now: Instant) {
        recorder?.add(from: source, to: destination, octets, at: now)
    }

    func noteLateness(_ time: Duration) { lateness.add(time) }

    func takeLateness() -> LatenessMeter {
        defer { lateness = LatenessMeter() }
        return lateness
    }

    func tell(_ call: Int?, _ kind: EndpointEvent.Kind) {
        emit(EndpointEvent(time: clock.date(of: LiveClock.now), call: call, kind: kind))
    }

    func finished(_ call: LiveCall, _ result: FaxResult, _ pages: [PageBitmap]) {
        endCosts(of: call.number)
        tell(call.number, .result(result))
        guard settings.answering?.echoes == true, !result.isSender, result.isSuccess, !isStopping else { return }
        echo(EchoReply(call: call.number, result: result, pages: pages, peer: call.peer, from: call.caller))
    }

    func forget(_ call: any HostedCall) {
        guard let id = call.callID else { return }
        calls[id] = nil
        if settings.gateway != nil { farCalls = farCalls.filter { $0.value != id } }
    }
}
