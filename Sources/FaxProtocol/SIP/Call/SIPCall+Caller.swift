import FaxCore
import FaxWire

// The INVITE that makes a call, at the side that sends it (RFC 3261 §13.2).
extension SIPCall {
    mutating func invite(_ destination: SIPDestination, offer: [UInt8]?, at now: Instant) {
        guard case .idle = phase, callID == nil else { return emit(.commandRefused(.wrongState)) }
        isCaller = true
        callID = "\(random.sipToken())\(random.sipToken())@\(agent.path.endpoint.address.uriHost)"
        peer = destination.path
        if let offer { session.exchange = .ours(.invite, offer) }
        phase = .calling(
            Calling(
                destination: destination, offer: offer, targets: [destination.uri],
                answerBy: agent.answerTimeout.map { now + $0 }))
        start(initialPlan(destination, offer: offer), at: now)
    }

    func initialPlan(_ destination: SIPDestination, offer: [UInt8]?) -> SIPRequestPlan {
        var headers = agent.inviteHeaders
        if agent.reliableProvisionals == .required { headers.append(.init(SIPHeader.require.name, "100rel")) }
        return SIPRequestPlan(
            method: .invite, purpose: .initial,
            routing: SIPRouting(target: destination.uri, routes: destination.routes), path: destination.path,
            to: SIPNameAddress(uri: destination.uri), headers: headers, content: SIPContent(description: offer))
    }

    mutating func receiveInitialResponse(_ response: SIPMessage, status: Int, to index: Int, at now: Instant) {
        switch status {
        case ..<200:
            if clients[index].cancelling == .wanted { sendCancel(of: index, at: now) }
            if status > 100 { receiveProvisional(response, status: status, to: index, at: now) }
        case ..<300: receiveSuccess(response, to: index, at: now)
        default: receiveRefusal(response, status: status, to: index, at: now)
        }
    }

    // MARK: - Provisional responses

    private mutating func receiveProvisional(_ response: SIPMessage, status: Int, to index: Int, at now: Instant) {
        guard case .calling = phase else { return }
        let place = earlyDialog(of: response)
        if let place, response.isReliableProvisional {
            guard isInOrder(response, in: place) else { return }
            emit(.progress(status: status, reason: response.reasonPhrase ?? ""))
            return receiveReliable(response, in: place, to: index, at: now)
        }
        emit(.progress(status: status, reason: response.reasonPhrase ?? ""))
        if let sdp = response.sdp, session.isOurs { emit(.earlyMedia(SIPSessionState.description(Array(sdp)))) }
    }

    /// The place of the early dialog that a provisional response belongs to, or makes; `nil` without a tag, and when there
    /// are too many forks.
    private mutating func earlyDialog(of response: SIPMessage) -> Int? {
        guard let tag = response.toTag else { return nil }
        if let place = dialogs.firstIndex(where: { $0.remoteTag == tag }) { return place }
        guard dialogs.count < Limit.dialogs else { return nil }
        dialogs.append(makeDialog(response))
        return dialogs.count - 1
    }

    private func makeDialog(_ response: SIPMessage) -> SIPDialog {
        SIPDialog(caller: localTag, target: response.to?.uri ?? localAddress.uri, response: response)
    }

    // MARK: - 2xx

    private mutating func receiveSuccess(_ response: SIPMessage, to index: Int, at now: Instant) {
        let tag = response.toTag ?? ""
        if isRepeatedSuccess(of: clients[index].sequence, tag: tag) { return }
        guard case .calling = phase else { return endFork(response, of: index, at: now) }
        var dialog = dialogs.first { $0.remoteTag == tag } ?? makeDialog(response)
        dialog.confirm(by: response)
        dialogs = [dialog]
        phase = .established
        notePeer(response)
        startTimer(by: response, at: now)
        settleSession(by: response, of: index, tag: tag)
    }

    /// A 2xx that comes again gets the same ACK again (§13.2.2.4).
    mutating func isRepeatedSuccess(of sequence: UInt32, tag: String) -> Bool {
        if let sent = acknowledged.first(where: { $0.sequence == sequence && $0.tag == tag }) {
            send(sent.octets, to: sent.path)
            return true
        }
        guard case .theirsInResponse(.finalResponse, let owed, _) = session.exchange else { return false }
        return owed.sequence == sequence && owed.tag == tag
    }

