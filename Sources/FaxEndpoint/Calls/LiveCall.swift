import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import NIOCore

/// A ``FaxCall`` on sockets: hands it what comes and the time, and carries out what it says. Belongs to the event loop of
/// its endpoint.
final class LiveCall: HostedCall {
    enum Purpose {
        case sending(OutgoingFax)
        case receiving(Reception)
        /// Fax software faxes, through a soft modem.
        case modem(LiveModem)
        /// Fetches a document, behind one that is sent.
        case fetching(Reception, after: OutgoingDocument?)
    }

    let number: Int
    let call: FaxCall
    let purpose: Purpose
    /// From of an INVITE that came in.
    var caller = ""
    /// Where its signalling comes from or goes to.
    let peer: SIPPath
    let began: Instant
    /// The result has been told.
    private(set) var isReported = false
    let host: any LiveCallHost
    let loop: any EventLoop
    private var rtp: UDPPort?
    private var udptl: UDPPort?
    private let timer: WakeTimer
    private let giveUpAt: Instant
    private var toldEvents = 0
    private var toldEngines = 0
    private var needsRoom = false
    private var progressDue = Instant.zero
    private var toldProgress: CallProgress?
    /// Why this side ended the call.
    private var problem: String?

    init(
        _ call: FaxCall, number: Int, purpose: Purpose, peer: SIPPath, media: (rtp: BoundSocket, udptl: BoundSocket),
        host: any LiveCallHost, loop: any EventLoop
    ) {
        self.call = call
        self.number = number
        self.purpose = purpose
        self.peer = peer
        self.host = host
        self.loop = loop
        timer = WakeTimer(host.wakes)
        began = LiveClock.now
        giveUpAt = began + host.settings.limits.callDuration
        let maximum = host.settings.limits.mediaDatagram
        rtp = UDPPort(media.rtp, on: loop, maximum: maximum, reads: 1) { [weak self] in
            self?.receiveMedia($0, .rtp, from: $1)
        }
        udptl = UDPPort(media.udptl, on: loop, maximum: maximum, reads: 1) { [weak self] in
            self?.receiveMedia($0, .udptl, from: $1)
        }
        timer.onWake = { [weak self] in self?.wake(due: $0) }
    }

    var callID: String? { call.callID }
    /// Nothing is left to do for it.
    var isFinished: Bool { call.isFinished && isReported }
    /// It may be left: the fax is told, and the other side has answered our BYE or CANCEL.
    var mayBeLeft: Bool { isReported && !call.awaitsResponse }

    // MARK: - In

    func start() {
        let now = LiveClock.now
        pass(call.start(at: now), at: now)
    }

    func receive(_ message: SIPMessage, _ octets: [UInt8], from path: SIPPath) {
        let now = LiveClock.now
        host.record(octets, from: path, to: local(.sip), at: now)
        pass(call.receive(message, from: path, at: now), at: now)
    }

    /// A connection that led there could not be had, or is gone.
    func transportFailed(_ path: SIPPath, _ reason: String) {
        guard call.awaitsResponse(from: path) else { return }
        host.tell(number, .trouble("SIP over \(path.transport.rawValue) with \(path.endpoint): \(reason)"))
        let now = LiveClock.now
        pass(call.transportFailed(path, at: now), at: now)
    }

    private func receiveMedia(_ octets: [UInt8], _ port: FaxCall.Port, from source: Endpoint) {
        let now = LiveClock.now
        host.record(from: source, to: local(port), octets, at: now)
        pass(call.receive(octets, on: port, from: source, at: now), at: now)
    }

    func hangUp() {
        let now = LiveClock.now
        pass(call.hangUp(at: now), at: now)
    }

    /// Answers a call that rings at a modem.
    func answer() {
        let now = LiveClock.now
        pass(call.answer(at: now), at: now)
    }

    /// Refuses a call that rings at a modem.
    func reject(status: Int) {
        let now = LiveClock.now
        pass(call.reject(status: status, at: now), at: now)
    }

    private func wake(due: Instant) {
        let now = LiveClock.now
        host.noteLateness(now - due)
        if now >= giveUpAt, !call.hasEnded {
            return giveUp("the call took longer than allowed", at: now)
        }
        pass(call.wake(at: now), at: now)
    }

    /// Ends the call for a reason of ours.
    func giveUp(_ reason: String) { giveUp(reason, at: LiveClock.now) }

