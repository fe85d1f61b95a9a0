import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import NIOCore

/// An ``IAX2Station`` on a socket: hands it what comes and the time, and carries out what it says. Belongs to the event loop
/// of its endpoint.
final class IAX2Driver {
    let settings: IAX2EndpointSettings
    let loop: any EventLoop
    let disk: DiskQueue
    let station: IAX2Station
    let recorder: CallRecorder?
    private let clock = LiveClock()
    private let emit: (EndpointEvent) -> Void
    private let socket: Endpoint
    private var port: UDPPort?
    private let wakes: WakeSchedule
    private let timer: WakeTimer
    private var sources: SourceLimiter
    private var random: SeededRandom
    private(set) var lateness = DurationMeter()
    var calls: [IAX2CallNumber: LiveIAX2Call] = [:]
    /// Faxes that wait for the modem to register, or to be free.
    var waiting: [OutgoingIAX2Fax] = []
    /// Not before then.
    var nextTry = Instant.zero
    private var nextNumber = 1
    /// Calls that were taken.
    private var taken = 0
    var isStopping = false

    /// Call it on the loop.
    init(
        _ settings: IAX2EndpointSettings, socket: BoundSocket, seed: UInt64, loop: any EventLoop, disk: DiskQueue,
        emit: @escaping (EndpointEvent) -> Void
    ) throws {
        self.settings = settings
        self.loop = loop
        self.emit = emit
        self.socket = socket.endpoint
        var random = SeededRandom(seed: seed)
        station = IAX2Station(settings.agent, random: SeededRandom(seed: random.next()))
        self.random = random
        self.disk = disk
        wakes = WakeSchedule(loop)
        timer = WakeTimer(wakes)
        sources = SourceLimiter(rate: settings.limits.messageRate, burst: settings.limits.messageBurst)
        recorder = try settings.recordPath.map {
            try CallRecorder(path: $0, limit: settings.limits.recordOctets, disk: disk, clock: LiveClock())
        }
        recorder?.onFailure = { [weak self] in self?.tell(nil, .trouble($0)) }
        timer.onWake = { [weak self] in self?.wake(due: $0) }
        station.admit = { [weak self] in self?.admit($0, $1) ?? .refused("Closed", code: IAX2Ending.Code.refused) }
        port = UDPPort(socket, on: loop, maximum: UDPPort.datagramLimit) { [weak self] in self?.receive($0, from: $1) }
        tell(nil, .listening([SIPPath(.udp, socket.endpoint)]))
        if settings.account.secret == nil {
            tell(nil, .warning("\(settings.account.name) has no password: whoever says that name is believed"))
        }
    }

    var recordFailure: String? { recorder?.failure }

    func tell(_ call: Int?, _ kind: EndpointEvent.Kind) {
        emit(EndpointEvent(time: clock.date(of: LiveClock.now), call: call, kind: kind))
    }

    // MARK: - In

    private func receive(_ octets: [UInt8], from source: Endpoint) {
        let now = LiveClock.now
        guard settings.allowedCallers.isEmpty || settings.allowedCallers.contains(source.address),
            isOfCall(source) || sources.admits(source.address, at: now)
        else { return }
        recorder?.add(from: source, to: local(towards: source), octets, at: now)
        pass(station.receive(octets, from: source, at: now), at: now)
    }

    /// Media of calls are not what has to be limited.
    private func isOfCall(_ source: Endpoint) -> Bool { calls.values.contains { $0.peer == source } }

    private func wake(due: Instant) {
        let now = LiveClock.now
        lateness.add(now - due)
        pass(station.wake(at: now), at: now)
        for call in calls.values.sorted(by: { $0.number < $1.number })
        where now >= call.began + settings.limits.callDuration && call.problem == nil {
            giveUp(call, "the call took longer than allowed", at: now)
        }
        sendNext(at: now)
    }

    private func giveUp(_ call: LiveIAX2Call, _ reason: String, at now: Instant) {
        call.problem = reason
        tell(call.number, .trouble(reason))
        pass(station.hangUp(call.id, at: now), at: now)
    }

    // MARK: - Out

