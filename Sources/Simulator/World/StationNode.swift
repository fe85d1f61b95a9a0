import FaxCore
import FaxProtocol
import FaxStation

/// A ``FaxCall`` in the simulated network, as the live endpoint drives it on sockets.
public final class StationNode: NetworkNode {
    public let call: FaxCall
    private let sip: Endpoint
    private let rtp: Endpoint
    private let udptl: Endpoint
    private let stray: Endpoint
    public let endpoints: [Endpoint]
    /// Told of what happens in the call.
    public var onEvent: ((FaxCall.Event) -> Void)?

    public init(_ call: FaxCall) {
        self.call = call
        let settings = call.settings
        sip = settings.agent.path.endpoint
        rtp = Endpoint(settings.mediaAddress, settings.audioPort)
        udptl = Endpoint(settings.mediaAddress, settings.t38Port)
        stray = Endpoint(settings.mediaAddress, settings.t38Port &+ 1_000)
        endpoints = [sip, rtp, udptl]
    }

    public var deadline: Instant? { call.deadline }
    public var isFinished: Bool { call.isFinished }

    public func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) { pass(call.start(at: now), send) }

    public func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        // On another port nobody listens.
        guard let port = port(datagram.destination) else { return }
        pass(call.receive(datagram.octets, on: port, from: datagram.source, at: now), send)
    }

    private func port(_ endpoint: Endpoint) -> FaxCall.Port? {
        if endpoint == rtp { return .rtp }
        if endpoint == udptl { return .udptl }
        return endpoint == sip ? .sip : nil
    }

    public func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) { pass(call.wake(at: now), send) }

    private func pass(_ outputs: [FaxCall.Output], _ send: (SimulatedDatagram) -> Void) {
        for output in outputs {
            switch output {
            case .send(let octets, from: let port, to: let remote):
                send(SimulatedDatagram(from: endpoint(port), to: remote, octets))
            case .signal(let octets, to: let path):
                send(SimulatedDatagram(from: sip, to: path.endpoint, octets))
            case .event(let event): onEvent?(event)
            }
        }
    }

    private func endpoint(_ port: FaxCall.Port) -> Endpoint {
        switch port {
        case .sip: sip
        case .rtp, .rtcp: rtp
        case .udptl: udptl
        case .stray: stray
        }
    }
}
