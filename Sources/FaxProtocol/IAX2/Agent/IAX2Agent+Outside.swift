import FaxCore
import FaxWire

// What belongs to no call that stands: openings, POKE, and the frames of calls that we know nothing of.
extension IAX2Agent {
    mutating func outside(
        _ frame: IAX2FullFrame, _ datagram: RawSpan, from peer: Endpoint, at now: Instant
    ) -> [IAX2Output] {
        guard frame.destination == 0 else { return unknown(frame, from: peer) }
        switch frame.command {
        case .new where frame.outbound == 0 && frame.inbound == 0:
            let elements = IAX2Elements.read(datagram.extracting(frame.data)).value
            return checkToken(frame, elements, from: peer, at: now, refusal: .reject) {
                $0.open(frame, elements, from: peer, at: now)
            }
        case .registrationRequest, .registrationRelease:
            let data = datagram.extracting(frame.data)
            let elements = IAX2Elements.read(data).value
            let octets = data.copied()
            return checkToken(frame, elements, from: peer, at: now, refusal: .registrationReject) {
                $0.register(frame, octets, from: peer, at: now)
            }
        // The same answer each time: nothing is kept.
        case .poke: return [.send(answer(to: frame, .pong, timestamp: frame.timestamp), to: peer)]
        default:
            dropped += 1
            return []
        }
    }

    /// A call or registration that we know nothing of: INVAL, which is no longer than what it answers (§6.9.2). What ends
    /// or acknowledges something is not answered, or two who know nothing would talk for ever.
    private mutating func unknown(_ frame: IAX2FullFrame, from peer: Endpoint) -> [IAX2Output] {
        dropped += 1
        switch frame.command {
        case .ack, .invalid, .voiceNotAcknowledged, .hangup, .reject, .registrationReject, .transferConnect,
            .transferAccept, .pong, .lagReply:
            return []
        default: return [.send(answer(to: frame, .invalid, timestamp: frame.timestamp), to: peer)]
        }
    }

    private func answer(
        to frame: IAX2FullFrame, _ command: IAX2Command, _ elements: IAX2Elements = IAX2Elements(), timestamp: UInt32
    ) -> [UInt8] {
        IAX2FullFrame(
            source: frame.destination == 0 ? Self.outsideNumber : frame.destination, destination: frame.source,
            timestamp: timestamp, outbound: 0, inbound: frame.outbound &+ 1, kind: .iax,
            subclass: UInt64(command.rawValue)
        ).octets(elements.octets)
    }

    private mutating func checkToken(
        _ frame: IAX2FullFrame, _ elements: IAX2Elements, from peer: Endpoint, at now: Instant, refusal: IAX2Command,
        _ admit: (inout IAX2Agent) -> [IAX2Output]
    ) -> [IAX2Output] {
        var answers = IAX2Elements()
        switch tokens.verdict(on: elements.callToken, from: peer, at: now) {
        case .good: return admit(&self)
        case .ask(let token):
            answers.callToken = token
            return [.send(answer(to: frame, .callToken, answers, timestamp: frame.timestamp), to: peer)]
        case .refused:
            dropped += 1
            return [.send(answer(to: frame, refusal, answers, timestamp: frame.timestamp), to: peer)]
        }
    }

    // MARK: - Openings

    private mutating func open(
        _ frame: IAX2FullFrame, _ elements: IAX2Elements, from peer: Endpoint, at now: Instant
    ) -> [IAX2Output] {
        guard elements.version == IAX2Elements.version else { return turnAway(frame, peer, "not version 2 of IAX") }
        guard legs.count < settings.limits.calls else {
            return turnAway(frame, peer, "\(settings.limits.calls) calls at one time")
        }
        let ofSource = legs.values.count { $0.peer.address == peer.address }
        guard ofSource < settings.limits.callsPerSource, let number = freeNumber() else {
            return turnAway(frame, peer, "\(settings.limits.callsPerSource) calls of one address at one time")
        }
        var leg = IAX2Leg(from: peer, elements, number: number, settings, at: now)
        let outputs = leg.open(frame, challenge: challenge(), at: now)
        legs[number] = leg
        numbers[Remote(peer: peer, number: frame.source)] = number
        return wrap(outputs, number, peer)
    }

    private mutating func turnAway(_ frame: IAX2FullFrame, _ peer: Endpoint, _ reason: String) -> [IAX2Output] {
        var elements = IAX2Elements()
        elements.causeCode = IAX2Ending.Code.congestion
        return [
            .send(answer(to: frame, .reject, elements, timestamp: frame.timestamp), to: peer),
            .event(.callRefused(peer, reason: reason)),
        ]
    }

    private mutating func register(
        _ frame: IAX2FullFrame, _ data: [UInt8], from peer: Endpoint, at now: Instant
    ) -> [IAX2Output] {
        guard exchanges.count < settings.limits.exchanges, let number = freeNumber() else {
            dropped += 1
            return []
        }
        var exchange = IAX2RegistrationExchange(
            from: peer, number: number, challenge: challenge(), settings, at: now)
        let (octets, result) = exchange.receive(frame, data.span.bytes, at: now)
        exchanges[number] = exchange
        numbers[Remote(peer: peer, number: frame.source)] = number
        return octets.map { .send($0, to: peer) } + note(result, peer, at: now)
    }

    private mutating func challenge() -> String { String(random.next() % 1_000_000_000) }

    /// Not to be guessed, so that nobody who does not see our frames can speak in a call.
    mutating func freeNumber() -> UInt16? {
        for _ in 0..<64 {
            let number = UInt16(truncatingIfNeeded: 2 + random.next() % 32_766)
            if legs[number] == nil, exchanges[number] == nil { return number }
        }
        return nil
    }

    // MARK: - Commands

    /// Calls. `nil`: there is no room for another call.
    public mutating func call(
        _ destination: IAX2Destination, at now: Instant
    ) -> (number: IAX2CallNumber, outputs: [IAX2Output])? {
        guard legs.count < settings.limits.calls, let number = freeNumber() else { return nil }
        var leg = IAX2Leg(calling: destination, number: number, settings, at: now)
        let outputs = leg.call(at: now)
        legs[number] = leg
        return (IAX2CallNumber(number), wrap(outputs, number, destination.peer))
    }

    /// Takes a call, and lets it ring.
    public mutating func ring(_ number: IAX2CallNumber, at now: Instant) -> [IAX2Output] {
        perform(number) { $0.ring(at: now) }
    }

    public mutating func answer(_ number: IAX2CallNumber, at now: Instant) -> [IAX2Output] {
        perform(number) { $0.answer(at: now) }
    }

    /// Ends a call, or turns it away.
    /// - Parameter code: of Q.850.
    public mutating func hangUp(
        _ number: IAX2CallNumber, _ text: String = "Normal Clearing", code: Int = IAX2Ending.Code.normal,
        at now: Instant
    ) -> [IAX2Output] {
        perform(number) { $0.hangUp(text, code, at: now) }
    }

    /// Sends media of so many milliseconds on a call that stands.
    public mutating func sendVoice(
        _ octets: [UInt8], milliseconds: UInt32, on number: IAX2CallNumber, at now: Instant
    ) -> [IAX2Output] {
        perform(number) { $0.voice(octets, milliseconds: milliseconds, at: now) }
    }

    private mutating func perform(
        _ number: IAX2CallNumber, _ body: (inout IAX2Leg) -> [IAX2Leg.Output]
    ) -> [IAX2Output] {
        guard var leg = legs[number.value] else { return [] }
        let outputs = body(&leg)
        legs[number.value] = leg
        return wrap(outputs, number.value, leg.peer)
    }
}