    func pass(_ outputs: [IAX2Station.Output], at now: Instant) {
        for output in outputs {
            switch output {
            case .send(let octets, to: let peer):
                port?.put(octets, to: peer)
                recorder?.add(from: local(towards: peer), to: peer, octets, at: now)
            case .agent(let event): follow(event, at: now)
            case .call(let id, let event): if let call = calls[id] { follow(event, of: call, at: now) }
            }
        }
        if !outputs.isEmpty { port?.flush() }
        for call in calls.values.sorted(by: { $0.number < $1.number }) { look(at: call, now) }
        arm()
    }

    /// The address of ours in the record: where the socket has none, the one that peer sees.
    private func local(towards peer: Endpoint) -> Endpoint {
        guard socket.address.isUnspecified, let own = BoundSocket.localAddress(towards: peer) else { return socket }
        return Endpoint(own, socket.port)
    }

    private func look(at live: LiveIAX2Call, _ now: Instant) {
        guard let call = station.faxCall(live.id) else { return }
        live.news(of: call.report) { tell(live.number, $0) }
        live.progress(call, every: settings.progressInterval, at: now) { tell(live.number, $0) }
        if !call.hasEnded, let problem = live.roomProblem() { giveUp(live, problem, at: now) }
    }

    private func arm() {
        var due = station.deadline
        if let first = calls.values.map(\.began).min() {
            let end = first + settings.limits.callDuration
            due = min(due ?? end, max(end, LiveClock.now + .seconds(1)))
        }
        if !waiting.isEmpty, calls.isEmpty, nextTry > LiveClock.now { due = min(due ?? nextTry, nextTry) }
        if let due { timer.arm(at: due) }
    }

    // MARK: - Calls

    private func admit(_ id: IAX2CallNumber, _ incoming: IAX2Incoming) -> IAX2Station.Admission {
        guard let answering = settings.answering, !isStopping else {
            return .refused("No calls are answered here", code: IAX2Ending.Code.refused)
        }
        if let most = answering.calls, taken >= most {
            return .refused("The \(most) calls wanted have been taken", code: IAX2Ending.Code.busy)
        }
        do {
            let now = LiveClock.now
            let name = ReceptionName.text(date: clock.date(of: now), number: nextNumber, random: random.next())
            let reception = try answering.folder.begin(name)
            var station = settings.fax.station(isCaller: false)
            station.receptionPath = reception.temporaryPath
            station.documentPath = answering.offer?.path
            taken += 1
            let call = LiveIAX2Call(takeNumber(), id, peer: incoming.peer, .receiving(reception), at: now)
            calls[id] = call
            let who = incoming.callingNumber ?? incoming.name ?? ""
            tell(call.number, .began(uri: Self.uri(incoming.peer, who), peer: incoming.peer, isIncoming: true))
            return .taken(faxSettings(station))
        } catch {
            tell(nil, .trouble("\(error)"))
            return .refused("Out of order", code: IAX2Ending.Code.congestion)
        }
    }

    func faxSettings(_ station: FaxStation) -> IAX2FaxSettings {
        var fax = IAX2FaxSettings(station: station)
        fax.jitterBuffer = .fixed(settings.jitterBuffer)
        return fax
    }

    func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// As the analysis names a party of IAX2.
    static func uri(_ peer: Endpoint, _ number: String) -> String {
        "iax:\(peer.address)" + (number.isEmpty ? "" : "/\(number)")
    }

    // MARK: - The end

    /// Ends every call in an orderly way; `then` comes when the other sides have acknowledged that, or patience is over,
    /// and the record is written.
    func stop(patience: Duration, then: @escaping @Sendable () -> Void) {
        isStopping = true
        waiting = []
        let now = LiveClock.now
        for call in calls.values.sorted(by: { $0.number < $1.number }) {
            pass(station.hangUp(call.id, at: now), at: now)
        }
        awaitEnd(until: now + patience, then)
    }

    private static let stopStep = TimeAmount.milliseconds(20)

    private func awaitEnd(until limit: Instant, _ then: @escaping @Sendable () -> Void) {
        let isOver = station.agent.isIdle && calls.values.allSatisfy(\.isReported)
        guard LiveClock.now < limit, !isOver else { return close(then) }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.stopStep) { bound.value.awaitEnd(until: limit, then) }
    }

    private func close(_ then: @escaping @Sendable () -> Void) {
        timer.cancel()
        port?.close()
        port = nil
        guard let recorder else { return then() }
        recorder.sync(then: then)
    }
}
