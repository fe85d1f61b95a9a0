import FaxCore
import FaxWire

// Offers of the other side after the first one (RFC 3261 §14.2, RFC 3311 §5.2), and our answers to any.
extension SIPCall {
    mutating func receiveReinvite(_ index: Int, at now: Instant) {
        if refusesOverlap(index, at: now) || refuses(index, at: now) { return }
        let request = servers[index]
        let sdp = request.message.sdp.map { Array($0) }
        if let sdp, sdp == session.remote, let local = session.local {
            refreshTarget(request)
            let headers = agreeTimer(for: request.message, at: now)
            respondSuccess(to: index, description: local, headers: headers, isInitial: false, at: now)
            return emit(.sessionRefreshed)
        }
        session.exchange = sdp.map { .theirs(.invite, request.key, $0) } ?? .asked(request.key)
        emit(.offered(sdp.map(SIPSessionState.description), .invite))
    }

    mutating func receiveUpdate(_ index: Int, at now: Instant) {
        let request = servers[index]
        guard let sdp = request.message.sdp.map({ Array($0) }) else {
            if refuses(index, at: now) { return }
            refreshTarget(request)
            respondToUpdate(index, description: nil, at: now)
            return emit(.sessionRefreshed)
        }
        if refusesOverlap(index, at: now) || refuses(index, at: now) { return }
        if sdp == session.remote, let local = session.local {
            refreshTarget(request)
            respondToUpdate(index, description: local, at: now)
            return emit(.sessionRefreshed)
        }
        session.exchange = .theirs(.update, request.key, sdp)
        emit(.offered(SIPSessionState.description(sdp), .update))
    }

    /// One exchange at a time: 491 when ours is open, 500 when theirs is.
    private mutating func refusesOverlap(_ index: Int, at now: Instant) -> Bool {
        switch session.exchange {
        case .ours, .asking, .theirsInResponse:
            respond(to: index, status: 491, at: now)
            return true
        case .theirs, .asked:
            let seconds = random.next() % 11
            let retryAfter = SIPMessageDraft.Header(SIPHeader.retryAfter.name, "\(seconds)")
            respond(to: index, status: 500, headers: [retryAfter], at: now)
            return true
        case .none:
            guard clients.contains(where: \.isOpenModification) else { return false }
            respond(to: index, status: 491, at: now)
            return true
        }
    }

    private mutating func respondToUpdate(_ index: Int, description: [UInt8]?, at now: Instant) {
        var draft = response(to: servers[index], status: 200)
        addCapabilities(to: &draft)
        draft.headers += agreeTimer(for: servers[index].message, at: now)
        draft.add(SIPContent(description: description))
        respond(to: index, status: 200, octets: draft.octets, at: now)
    }

    // MARK: - Answering

    mutating func answer(_ description: [UInt8], at now: Instant) {
        switch session.exchange {
        case .theirs(let carrier, let key, let offer):
            guard !isInitial(key), let index = openServer(key) else { return emit(.commandRefused(.wrongState)) }
            session.settle(local: description, remote: offer)
            accept(index, carrier: carrier, description: description, at: now)
            dropRetry()
        case .asked(let key):
            guard !isInitial(key), let index = openServer(key) else { return emit(.commandRefused(.wrongState)) }
            session.exchange = .ours(.finalResponse, description)
            accept(index, carrier: .invite, description: description, at: now)
        case .theirsInResponse(let carrier, let owed, let offer):
            session.settle(local: description, remote: offer)
            answer(owed, carrier: carrier, description: description, at: now)
            resumeOffer(at: now)
        case .none, .ours, .asking:
            emit(.commandRefused(.wrongState))
        }
    }

    private mutating func accept(_ index: Int, carrier: SIPOfferCarrier, description: [UInt8], at now: Instant) {
        refreshTarget(servers[index])
        switch carrier {
        case .invite, .finalResponse, .provisionalResponse:
            let headers = agreeTimer(for: servers[index].message, at: now)
            respondSuccess(to: index, description: description, headers: headers, isInitial: false, at: now)
        case .update:
            respondToUpdate(index, description: description, at: now)
        case .prack:
            respond(to: index, status: 200, content: SIPContent(description: description), at: now)
            acceptAfterPrack(at: now)
        }
    }

    private mutating func answer(
        _ owed: SIPSessionState.Owed, carrier: SIPOfferCarrier, description: [UInt8], at now: Instant
    ) {
        switch carrier {
        case .provisionalResponse: sendPrack(owed, description: description, at: now)
        case .finalResponse, .invite, .update, .prack: acknowledge(owed.sequence, answer: description)
        }
    }

    /// An offer of ours that waited is of yesterday once theirs is accepted.
    private mutating func dropRetry() {
        guard session.retry != nil else { return }
        session.retry = nil
        emit(.offerDropped)
    }

    private func isInitial(_ key: SIPTransactionKey) -> Bool {
        if case .called(let called) = phase { return called.key == key }
        return false
    }

    mutating func refuse(status: Int, at now: Instant) {
        guard (400...699).contains(status) else { return emit(.commandRefused(.wrongState)) }
        switch session.exchange {
        case .theirs(_, let key, _), .asked(let key):
            if isInitial(key) { return reject(status: status, contacts: [], at: now) }
            guard let index = openServer(key) else { return emit(.commandRefused(.wrongState)) }
            session.exchange = .none
            respond(to: index, status: status, at: now)
            resumeOffer(at: now)
        case .theirsInResponse:
            // A 2xx cannot be refused: it is acknowledged, and the call is over.
            hangUp(nil, at: now)
        case .none, .ours, .asking:
            emit(.commandRefused(.wrongState))
        }
    }
}

extension SIPSessionState {
    mutating func settle(local: [UInt8], remote: [UInt8]?) {
        exchange = .none
        self.local = local
        if let remote { self.remote = remote }
    }

    func isOwed(to key: SIPTransactionKey) -> Bool {
        switch exchange {
        case .theirs(_, let owed, _), .asked(let owed): owed == key
        case .none, .ours, .theirsInResponse, .asking: false
        }
    }
}
