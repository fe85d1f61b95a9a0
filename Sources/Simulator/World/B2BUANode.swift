import FaxCore
import FaxProtocol
import FaxWire

/// A back-to-back user agent in the simulated network: it answers one call and makes another, passes offers, answers and
/// the end of either on to the other, and relays media through ports of its own where it is asked to.
public final class B2BUANode: NetworkNode {
    public struct Settings: Sendable, Hashable {
        public var address: IPAddress
        /// Whom it calls for every call that comes.
        public var destination: SIPDestination
        /// RTP and UDPTL go through it; otherwise they go from station to station.
        public var anchorsMedia = true

        public init(address: IPAddress, destination: SIPDestination) {
            self.address = address
            self.destination = destination
        }
    }

    /// The leg of the caller and that of the called station.
    enum Side: Int, CaseIterable {
        case inward, outward

        var other: Side { self == .inward ? .outward : .inward }
    }

    private let settings: Settings
    private var calls: [SIPCall]
    private var relay: MediaRelay
    public let endpoints: [Endpoint]
    private var send: [SimulatedDatagram] = []

    public init(_ settings: Settings, random: SeededRandom) {
        self.settings = settings
        var random = random
        calls = Side.allCases.map { side in
            let path = SIPPath(.udp, Endpoint(settings.address, Self.sipPort(side)))
            return SIPCall(
                agent: SIPAgent(path: path, user: "b2bua", product: "faxprobe B2BUA"),
                random: SeededRandom(seed: random.next()))
        }
        relay = MediaRelay(address: settings.address)
        endpoints = Side.allCases.map { Endpoint(settings.address, Self.sipPort($0)) } + relay.endpoints
    }

    private static func sipPort(_ side: Side) -> UInt16 { side == .inward ? 5_060 : 5_062 }

    public var deadline: Instant? { calls.compactMap(\.deadline).min() }
    public var isFinished: Bool { calls.allSatisfy { $0.isFinished || $0.callID == nil } }

    public func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) {}

    public func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        if let side = Side.allCases.first(where: { endpoints[$0.rawValue] == datagram.destination }) {
            guard let message = try? SIPMessage.lax(datagram.octets.span.bytes).value else { return }
            handle(.message(message, from: SIPPath(.udp, datagram.source)), side, at: now)
        } else if let relayed = relay.relay(datagram) {
            send(relayed)
        }
        flush(send)
    }

    public func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        for side in Side.allCases where calls[side.rawValue].deadline.map({ $0 <= now }) == true {
            handle(.deadline, side, at: now)
        }
        flush(send)
    }

    private func flush(_ send: (SimulatedDatagram) -> Void) {
        let due = self.send
        self.send = []
        due.forEach(send)
    }

    private func handle(_ input: SIPCall.Input, _ side: Side, at now: Instant) {
        for output in calls[side.rawValue].handle(input, at: now) {
            switch output {
            case .send(let octets, to: let path):
                send.append(SimulatedDatagram(from: endpoints[side.rawValue], to: path.endpoint, octets))
            case .event(let event): follow(event, side, at: now)
            }
        }
    }

    private func command(_ command: SIPCall.Command, _ side: Side, at now: Instant) {
        handle(.command(command), side, at: now)
    }

    /// What happens on one leg is brought about on the other.
    private func follow(_ event: SIPCall.Event, _ side: Side, at now: Instant) {
        let other = side.other
        switch event {
        case .incoming(let call):
            command(.invite(settings.destination, offer: call.offer.map { passed($0, side) }), .outward, at: now)
        case .progress(let status, _) where side == .outward && status >= 180:
            command(.ring(status: 180, nil), .inward, at: now)
        case .answered(let answer): command(.accept(answer.map { passed($0, side) }), .inward, at: now)
        case .offered(let offer, _): command(.offer(offer.map { passed($0, side) }, .invite), other, at: now)
        case .negotiated(let answer): command(.answer(passed(answer, side)), other, at: now)
        case .offerRefused(let refusal): command(.refuse(status: refusal.status), other, at: now)
        case .offerWithdrawn: command(.cancelOffer, other, at: now)
        // The other side's own offer is open on that leg (RFC 3261 §14.1).
        case .commandRefused(.offerOpen): command(.refuse(status: 491), other, at: now)
        case .ended(let ending): end(ending, side, at: now)
        case .progress, .earlyMedia, .confirmed, .offerDelayed, .offerDropped, .redirected, .info, .sessionRefreshed,
            .optionsAnswered, .commandRefused:
            break
        }
    }

    private func end(_ ending: SIPEnding, _ side: Side, at now: Instant) {
        if case .refused(let refusal) = ending.cause, side == .outward, !calls[Side.inward.rawValue].isEstablished {
            return command(.reject(status: refusal.status), .inward, at: now)
        }
        guard !calls[side.other.rawValue].hasEnded else { return }
        command(.hangUp(ending.reasons.first), side.other, at: now)
    }

    /// A description as the other leg gets it.
    private func passed(_ description: SessionDescription, _ side: Side) -> SessionDescription {
        settings.anchorsMedia ? relay.pass(description, from: side) : description
    }
}
