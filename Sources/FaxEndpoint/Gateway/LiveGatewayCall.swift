import FaxCore
import FaxProtocol
import FaxStation
import FaxWire
import NIOCore

/// A ``GatewayCall`` on sockets, as ``LiveCall`` is a fax call on them. Belongs to the event loop of its endpoint.
final class LiveGatewayCall: HostedCall {
    let number: Int
    let call: GatewayCall
    /// Where the caller's signalling comes from.
    let peer: SIPPath
    private let host: any LiveCallHost
    private var ports: [GatewayCall.Side: (rtp: UDPPort, udptl: UDPPort)] = [:]
    private let timer: WakeTimer
    private let began: Instant
    private let giveUpAt: Instant
    private var isReported = false
    /// Why this side ended the call, or what else went wrong first.
    private var problem: String?
    private var firstEnding: (side: GatewayCall.Side, ending: SIPEnding)?
    private var stoodGateway: GatewayCall.Side?
    /// Told each Call-ID of the far side, before anything of it goes out.
    var onFarCall: ((String) -> Void)?
    private var farCallID: String?

    init(
        _ call: GatewayCall, number: Int, peer: SIPPath, near: MediaPorts.Pair, far: MediaPorts.Pair,
        host: any LiveCallHost, loop: any EventLoop
    ) {
        self.call = call
        self.number = number
        self.peer = peer
        self.host = host
        timer = WakeTimer(host.wakes)
        began = LiveClock.now
        giveUpAt = began + host.settings.limits.callDuration
        ports = [.near: open(near, .near, loop), .far: open(far, .far, loop)]
        timer.onWake = { [weak self] in self?.wake(due: $0) }
    }

    private func open(
        _ pair: MediaPorts.Pair, _ side: GatewayCall.Side, _ loop: any EventLoop
    ) -> (rtp: UDPPort, udptl: UDPPort) {
        let maximum = host.settings.limits.mediaDatagram
        return (
            UDPPort(pair.rtp, on: loop, maximum: maximum) { [weak self] in self?.receive($0, .rtp, side, from: $1) },
            UDPPort(pair.udptl, on: loop, maximum: maximum) { [weak self] in self?.receive($0, .udptl, side, from: $1) }
        )
    }

    var callID: String? { call.callIDs.first }
    var isFinished: Bool { call.isFinished && isReported }
    var mayBeLeft: Bool { isReported && !call.awaitsResponse }

    // MARK: - In

    func receive(_ message: SIPMessage, _ octets: [UInt8], from path: SIPPath) {
        let now = LiveClock.now
        let side: GatewayCall.Side = message.callID == call.callIDs.first ? .near : .far
        host.record(octets, from: path, to: agent(side).path.endpoint, at: now)
        pass(call.receive(message, from: path, at: now), at: now)
    }

    func transportFailed(_ path: SIPPath, _ reason: String) {
        guard call.awaitsResponse(from: path) else { return }
        let text = "SIP over \(path.transport.rawValue) with \(path.endpoint): \(reason)"
        host.tell(number, .trouble(text))
        problem = problem ?? text
        let now = LiveClock.now
        pass(call.transportFailed(path, at: now), at: now)
    }

    private func receive(_ octets: [UInt8], _ port: FaxCall.Port, _ side: GatewayCall.Side, from source: Endpoint) {
        let now = LiveClock.now
        host.record(from: source, to: local(port, side), octets, at: now)
        pass(call.receive(octets, on: port, of: side, from: source, at: now), at: now)
    }

    func hangUp() {
        let now = LiveClock.now
        pass(call.hangUp(at: now), at: now)
    }

    func giveUp(_ reason: String) {
        problem = reason
        host.tell(number, .trouble(reason))
        hangUp()
    }

    private func wake(due: Instant) {
        let now = LiveClock.now
        host.noteLateness(now - due)
        if now >= giveUpAt, !call.hasEnded { return giveUp("the call took longer than allowed") }
        pass(call.wake(at: now), at: now)
    }

    // MARK: - Out

    private func pass(_ outputs: [GatewayCall.Output], at now: Instant) {
        for output in outputs {
            switch output {
            case .signal(let octets, to: let path, of: let side): signal(octets, to: path, side, at: now)
            case .media(let octets, from: let port, of: let side, to: let remote):
                send(octets, port, side, to: remote, at: now)
            case .event(let event): follow(event, at: now)
            }
        }
        if var due = call.deadline {
            if !call.hasEnded { due = min(due, giveUpAt) }
            timer.arm(at: due)
        }
        if isFinished { host.forget(self) }
    }

    private func signal(_ octets: [UInt8], to path: SIPPath, _ side: GatewayCall.Side, at now: Instant) {
        // Its answer may come at once.
        if side == .far, let id = call.callIDs.dropFirst().first, id != farCallID {
            farCallID = id
            onFarCall?(id)
        }
        host.sendSIP(octets, to: path)
        host.record(octets, from: agent(side).path.endpoint, to: path, at: now)
    }

    private func send(
        _ octets: [UInt8], _ port: FaxCall.Port, _ side: GatewayCall.Side, to remote: Endpoint, at now: Instant
    ) {
        switch port {
        case .rtp: ports[side]?.rtp.send(octets, to: remote)
        case .udptl: ports[side]?.udptl.send(octets, to: remote)
        case .sip, .rtcp, .stray: return
        }
        host.record(from: local(port, side), to: remote, octets, at: now)
    }

    private func leg(_ side: GatewayCall.Side) -> GatewaySettings.Leg {
        side == .near ? call.settings.near : call.settings.far
    }

    private func agent(_ side: GatewayCall.Side) -> SIPAgent { leg(side).agent }

    private func local(_ port: FaxCall.Port, _ side: GatewayCall.Side) -> Endpoint {
        Endpoint(leg(side).mediaAddress, port == .rtp ? leg(side).audioPort : leg(side).t38Port)
    }

    private func follow(_ event: GatewayCall.Event, at now: Instant) {
        if event != .over { host.tell(number, .gateway(event)) }
        switch event {
        case .trouble(let text): problem = problem ?? text
        case .gatewayBegan(t38: let side): stoodGateway = side
        case .ended(let side, let ending): if firstEnding == nil { firstEnding = (side, ending) }
        case .over: finish(at: now)
        default: break
        }
    }

    // MARK: - The end

    private func finish(at now: Instant) {
        closePorts()
        isReported = true
        host.endCosts(of: number)
        host.tell(
            number,
            .gatewayResult(
                GatewayResult(
                    call, t38Side: stoodGateway, firstEnding: firstEnding, problem: problem, duration: now - began)))
    }

    private func closePorts() {
        for side in GatewayCall.Side.allCases {
            ports[side]?.rtp.close()
            ports[side]?.udptl.close()
        }
        ports = [:]
    }

    func abandon() {
        timer.cancel()
        closePorts()
    }
}
