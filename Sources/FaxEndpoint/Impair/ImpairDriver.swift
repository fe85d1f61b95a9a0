import FaxCore
import FaxProtocol
import FaxWire
import Glibc
import NIOCore
import Simulator

/// Passes SIP and media of calls on between two sides, through the network models of the simulator. Belongs to its event
/// loop.
final class ImpairDriver {
    private let settings: ImpairSettings
    private let loop: any EventLoop
    private let onEnd: (ImpairedCall) -> Void
    private var sip: UDPPort?
    private let address: IPAddress
    private var ports: MediaPorts
    private var relay: SIPRelay
    private var legs: [String: ImpairedLeg] = [:]
    private var begun: UInt64 = 0
    private var waiting = 0
    private var sources = SourceLimiter(rate: 2_000, burst: 4_000)

    init(
        _ settings: ImpairSettings, socket: BoundSocket, loop: any EventLoop, onEnd: @escaping (ImpairedCall) -> Void
    ) {
        self.settings = settings
        self.loop = loop
        self.onEnd = onEnd
        address = socket.endpoint.address
        ports = MediaPorts(range: settings.mediaPorts)
        relay = SIPRelay(own: socket.endpoint)
        sip = UDPPort(socket, on: loop, maximum: UDPPort.datagramLimit) { [weak self] in self?.receive($0, from: $1) }
        sweep()
    }

    // MARK: - SIP

    private func receive(_ octets: [UInt8], from source: Endpoint) {
        let now = LiveClock.now
        guard sources.admits(source.address, at: now), let message = try? SIPMessage.lax(octets.span.bytes).value,
            let id = message.callID, let leg = legs[id] ?? begin(id, message, from: source, at: now)
        else { return }
        leg.lastSeen = now
        let side: ImpairedLeg.Side = source == leg.callee ? .callee : .caller
        if side == .caller { leg.caller = source }
        pass(message, from: side, of: leg, source: source, at: now)
    }

    /// Anything but an answer or an ACK may be the first of a call, or stand alone (OPTIONS, REGISTER).
    private func begin(
        _ id: String, _ message: SIPMessage, from source: Endpoint, at now: Instant
    ) -> ImpairedLeg? {
        guard let method = message.method, method != .ack, source != settings.target,
            legs.count < settings.limits.calls
        else { return nil }
        let leg = ImpairedLeg(
            id, caller: source, settings: settings, seed: settings.seed &+ begun, address: relay.own.address, at: now)
        if method == .invite { begun += 1 }
        legs[id] = leg
        return leg
    }

    private func pass(
        _ message: SIPMessage, from side: ImpairedLeg.Side, of leg: ImpairedLeg, source: Endpoint, at now: Instant
    ) {
        let destination = side == .caller ? leg.callee : leg.caller
        let description = message.sdp.map { octets in
            leg.pass(Array(octets), from: side) { [weak self] in self?.openPort(for: leg) }
        }
        if message.method == nil {
            guard let octets = relay.pass(response: message, description: description) else { return }
            return carry(octets, from: side, of: leg, at: now) { [weak self] in self?.sip?.send($0, to: destination) }
        }
        let target = side == .caller ? settings.target : nil
        switch relay.pass(request: message, target: target, description: description) {
        case .message(let octets):
            carry(octets, from: side, of: leg, at: now) { [weak self] in self?.sip?.send($0, to: destination) }
        case .tooManyHops(let answer): sip?.send(answer, to: source)
        case .unusable: break
        }
    }

    // MARK: - Media

    private func openPort(for leg: ImpairedLeg) -> UDPPort? {
        guard let pair = try? ports.open(at: address) else { return nil }
        Glibc.close(pair.udptl.descriptor)
        let number = pair.rtp.endpoint.port
        return UDPPort(pair.rtp, on: loop, maximum: 2_048) { [weak self, weak leg] octets, source in
            guard let self, let leg, let route = leg.route(to: number, from: source) else { return }
            let now = LiveClock.now
            leg.lastSeen = now
            carry(octets, from: route.side, of: leg, at: now) { route.from.send($0, to: route.to) }
        }
    }

    // MARK: - The network

    private func carry(
        _ octets: [UInt8], from side: ImpairedLeg.Side, of leg: ImpairedLeg, at now: Instant,
        _ send: @escaping ([UInt8]) -> Void
    ) {
        // The models count from the start of a call, as they do in the simulator.
        let time = Instant.zero + (now - leg.began)
        switch leg.carry(from: side, octetCount: octets.count, at: time) {
        case .lost: return
        case .delivered(let delivery, let copy):
            deliver(octets, delivery, since: leg.began, send)
            if let copy { deliver(octets, copy, since: leg.began, send) }
        }
    }

    private func deliver(
        _ octets: [UInt8], _ delivery: Delivery, since start: Instant, _ send: @escaping ([UInt8]) -> Void
    ) {
        var octets = octets
        if let corruption = delivery.corruption { corruption.apply(to: &octets) }
        let due = start + (delivery.time - .zero)
        guard due > LiveClock.now else { return send(octets) }
        guard waiting < settings.limits.waiting else { return }
        waiting += 1
        let bound = NIOLoopBound((self, octets, send), eventLoop: loop)
        loop.scheduleTask(deadline: NIODeadline(due)) {
            let (driver, octets, send) = bound.value
            driver.waiting -= 1
            send(octets)
        }
    }

    // MARK: - The end

    private static let sweepStep = TimeAmount.seconds(5)

    /// Forgets calls of which nothing has come for long.
    private func sweep() {
        let bound = NIOLoopBoundBox(WeakDriver(driver: self), eventLoop: loop)
        loop.scheduleTask(in: Self.sweepStep) {
            guard let driver = bound.value.driver else { return }
            let now = LiveClock.now
            for leg in driver.legs.values.filter({ now - $0.lastSeen > driver.settings.limits.idle }) {
                driver.forget(leg)
            }
            driver.sweep()
        }
    }

    private struct WeakDriver { weak var driver: ImpairDriver? }

    private func forget(_ leg: ImpairedLeg) {
        legs[leg.callID] = nil
        leg.close()
        onEnd(leg.figures)
    }

    func stop() {
        for leg in legs.values.sorted(by: { $0.callID < $1.callID }) { forget(leg) }
        sip?.close()
    }
}
