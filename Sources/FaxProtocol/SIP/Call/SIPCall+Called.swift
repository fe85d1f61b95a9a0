import FaxCore
import FaxWire

// The INVITE that makes a call, at the side that is called (RFC 3261 §13.3).
extension SIPCall {
    mutating func receiveInitial(_ index: Int, at now: Instant) {
        let request = servers[index]
        let invite = request.message
        callID = invite.callID
        peer = request.path
        if var to = invite.to {
            to.parameters.removeAll { $0.name.lowercased() == "tag" }
            localAddress = to
        }
        // What is refused here may come again, with another CSeq.
        if challenges(index, at: now) || refuses(index, at: now) { return }
        dialogs = [SIPDialog(callee: localTag, invite: invite)]
        phase = .called(Called(key: request.key))
        notePeer(invite)
        respond(to: index, status: 100, at: now)
        let offer = invite.sdp.map { Array($0) }
        session.exchange = offer.map { .theirs(.invite, request.key, $0) } ?? .asked(request.key)
        emit(
            .incoming(
                SIPIncomingCall(
                    callID: invite.callID ?? "", from: invite.from ?? SIPNameAddress(uri: ""), to: localAddress,
                    requestURI: invite.requestURI ?? "", offer: offer.map(SIPSessionState.description))))
    }

    /// 401 to a caller who has to say who it is.
    private mutating func challenges(_ index: Int, at now: Instant) -> Bool {
        guard let header = challenger?.check(servers[index].message, random: &random) else { return false }
        respond(to: index, status: 401, headers: [header], at: now)
        return true
    }

    // MARK: - Answers

    mutating func ring(status: Int, description: [UInt8]?, at now: Instant) {
        guard case .called(let called) = phase, called.accepted == nil, (101...199).contains(status),
            let index = openServer(called.key)
        else { return emit(.commandRefused(.wrongState)) }
        if reliable != nil {
            waitBehindReliable(status: status, description: description)
        } else if servers[index].message.lists("100rel"), agent.reliableProvisionals != .never {
            sendReliable(status: status, description: description, to: index, at: now)
        } else {
            var draft = response(to: servers[index], status: status)
            addCapabilities(to: &draft)
            // Without reliability only a preview of the answer may go along, never an offer.
            if case .theirs = session.exchange { draft.add(SIPContent(description: description)) }
            respond(to: index, status: status, octets: draft.octets, at: now)
        }
    }

    mutating func accept(_ description: [UInt8]?, at now: Instant) {
        guard case .called(var called) = phase, called.accepted == nil, let index = openServer(called.key) else {
            return emit(.commandRefused(.wrongState))
        }
        guard description != nil || called.answeredEarly else { return emit(.commandRefused(.wrongState)) }
        if reliable?.hasDescription == true {
            // RFC 3262 §3: not before the PRACK of a provisional response with a description.
            called.accepted = Accepted(description: description)
            phase = .called(called)
            return
        }
        sendAccept(description, called, index, at: now)
    }

    mutating func sendAccept(_ description: [UInt8]?, _ called: Called, _ index: Int, at now: Instant) {
        overtaken = reliable?.rSeq
        reliable = nil
        phase = .established
        dialogs[0].isConfirmed = true
        let body = called.answeredEarly ? nil : description
        settle(with: body)
        let headers = agreeTimer(for: servers[index].message, at: now)
        respondSuccess(to: index, description: body, headers: headers, isInitial: true, at: now)
    }

    /// Our description, in a response: an answer or an offer.
    mutating func settle(with description: [UInt8]?) {
        guard let description else { return }
        switch session.exchange {
        case .theirs(_, _, let offer): session.settle(local: description, remote: offer)
        case .asked: session.exchange = .ours(.finalResponse, description)
        case .none, .ours, .theirsInResponse, .asking: break
        }
    }

    mutating func reject(status: Int, contacts: [String], at now: Instant) {
        guard case .called(let called) = phase, (300...699).contains(status), let index = openServer(called.key) else {
            return emit(.commandRefused(.wrongState))
        }
        let headers = contacts.map { SIPMessageDraft.Header(SIPHeader.contact.name, "<\($0)>") }
        respond(to: index, status: status, headers: headers, at: now)
        end(.us, .refused(SIPRefusal(status: status, reason: SIPStatus.phrase(status))), at: now)
    }

    func openServer(_ key: SIPTransactionKey) -> Int? {
        servers.firstIndex { $0.key == key && $0.machine.isOpen }
    }

    // MARK: - CANCEL

    /// RFC 3261 §9.2: the CANCEL is answered for itself; what it cancels is answered with 487.
    mutating func receiveCancel(_ index: Int, at now: Instant) {
        let message = servers[index].message
        guard let key = SIPTransactionKey(message, as: .invite), servers.contains(where: { $0.key == key }) else {
            return respond(to: index, status: 481, at: now)
        }
        respond(to: index, status: 200, at: now)
        guard let invite = openServer(key) else { return }
        respond(to: invite, status: 487, at: now)
        if case .called(let called) = phase, called.key == key {
            return end(.them, .cancelled, reasons: message.reasons, at: now)
        }
        if session.isOwed(to: key) {
            session.exchange = .none
            emit(.offerWithdrawn)
        }
    }
}
