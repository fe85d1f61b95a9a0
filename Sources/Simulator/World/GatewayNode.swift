import FaxCore
import FaxProtocol
import FaxStation
import FaxWire

/// A ``GatewayCall`` in the simulated network, as the live endpoint drives it on sockets.
public final class GatewayNode: NetworkNode {
    public let call: GatewayCall
    private let sip: Endpoint
    private let media: [MediaPort]
    public let endpoints: [Endpoint]
    /// What happened in the call.
    public private(set) var events: [(time: Instant, event: GatewayCall.Event)] = []
    /// It was never called, and need not be.
    private var isUntouched = true

    public static let eventLimit = 10_000

    private struct MediaPort {
        var endpoint: Endpoint
        var port: FaxCall.Port
        var side: GatewayCall.Side
    }

    /// Both legs have their SIP at the address of the near one.
    public init(_ call: GatewayCall) {
        self.call = call
        sip = call.settings.near.agent.path.endpoint
        media = GatewayCall.Side.allCases.flatMap { side in
            let leg = side == .near ? call.settings.near : call.settings.far
            return [
                MediaPort(endpoint: Endpoint(leg.mediaAddress, leg.audioPort), port: .rtp, side: side),
                MediaPort(endpoint: Endpoint(leg.mediaAddress, leg.t38Port), port: .udptl, side: side),
            ]
        }
        endpoints = [sip] + media.map(\.endpoint)
    }

    public var deadline: Instant? { call.deadline }
    public var isFinished: Bool { isUntouched || call.isFinished }

    public func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) {}

    public func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        if datagram.destination == sip {
            guard let message = try? SIPMessage.lax(datagram.octets.span.bytes).value else { return }
            isUntouched = false
            pass(call.receive(message, from: SIPPath(.udp, datagram.source), at: now), at: now, send)
        } else if let place = media.first(where: { $0.endpoint == datagram.destination }) {
            pass(
                call.receive(datagram.octets, on: place.port, of: place.side, from: datagram.source, at: now), at: now,
                send)
        }
    }

    public func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) { pass(call.wake(at: now), at: now, send) }

    private func pass(_ outputs: [GatewayCall.Output], at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        for output in outputs {
            switch output {
            case .signal(let octets, to: let path, of: _):
                send(SimulatedDatagram(from: sip, to: path.endpoint, octets))
            case .media(let octets, from: let port, of: let side, to: let remote):
                guard let place = media.first(where: { $0.port == port && $0.side == side }) else { continue }
                send(SimulatedDatagram(from: place.endpoint, to: remote, octets))
            case .event(let event):
                if events.count < Self.eventLimit { events.append((now, event)) }
            }
        }
    }
}