    private mutating func settleSession(by response: SIPMessage, of index: Int, tag: String) {
        let sequence = clients[index].sequence
        let sdp = response.sdp.map { Array($0) }
        switch session.exchange {
        case .ours(_, let offer):
            session.settle(local: offer, remote: sdp)
            acknowledge(sequence, answer: nil)
            emit(.answered(sdp.map(SIPSessionState.description)))
        case .none where session.local == nil && sdp != nil:
            let offer = sdp ?? []
            session.exchange = .theirsInResponse(.finalResponse, .init(sequence: sequence, tag: tag), offer)
            emit(.answered(nil))
            emit(.offered(SIPSessionState.description(offer), .finalResponse))
        case .none, .theirs, .theirsInResponse, .asked, .asking:
            // The exchange was over with a reliable provisional response; some say something else now, and mean it.
            if let sdp { session.remote = sdp }
            session.exchange = .none
            acknowledge(sequence, answer: nil)
            emit(.answered(session.remote.map(SIPSessionState.description)))
        }
    }

    /// A second branch answered, or the answer crossed our CANCEL: it is acknowledged and ended (§13.2.2.4, §15).
    private mutating func endFork(_ response: SIPMessage, of index: Int, at now: Instant) {
        guard forksEnded < Limit.dialogs else { return }
        forksEnded += 1
        var dialog = makeDialog(response)
        dialog.confirm(by: response)
        acknowledge(clients[index].sequence, in: dialog, answer: nil)
        start(plan(.bye, .bye, in: dialog), at: now)
    }

    // MARK: - Refusals

    private mutating func receiveRefusal(_ response: SIPMessage, status: Int, to index: Int, at now: Instant) {
        guard case .calling(var calling) = phase else { return }
        dialogs.removeAll()
        if tryAgain(response, status: status, index: index, at: now) { return }
        if status == 503, tryNextTarget(at: now) { return }
        if status < 400, agent.followsRedirections {
            if redirect(response, status: status, &calling, at: now) { return }
            if calling.redirections >= Limit.redirections { return end(.neither, .redirectedTooOften, at: now) }
        }
        end(.them, .refused(SIPRefusal(response, status: status)), reasons: response.reasons, at: now)
    }

    /// §8.1.3.4: the first Contact that has not been tried, in the order of the response.
    private mutating func redirect(
        _ response: SIPMessage, status: Int, _ calling: inout Calling, at now: Instant
    ) -> Bool {
        guard status != 380, calling.redirections < Limit.redirections,
            let uri = response.contacts.map(\.uri).first(where: { !calling.targets.contains($0) && $0 != "*" })
        else { return false }
        calling.redirections += 1
        calling.targets.append(uri)
        let path = SIPPath(uri: uri, current: calling.destination.path) ?? calling.destination.path
        // 305 names a proxy; the others name the one to be called.
        let target = status == 305 ? calling.destination.uri : uri
        calling.destination = SIPDestination(uri: target, path: path)
        peer = path
        phase = .calling(calling)
        emit(.redirected(to: uri))
        return start(initialPlan(calling.destination, offer: calling.offer), at: now)
    }

    // MARK: - Giving up

    /// Ends an INVITE that has no final answer: CANCEL at once or after the first provisional response.
    mutating func cancelInitial(at now: Instant) {
        let initial = clients.firstIndex { $0.plan.purpose == .initial && $0.machine.isOpen }
        if let initial { cancel(initial, at: now) }
    }

    mutating func cancel(_ index: Int, at now: Instant) {
        if clients[index].machine.hasNoResponse {
            clients[index].cancelling = .wanted
        } else if clients[index].cancelling != .sent {
            sendCancel(of: index, at: now)
        }
    }

    /// §9.1: what identifies the INVITE stays the same, the branch too.
    private mutating func sendCancel(of index: Int, at now: Instant) {
        clients[index].cancelling = .sent
        clients[index].machine.giveUp(by: now + agent.timers.giveUp)
        let invite = clients[index]
        var plan = invite.plan
        plan.method = .cancel
        plan.purpose = .cancel
        plan.content = nil
        let draft = head(plan, sequence: invite.sequence, branch: invite.branch)
        let octets = draft.octets
        let machine = SIPClientTransaction(
            isInvite: false, isReliable: plan.path.transport.isReliable, timers: agent.timers, at: now)
        clients.append(
            SIPClientRequest(
                plan: plan, draft: draft, octets: octets, branch: invite.branch, sequence: invite.sequence,
                machine: machine))
        send(octets, to: plan.path)
    }
}
