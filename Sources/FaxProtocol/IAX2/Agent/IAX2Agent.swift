import FaxCore
import FaxWire

/// A peer of IAX2 (RFC 5456): takes registrations, is called and calls. All of it goes over one port, so this value tells
/// whose a frame is. Sans-IO: datagrams, commands and the time come in, datagrams and events go out; ``deadline`` says when
/// it wants to be woken.
public struct IAX2Agent: Sendable {
    /// A call number of the other side, from one place.
    struct Remote: Hashable {
        var peer: Endpoint
        var number: UInt16
    }

    public let settings: IAX2Settings
    var random: SeededRandom
    let tokens: IAX2CallTokens
    /// By our number.
    var legs: [UInt16: IAX2Leg] = [:]
    var exchanges: [UInt16: IAX2RegistrationExchange] = [:]
    /// Our number, by theirs.
    var numbers: [Remote: UInt16] = [:]
    private var registrations: [String: IAX2Registration] = [:]
    /// Datagrams that were no IAX2, too long, or of nobody.
    public internal(set) var dropped = 0

    /// Our number in what is said outside of calls; no call has it.
    static let outsideNumber: UInt16 = 1

    public init(_ settings: IAX2Settings, random: SeededRandom) {
        self.settings = settings
        var random = random
        tokens = IAX2CallTokens(settings, random: &random)
        self.random = random
    }

    // MARK: - What is known

    /// Where that peer can be called; `nil`: it is not registered.
    public func registration(of name: String) -> IAX2Registration? { registrations[name] }

    /// Calls that are not over.
    public var calls: Int { legs.values.count { !$0.isOver } }

    /// Nothing is left to repeat, or to answer when it is repeated.
    public var isIdle: Bool { legs.values.allSatisfy { $0.isOver && $0.numbering.isQuiet } }

    // MARK: - In

    public mutating func receive(_ datagram: [UInt8], from peer: Endpoint, at now: Instant) -> [IAX2Output] {
        guard datagram.count <= settings.limits.datagram, let frame = try? IAX2Frame(datagram.span.bytes) else {
            dropped += 1
            return []
        }
        switch frame {
        case .full(let frame): return receive(frame, datagram.span.bytes, from: peer, at: now)
        case .mini(let frame): return receive(frame, datagram.span.bytes, from: peer)
        case .trunk(let frames):
            // One datagram brings one frame of each call; more would be multiplication.
            return frames.prefix(settings.limits.calls).flatMap { receive($0, datagram.span.bytes, from: peer) }
        case .video: return []
        }
    }

    private mutating func receive(_ frame: IAX2MiniFrame, _ datagram: RawSpan, from peer: Endpoint) -> [IAX2Output] {
        guard let number = numbers[Remote(peer: peer, number: frame.source)],
            let outputs = legs[number]?.receive(frame, datagram)
        else {
            dropped += 1
            return []
        }
        return wrap(outputs, number, peer)
    }

    private mutating func receive(
        _ frame: IAX2FullFrame, _ datagram: RawSpan, from peer: Endpoint, at now: Instant
    ) -> [IAX2Output] {
        guard frame.source != 0 else {
            dropped += 1
            return []
        }
        guard let number = number(of: frame, from: peer) else { return outside(frame, datagram, from: peer, at: now) }
        if var leg = legs[number] {
            let outputs = leg.receive(frame, datagram, at: now)
            legs[number] = leg
            numbers[Remote(peer: peer, number: frame.source)] = number
            return wrap(outputs, number, peer)
        }
        guard var exchange = exchanges[number] else { return [] }
        let (octets, result) = exchange.receive(frame, datagram.extracting(frame.data), at: now)
        exchanges[number] = exchange
        return octets.map { .send($0, to: peer) } + note(result, peer, at: now)
    }

    /// Of which call or registration it is: by our number, and before the other side knows that by its own.
    private func number(of frame: IAX2FullFrame, from peer: Endpoint) -> UInt16? {
        guard frame.destination != 0 else { return early(frame, from: peer) }
        if let leg = legs[frame.destination] {
            let other = leg.numbering.destination
            return leg.peer == peer && (other == 0 || other == frame.source) ? frame.destination : nil
        }
        guard let exchange = exchanges[frame.destination], exchange.peer == peer,
            exchange.numbering.destination == frame.source
        else { return nil }
        return frame.destination
    }

    /// A frame of somebody who does not know our number yet. The same number may open something new when what it stood for
    /// is over and nothing of ours waits for an acknowledgement.
    private func early(_ frame: IAX2FullFrame, from peer: Endpoint) -> UInt16? {
        guard let number = numbers[Remote(peer: peer, number: frame.source)] else { return nil }
        let isThrough =
            legs[number].map { $0.isOver && $0.numbering.isQuiet } ?? exchanges[number]?.isThrough ?? true
        return isThrough && frame.outbound == 0 ? nil : number
    }

    mutating func note(
        _ result: IAX2RegistrationExchange.Result?, _ peer: Endpoint, at now: Instant
    ) -> [IAX2Output] {
        switch result {
        case nil: return []
        case .registered(let registration):
            registrations[registration.name] = registration
            return [.event(.registered(registration))]
        case .released(let name):
            registrations[name] = nil
            return [.event(.unregistered(name: name, peer))]
        case .refused(let name, let reason):
            return [.event(.registrationRefused(name: name, peer, reason: reason))]
        }
    }

    func wrap(_ outputs: [IAX2Leg.Output], _ number: UInt16, _ peer: Endpoint) -> [IAX2Output] {
        outputs.map { output in
            switch output {
            case .send(let octets): .send(octets, to: peer)
            case .event(let event): .event(.call(IAX2CallNumber(number), event))
            case .turnedAway(let ending): .event(.callRefused(peer, reason: ending.cause.text))
            }
        }
    }

    // MARK: - Time

    /// When ``wake(at:)`` wants to be called if nothing else happens.
    public var deadline: Instant? {
        var next = legs.values.compactMap(\.deadline).min()
        func take(_ time: Instant?) {
            if let time { next = min(next ?? time, time) }
        }
        take(exchanges.values.map(\.deadline).min())
        take(registrations.values.map(\.until).min())
        return next
    }

    public mutating func wake(at now: Instant) -> [IAX2Output] {
        var outputs: [IAX2Output] = []
        for number in legs.keys.sorted() {
            guard var leg = legs[number], let due = leg.deadline, due <= now else { continue }
            outputs += wrap(leg.wake(at: now), number, leg.peer)
            legs[number] = leg.isFinished(at: now) ? nil : leg
        }
        for number in exchanges.keys.sorted() {
            guard var exchange = exchanges[number], exchange.deadline <= now else { continue }
            outputs += exchange.wake(at: now).map { .send($0, to: exchange.peer) }
            exchanges[number] = exchange.until <= now ? nil : exchange
        }
        forgetNumbers()
        for name in registrations.keys.sorted() {
            guard let registration = registrations[name], registration.until <= now else { continue }
            registrations[name] = nil
            outputs.append(.event(.registrationExpired(name: name, registration.peer)))
        }
        return outputs
    }

    private mutating func forgetNumbers() {
        guard numbers.count > legs.count + exchanges.count else { return }
        let (legs, exchanges) = (legs, exchanges)
        numbers = numbers.filter { legs[$0.value] != nil || exchanges[$0.value] != nil }
    }
}
