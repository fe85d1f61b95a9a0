import FaxCore
import FaxWire

// Reliable provisional responses and PRACK, both ways (RFC 3262).
extension SIPCall {
    // MARK: - Sending them

    mutating func waitBehindReliable(status: Int, description: [UInt8]?) {
        guard var first = reliable, first.waiting.count < SIPReliableProvisional.maximumWaiting else { return }
        first.waiting.append(.init(status: status, description: description))
        reliable = first
    }

    mutating func sendReliable(status: Int, description: [UInt8]?, to index: Int, at now: Instant) {
        var draft = response(to: servers[index], status: status)
        addCapabilities(to: &draft)
        draft.add(.require, "100rel")
        draft.add(.rSeq, "\(provisionalSequence)")
        let body = settleEarly(description)
        draft.add(SIPContent(description: body))
        let octets = draft.octets
        respond(to: index, status: status, octets: octets, at: now)
        reliable = SIPReliableProvisional(
            rSeq: provisionalSequence, octets: octets, path: servers[index].path,
            // RFC 3262 §3: doubling without a longest interval.
            repetition: SIPRepetition(first: agent.timers.t1, longest: nil, from: now),
            until: now + agent.timers.giveUp, hasDescription: body != nil)
        provisionalSequence &+= 1
    }

    /// A description in a reliable response is the answer, or our offer.
    private mutating func settleEarly(_ description: [UInt8]?) -> [UInt8]? {
        guard let description, case .called(var called) = phase, !called.answeredEarly else { return nil }
        switch session.exchange {
        case .theirs(_, _, let offer): session.settle(local: description, remote: offer)
        case .asked: session.exchange = .ours(.provisionalResponse, description)
        case .none, .ours, .theirsInResponse, .asking: return nil
        }
        called.answeredEarly = true
        phase = .called(called)
        return description
    }

    mutating func wakeReliable(at now: Instant) {
        guard var waiting = reliable else { return }
        if now >= waiting.until {
            reliable = nil
            guard case .called(let called) = phase, let index = openServer(called.key) else { return }
            respond(to: index, status: 504, at: now)
            return end(.neither, .notAcknowledged, at: now)
        }
        let isDue = waiting.repetition.isDue(at: now)
        reliable = waiting
        if isDue { send(waiting.octets, to: waiting.path) }
    }

    mutating func receivePrack(_ index: Int, at now: Instant) {
        let message = servers[index].message
        if let overtaken, message.rAck?.rSeq == overtaken, message.sdp == nil {
            // RFC 3262 §3: not repeated any more after a final response, but still acknowledged.
            self.overtaken = nil
            return respond(to: index, status: 200, at: now)
        }
        guard let acknowledged = message.rAck, let first = reliable, acknowledged.rSeq == first.rSeq else {
            return respond(to: index, status: 481, at: now)
        }
        reliable = nil
        let sdp = message.sdp.map { Array($0) }
        switch (session.exchange, sdp) {
        case (.ours(.provisionalResponse, let offer), let answer?):
            session.settle(local: offer, remote: answer)
            respond(to: index, status: 200, at: now)
            emit(.negotiated(SIPSessionState.description(answer)))
        case (.none, let offer?):
            session.exchange = .theirs(.prack, servers[index].key, offer)
            return emit(.offered(SIPSessionState.description(offer), .prack))
        case (_, _): respond(to: index, status: 200, at: now)
        }
        goOn(behind: first, at: now)
    }

    /// The answer to an offer in a PRACK was given.
    mutating func acceptAfterPrack(at now: Instant) {
        guard case .called(let called) = phase, let accepted = called.accepted, let index = openServer(called.key)
        else { return }
        sendAccept(accepted.description, called, index, at: now)
    }

    private mutating func goOn(behind first: SIPReliableProvisional, at now: Instant) {
        guard case .called(let called) = phase, let index = openServer(called.key) else { return }
        if let accepted = called.accepted {
            return sendAccept(accepted.description, called, index, at: now)
        }
        guard let next = first.waiting.first else { return }
        sendReliable(status: next.status, description: next.description, to: index, at: now)
        reliable?.waiting = Array(first.waiting.dropFirst())
    }

    // MARK: - Receiving them

    /// §4: only the one that follows the last one counts.
    mutating func isInOrder(_ response: SIPMessage, in place: Int) -> Bool {
        guard let rSeq = response.rSeq else { return false }
        if let last = dialogs[place].lastRSeq, rSeq != last + 1 { return false }
        dialogs[place].lastRSeq = rSeq
        return true
    }

    mutating func receiveReliable(_ response: SIPMessage, in place: Int, to index: Int, at now: Instant) {
        dialogs[place].refreshTarget(response)
        notePeer(response)
        let owed = SIPSessionState.Owed(
            sequence: clients[index].sequence, tag: dialogs[place].remoteTag, rSeq: response.rSeq)
        guard let sdp = response.sdp.map({ Array($0) }) else { return sendPrack(owed, description: nil, at: now) }
        switch session.exchange {
        case .ours(.invite, let offer):
            session.settle(local: offer, remote: sdp)
            sendPrack(owed, description: nil, at: now)
            emit(.earlyMedia(SIPSessionState.description(sdp)))
        case .none where session.local == nil:
            session.exchange = .theirsInResponse(.provisionalResponse, owed, sdp)
            emit(.offered(SIPSessionState.description(sdp), .provisionalResponse))
        case .none, .ours, .theirs, .theirsInResponse, .asked, .asking:
            sendPrack(owed, description: nil, at: now)
        }
    }

    /// A reliable provisional response to a re-INVITE.
    mutating func acknowledgeProvisional(_ response: SIPMessage, to index: Int, at now: Instant) {
        guard response.isReliableProvisional, clients[index].method == .invite,
            let place = dialogs.firstIndex(where: { $0.remoteTag == response.toTag ?? "" }),
            isInOrder(response, in: place)
        else { return }
        let owed = SIPSessionState.Owed(
            sequence: clients[index].sequence, tag: dialogs[place].remoteTag, rSeq: response.rSeq)
        sendPrack(owed, description: nil, at: now)
    }

    mutating func sendPrack(_ owed: SIPSessionState.Owed, description: [UInt8]?, at now: Instant) {
        guard let rSeq = owed.rSeq, let dialog = dialogs.first(where: { $0.remoteTag == owed.tag }) else { return }
        var plan = plan(.prack, .prack, in: dialog, content: SIPContent(description: description))
        plan.headers = [.init(SIPHeader.rAck.name, "\(rSeq) \(owed.sequence) INVITE")]
        start(plan, at: now)
    }

    mutating func receivePrackResponse(_ response: SIPMessage, status: Int, to index: Int, at now: Instant) {
        guard status >= 300, tryAgain(response, status: status, index: index, at: now) else { return }
    }
}