    private func giveUp(_ reason: String, at now: Instant) {
        problem = reason
        host.tell(number, .trouble(reason))
        pass(call.hangUp(at: now), at: now)
    }

    // MARK: - Out

    private func pass(_ outputs: [FaxCall.Output], at now: Instant) {
        var hasEnded = false
        for output in outputs {
            switch output {
            case .send(let octets, from: let port, to: let remote): send(octets, from: port, to: remote, at: now)
            case .signal(let octets, to: let path): signal(octets, to: path, at: now)
            case .event(let event):
                host.tell(number, .call(event))
                if case .modem(let modem) = purpose { modem.follow(event, of: self, at: now) }
                if case .ended = event { hasEnded = true }
            }
        }
        if !outputs.isEmpty {
            rtp?.flush()
            udptl?.flush()
        }
        tellProgress()
        tellHowFar(at: now)
        makeRoom(at: now)
        if hasEnded { finish() }
        arm()
        if isFinished { host.forget(self) }
        if case .modem(let modem) = purpose { modem.settle() }
        host.noteTurn(LiveClock.now - now)
    }

    private func send(_ octets: [UInt8], from port: FaxCall.Port, to remote: Endpoint, at now: Instant) {
        switch port {
        case .rtp: rtp?.put(octets, to: remote)
        case .udptl: udptl?.put(octets, to: remote)
        case .sip, .rtcp, .stray: return
        }
        host.record(from: local(port), to: remote, octets, at: now)
    }

    private func signal(_ octets: [UInt8], to path: SIPPath, at now: Instant) {
        host.sendSIP(octets, to: path)
        host.record(octets, from: local(.sip), to: path, at: now)
    }

    private func local(_ port: FaxCall.Port) -> Endpoint {
        let settings = call.settings
        switch port {
        case .sip: return settings.agent.path.endpoint
        case .rtp, .rtcp: return Endpoint(settings.mediaAddress, settings.audioPort)
        case .udptl, .stray: return Endpoint(settings.mediaAddress, settings.t38Port)
        }
    }

    /// What the T.30 engine has come to since the last time.
    private func tellProgress() {
        let engines = call.earlierReports.count
        if engines != toldEngines {
            toldEngines = engines
            toldEvents = 0
        }
        let report = call.report
        for event in report.events.dropFirst(toldEvents) {
            switch event.kind {
            case .negotiated:
                host.tell(number, .negotiated(report))
                needsRoom = true
            case .pageEnded(let page):
                host.tell(number, .page(page))
                needsRoom = true
            case .ended: break
            }
        }
        toldEvents = report.events.count
    }

    /// How far it is, every so often while it changes.
    private func tellHowFar(at now: Instant) {
        guard let interval = host.settings.progressInterval, now >= progressDue, call.media != nil else { return }
        progressDue = now + interval
        let progress = CallProgress(media: call.media, fax: call.progress, carriage: call.carriage)
        guard progress != toldProgress else { return }
        let isWorse = progress.losses > toldProgress?.losses ?? 0
        toldProgress = progress
        host.tell(number, .progress(progress))
        if isWorse { host.tell(number, .loss(progress.carriage)) }
    }

    /// Before a page comes there has to be room for it.
    private func makeRoom(at now: Instant) {
        guard needsRoom, let reception = purpose.reception, !call.hasEnded else { return }
        needsRoom = false
        do {
            try reception.reserve()
        } catch {
            giveUp("\(error)", at: now)
        }
    }

    private func arm() {
        guard var due = call.deadline else { return }
        if !call.hasEnded { due = min(due, giveUpAt) }
        timer.arm(at: due)
    }

    // MARK: - The end

    private func finish() {
        rtp?.close()
        udptl?.close()
        rtp = nil
        udptl = nil
        if case .modem = purpose {
            isReported = true
            return
        }
        guard let reception = purpose.reception else { return report(result, []) }
        keep(result, reception)
    }

    private var result: FaxResult {
        var result = FaxResult(call, wanted: purpose.pagesWanted, offered: host.settings.answering?.offer, began: began)
        if let problem, !result.isSuccess { result.reason = problem }
        return result
    }

    func report(_ result: FaxResult, _ pages: [PageBitmap]) {
        isReported = true
        host.finished(self, result, pages)
        if isFinished { host.forget(self) }
    }

    /// Its endpoint closes: what is still due is left.
    func abandon() {
        timer.cancel()
        rtp?.close()
        udptl?.close()
    }
}
