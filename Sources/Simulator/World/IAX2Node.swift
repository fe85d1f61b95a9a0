import FaxCore
import FaxProtocol
import FaxStation

/// An ``IAX2Station`` in the simulated network, as the live endpoint drives it on a socket.
public final class IAX2Node: NetworkNode {
    public let station: IAX2Station
    public let endpoints: [Endpoint]
    private let begin: (destination: IAX2Destination, settings: IAX2FaxSettings)?
    /// The only call, from its beginning on.
    public private(set) var number: IAX2CallNumber?
    public private(set) var events: [IAX2FaxCall.Event] = []
    private var hasEnded = false

    /// - Parameter calling: whom it calls at the start; `nil`: it waits.
    public init(
        _ station: IAX2Station, at endpoint: Endpoint, calling: (IAX2Destination, IAX2FaxSettings)? = nil
    ) {
        self.station = station
        endpoints = [endpoint]
        begin = calling.map { (destination: $0.0, settings: $0.1) }
    }

    public var deadline: Instant? { station.deadline }
    public var isFinished: Bool { hasEnded && station.agent.isIdle }
    public var faxCall: IAX2FaxCall? { number.flatMap { station.faxCall($0) } }

    public func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        guard let begin, let (number, outputs) = station.call(begin.destination, begin.settings, at: now) else {
            return
        }
        self.number = number
        pass(outputs, send)
    }

    public func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        pass(station.receive(datagram.octets, from: datagram.source, at: now), send)
    }

    public func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) { pass(station.wake(at: now), send) }

    private func pass(_ outputs: [IAX2Station.Output], _ send: (SimulatedDatagram) -> Void) {
        for output in outputs {
            switch output {
            case .send(let octets, to: let peer): send(SimulatedDatagram(from: endpoints[0], to: peer, octets))
            case .agent: break
            case .call(let number, let event):
                self.number = number
                events.append(event)
                if case .ended = event { hasEnded = true }
            }
        }
    }
}
