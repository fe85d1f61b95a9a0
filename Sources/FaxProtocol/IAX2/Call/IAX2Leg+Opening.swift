import FaxCore
import FaxWire

// From NEW to ANSWER, of either side.
extension IAX2Leg {
    // MARK: - Our call

    mutating func call(at now: Instant, token: [UInt8] = []) -> [Output] {
        guard let destination else { return [] }
        var new = IAX2Elements()
        new.version = IAX2Elements.version
        new.calledNumber = destination.calledNumber
        new.callingNumber = settings.callingNumber
        new.callingName = settings.callingName
        new.username = destination.account?.name
        new.capability = settings.capability
        new.format = settings.formats.first
        new.callToken = token
        return [.send(numbering.send(.new, new, at: now))]
    }

    /// The other side wants to see that we are where we say: the same NEW with what it gave.
    mutating func callAgain(_ elements: IAX2Elements, at now: Instant) -> [Output] {
        guard case .calling = state, let token = elements.callToken, !token.isEmpty, !hasToken else { return [] }
        hasToken = true
        numbering.restart()
        return call(at: now, token: token)
    }

    mutating func accepted(_ elements: IAX2Elements, at now: Instant) -> [Output] {
        guard case .calling = state else { return [] }
        guard let format = elements.format, settings.formats.contains(format) else {
            return leave(
                IAX2Ending(.us, .noCommonFormat), "No common format", IAX2Ending.Code.incompatible, at: now)
        }
        state = .accepted(format: format)
        if heardFormat == nil { heardFormat = format }
        return [.event(.accepted(format: format))]
    }

    /// AUTHREP: by MD5 where that is asked for, else as it is where that is allowed (§6.2.6).
    mutating func prove(_ elements: IAX2Elements, at now: Instant) -> [Output] {
        guard case .calling = state else { return [] }
        var proof = IAX2Elements()
        let methods = elements.authenticationMethods ?? 0
        if let secret = destination?.account?.secret, let challenge = elements.challenge,
            methods & IAX2Authentication.md5 != 0
        {
            proof.md5Result = IAX2Proof.md5(challenge, secret, settings.hash)
        } else if let secret = destination?.account?.secret, settings.takesPlaintext,
            methods & IAX2Authentication.plaintext != 0
        {
            proof.password = secret
        } else {
            return leave(
                IAX2Ending(.us, .cannotAuthenticate), "No authentication", IAX2Ending.Code.facilityRejected, at: now)
        }
        return [.send(numbering.send(.authenticationReply, proof, at: now))]
    }

    // MARK: - Their call

    /// Their NEW.
    mutating func open(_ frame: IAX2FullFrame, challenge: String, at now: Instant) -> [Output] {
        guard case .fresh = numbering.take(frame, at: now) else { return [] }
        guard let format = commonFormat else {
            return leave(IAX2Ending(.us, .noCommonFormat), "No common format", IAX2Ending.Code.incompatible, at: now)
        }
        guard !settings.accounts.isEmpty else { return offer(format, name: nil, at: now) }
        if let account = settings.account(new.username), account.secret == nil {
            return offer(format, name: account.name, at: now)
        }
        // Whoever is not known is asked, too: the answer must not tell who is.
        state = .challenged(challenge)
        return [.send(numbering.send(.authenticationRequest, ask(challenge), at: now))]
    }

    private func ask(_ challenge: String) -> IAX2Elements {
        IAX2Proof.question(challenge, name: new.username, settings)
    }

    /// The one that they want, or the first of ours that they have.
    private var commonFormat: UInt64? {
        if let format = new.format, settings.formats.contains(format) { return format }
        guard let capability = new.capability else { return nil }
        return settings.formats.first { $0 & capability != 0 }
    }

    mutating func check(_ elements: IAX2Elements, at now: Instant) -> [Output] {
        guard case .challenged(let challenge) = state, let format = commonFormat else { return [] }
        guard let account = settings.account(new.username),
            IAX2Proof.holds(elements, challenge, account, settings)
        else {
            let code = IAX2Ending.Code.facilityRejected
            return leave(
                IAX2Ending(.us, .rejected("No authority found", code: code)), "No authority found", code, at: now)
        }
        return offer(format, name: account.name, at: now)
    }

    private mutating func offer(_ format: UInt64, name: String?, at now: Instant) -> [Output] {
        let incoming = IAX2Incoming(
            peer: peer, name: name, calledNumber: new.calledNumber, callingNumber: new.callingNumber,
            callingName: new.callingName, format: format)
        state = .offered(incoming)
        patience = now + settings.timers.answer
        return [.event(.incoming(incoming))]
    }

    // MARK: - What the side above decides

    /// ACCEPT and RINGING.
    mutating func ring(at now: Instant) -> [Output] {
        guard case .offered(let incoming) = state else { return [] }
        var elements = IAX2Elements()
        elements.format = incoming.format
        state = .ringing(format: incoming.format)
        return [
            .send(numbering.send(.accept, elements, at: now)),
            .send(numbering.send(.control, UInt64(IAX2Control.ringing.rawValue), at: now)),
        ]
    }

    mutating func answer(at now: Instant) -> [Output] {
        let outputs = ring(at: now)
        guard case .ringing(let format) = state else { return [] }
        stand(format, at: now)
        return outputs + [
            .send(numbering.send(.control, UInt64(IAX2Control.answer.rawValue), at: now)),
            .event(.answered(format: format)),
        ]
    }

    /// Ends the call by whatever the state demands.
    mutating func hangUp(_ text: String, _ code: Int, at now: Instant) -> [Output] {
        switch state {
        case .challenged, .offered: leave(IAX2Ending(.us, .rejected(text, code: code)), text, code, at: now)
        case .calling, .accepted, .ringing, .up: leave(IAX2Ending(.us, .hungUp(text, code: code)), text, code, at: now)
        case .over: []
        }
    }
}
