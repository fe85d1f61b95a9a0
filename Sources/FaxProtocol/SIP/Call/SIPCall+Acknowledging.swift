import FaxCore
import FaxWire

// ACK, both ways, and what has to wait for it.
extension SIPCall {
    /// Acknowledges the 2xx of the established dialog.
    mutating func acknowledge(_ sequence: UInt32, answer: [UInt8]?) {
        guard let dialog else { return }
        acknowledge(sequence, in: dialog, answer: answer)
    }

    /// The ACK of a 2xx is a request of its own, outside of the INVITE's transaction, with the INVITE's number and
    /// credentials (RFC 3261 §13.2.2.4).
    mutating func acknowledge(_ sequence: UInt32, in dialog: SIPDialog, answer: [UInt8]?) {
        let plan = plan(.ack, .initial, in: dialog, content: SIPContent(description: answer))
        var draft = head(plan, sequence: sequence, branch: random.sipBranch())
        if let invite = clients.first(where: { $0.method == .invite && $0.sequence == sequence }) {
            draft.headers += invite.draft.credentials
        }
        draft.add(plan.content)
        let octets = draft.octets
        if acknowledged.count >= Limit.acknowledgements { acknowledged.removeFirst() }
        acknowledged.append(SIPSentACK(sequence: sequence, tag: dialog.remoteTag, octets: octets, path: plan.path))
        send(octets, to: plan.path)
    }

    /// The ACK of a refusal belongs to the INVITE's transaction (§17.1.1.3).
    mutating func acknowledgeRefusal(_ response: SIPMessage, of index: Int) {
        let invite = clients[index]
        var plan = invite.plan
        plan.method = .ack
        plan.to = response.to ?? plan.to
        var draft = head(plan, sequence: invite.sequence, branch: invite.branch)
        draft.headers += invite.draft.credentials
        let octets = draft.octets
        clients[index].ack = octets
        send(octets, to: plan.path)
    }

    // MARK: - Theirs

    mutating func receiveACK(_ message: SIPMessage, from path: SIPPath, at now: Instant) {
        if let key = SIPTransactionKey(message, as: .invite),
            let index = servers.firstIndex(where: { $0.key == key }), servers[index].machine.receiveACK(at: now)
        {
            return
        }
        guard let sequence = message.cseq?.number, dialogPlace(of: message) != nil,
            let place = unacknowledged.firstIndex(where: { $0.sequence == sequence })
        else { return }
        let awaited = unacknowledged.remove(at: place)
        peer = path
        if let reasons = delayedBye { return sendDelayedBye(reasons, at: now) }
        guard !hasEnded else { return }
        if awaited.isInitial { emit(.confirmed) }
        takeAnswer(in: message)
        resumeOffer(at: now)
    }

    private mutating func takeAnswer(in ack: SIPMessage) {
        guard case .ours(.finalResponse, let offer) = session.exchange else { return }
        guard let sdp = ack.sdp.map({ Array($0) }) else {
            session.exchange = .none
            return emit(.offerRefused(SIPRefusal(status: 200, reason: "No answer in the ACK")))
        }
        session.settle(local: offer, remote: sdp)
        emit(.negotiated(SIPSessionState.description(sdp)))
    }

    private mutating func sendDelayedBye(_ reasons: [SIPReason], at now: Instant) {
        delayedBye = nil
        sendBye(reasons, at: now)
    }

    /// A 2xx to an INVITE, repeated until its ACK comes.
    mutating func respondSuccess(
        to index: Int, description: [UInt8]?, headers: [SIPMessageDraft.Header], isInitial: Bool, at now: Instant
    ) {
        var draft = response(to: servers[index], status: 200)
        addCapabilities(to: &draft)
        draft.headers += headers
        draft.add(SIPContent(description: description))
        let octets = draft.octets
        respond(to: index, status: 200, octets: octets, at: now)
        if unacknowledged.count >= Limit.acknowledgements { unacknowledged.removeFirst() }
        unacknowledged.append(
            SIPAwaitedACK(
                sequence: servers[index].sequence, isInitial: isInitial, octets: octets, path: servers[index].path,
                repetition: SIPRepetition(first: agent.timers.t1, longest: agent.timers.t2, from: now),
                until: now + agent.timers.giveUp))
    }
}

extension SIPMessageDraft {
    /// Authorization and Proxy-Authorization.
    fileprivate var credentials: [Header] {
        headers.filter {
            switch SIPHeader(name: $0.name) {
            case .authorization, .proxyAuthorization: true
            default: false
            }
        }
    }
}
