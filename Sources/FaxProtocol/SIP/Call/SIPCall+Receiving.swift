import FaxCore
import FaxWire

// What comes in: to which transaction, to which dialog, to which part of the call.
extension SIPCall {
    mutating func receive(_ message: SIPMessage, from path: SIPPath, at now: Instant) {
        guard let id = message.callID, let cseq = message.cseq, message.has(.from), message.has(.to) else { return }
        if let callID, callID != id { return }
        switch message.startLine {
        case .request(let method, uri: _):
            guard method == cseq.method else { return refuseMalformed(message, cseq, from: path) }
            receiveRequest(message, method, from: path, at: now)
        case .response(let status, reason: _): receiveResponse(message, status: status, cseq, at: now)
        }
    }

    // MARK: - Responses

    private mutating func receiveResponse(_ response: SIPMessage, status: Int, _ cseq: SIPCSeq, at now: Instant) {
        guard let branch = response.branch,
            let index = clients.firstIndex(where: {
                $0.branch == branch && $0.method == cseq.method && $0.sequence == cseq.number
            })
        else { return }
        switch clients[index].machine.receive(status: status, at: now) {
        case .ignore: return
        case .acknowledgeAgain:
            if let ack = clients[index].ack { send(ack, to: clients[index].plan.path) }
            return
        case .deliver: break
        }
        if cseq.method == .invite, status >= 300 { acknowledgeRefusal(response, of: index) }
        switch clients[index].plan.purpose {
        case .initial: receiveInitialResponse(response, status: status, to: index, at: now)
        case .offer, .refresh: receiveOfferResponse(response, status: status, to: index, at: now)
        case .prack: receivePrackResponse(response, status: status, to: index, at: now)
        case .bye, .info, .options: receiveOtherResponse(response, status: status, to: index, at: now)
        case .cancel: break
        }
    }

    private mutating func receiveOtherResponse(
        _ response: SIPMessage, status: Int, to index: Int, at now: Instant
    ) {
        guard status >= 200 else { return }
        if status >= 300, tryAgain(response, status: status, index: index, at: now) { return }
        guard !hasEnded else { return }
        if status == 481 {
            sendBye([], at: now)
            return end(.them, .unknownToPeer, at: now)
        }
        if clients[index].plan.purpose == .options { emit(.optionsAnswered(status: status)) }
    }

    /// 401 and 407 with credentials, 422 with a longer interval: the same request anew.
    mutating func tryAgain(_ response: SIPMessage, status: Int, index: Int, at now: Instant) -> Bool {
        var plan = clients[index].plan
        guard plan.attempts < Limit.attempts else { return false }
        switch status {
        case 401, 407:
            guard authenticator.take(response) else { return false }
        case 422:
            guard raiseInterval(response) else { return false }
        default: return false
        }
        plan.attempts += 1
        return start(plan, at: now)
    }

    // MARK: - Requests

    /// 400, without a transaction: the request line and CSeq name different methods (RFC 3261 §8.1.1.5).
    private mutating func refuseMalformed(_ message: SIPMessage, _ cseq: SIPCSeq, from path: SIPPath) {
        guard let key = SIPTransactionKey(message, as: cseq.method), cseq.method != .ack, message.method != .ack else {
            return
        }
        let back = SIPPath(path.transport, Self.responseEndpoint(message, path))
        let request = SIPServerRequest(
            key: key, message: message, method: cseq.method, sequence: cseq.number, path: back, source: path.endpoint,
            machine: SIPServerTransaction(isInvite: false, isReliable: true, timers: agent.timers, at: .zero))
        send(response(to: request, status: 400).octets, to: back)
    }

    private mutating func receiveRequest(
        _ message: SIPMessage, _ method: SIPMethod, from path: SIPPath, at now: Instant
    ) {
        if method == .ack { return receiveACK(message, from: path, at: now) }
        guard let key = SIPTransactionKey(message, as: method), let sequence = message.cseq?.number else { return }
        if let known = servers.first(where: { $0.key == key }) {
            if let octets = known.machine.receiveAgain() { send(octets, to: known.path) }
            return
        }
        guard makeRoom() else { return }
        let back = SIPPath(path.transport, Self.responseEndpoint(message, path))
        servers.append(
            SIPServerRequest(
                key: key, message: message, method: method, sequence: sequence, path: back, source: path.endpoint,
                machine: SIPServerTransaction(
                    isInvite: method == .invite, isReliable: path.transport.isReliable, timers: agent.timers, at: now)))
        let index = servers.count - 1
        if method == .cancel {
            callID = callID ?? message.callID
            return receiveCancel(index, at: now)
        }
        if let place = dialogPlace(of: message) {
            receiveInDialog(index, place, from: path, at: now)
        } else {
            receiveOutside(index, at: now)
        }
    }

    /// Transactions that only wait for repetitions give way when there are too many.
    private mutating func makeRoom() -> Bool {
        if servers.count < Limit.transactions { return true }
        let oldest = servers.firstIndex { !$0.machine.isOpen && $0.method != .invite }
        guard let oldest else { return false }
        servers.remove(at: oldest)
        return true
    }

    /// Where responses go over UDP (RFC 3261 §18.2.2, RFC 3581 §4): the source address; the source port where the Via
    /// asks for it, else the Via's.
    private static func responseEndpoint(_ request: SIPMessage, _ path: SIPPath) -> Endpoint {
        guard !path.transport.isReliable, let via = request.elements(.via).first.flatMap(SIPVia.init),
            via.parameters["rport"] == nil
        else { return path.endpoint }
        return Endpoint(path.endpoint.address, via.port ?? path.transport.defaultPort)
    }

    func dialogPlace(of request: SIPMessage) -> Int? {
        guard request.toTag == localTag else { return nil }
        let tag = request.fromTag ?? ""
        return dialogs.firstIndex { $0.remoteTag == tag }
    }

    private mutating func receiveOutside(_ index: Int, at now: Instant) {
        let message = servers[index].message
        let method = servers[index].method
        guard message.toTag == nil else {
            callID = callID ?? message.callID
            return respond(to: index, status: 481, at: now)
        }
        if method == .invite {
            if case .idle = phase { return receiveInitial(index, at: now) }
            // Our own INVITE come back, or theirs on a second way (RFC 3261 §8.2.2.2).
            return respond(to: index, status: 482, at: now)
        }
        respondOutside(index, at: now)
    }

    /// Requests that need no call. An idle call that has answered one serves for that only.
    private mutating func respondOutside(_ index: Int, at now: Instant) {
        callID = callID ?? servers[index].message.callID
        switch servers[index].method {
        case .options: respondToOptions(index, at: now)
        case .subscribe, .publish: respond(to: index, status: 489, at: now)
        case .register, .message, .refer: respond(to: index, status: 405, at: now)
        case .invite, .ack, .cancel, .bye, .prack, .update, .info, .notify: respond(to: index, status: 481, at: now)
        case .other: respond(to: index, status: 501, at: now)
        }
    }

    func demandsUnknown(_ message: SIPMessage) -> [String] {
        message.elements(.require).filter { name in
            switch name.lowercased() {
            case "timer": false
            case "100rel": agent.reliableProvisionals == .never
            default: true
            }
        }
    }

    mutating func respondToOptions(_ index: Int, at now: Instant) {
        var draft = response(to: servers[index], status: 200)
        addCapabilities(to: &draft)
        respond(to: index, status: 200, octets: draft.octets, at: now)
    }
}
