import FaxCore
import FaxWire

// Offers of ours after the first one: re-INVITE (RFC 3261 §14.1) and UPDATE (RFC 3311), with glare.
extension SIPCall {
    /// The call stands, and no exchange of either side is open: an offer of ours would go out.
    public var mayOffer: Bool { isEstablished && session.isStable && session.retry == nil }

    mutating func offer(_ description: [UInt8]?, by carrier: SIPOfferCarrier, at now: Instant) {
        guard isEstablished || (carrier == .update && hasEarlySession) else {
            return emit(.commandRefused(.wrongState))
        }
        guard carrier == .invite || (carrier == .update && description != nil && peerAllows(.update)) else {
            return emit(.commandRefused(.notAllowed))
        }
        guard session.isStable, session.retry == nil else { return emit(.commandRefused(.offerOpen)) }
        if mustWait(carrier) {
            session.retry = .init(at: nil, description: description, carrier: carrier, tries: 0)
        } else {
            sendOffer(description, by: carrier, tries: 0, at: now)
        }
    }

    /// An early dialog whose first offer is answered (RFC 3311 §5.1).
    private var hasEarlySession: Bool {
        switch phase {
        case .calling, .called: session.local != nil && session.isStable
        case .idle, .established, .ended: false
        }
    }

    func peerAllows(_ method: SIPMethod) -> Bool {
        guard let peerMethods else { return method != .update }
        return peerMethods.contains(method)
    }

    /// While a refresh is under way, or our 2xx has no ACK (§14.1: one INVITE at a time).
    private func mustWait(_ carrier: SIPOfferCarrier) -> Bool {
        clients.contains(where: \.isOpenModification) || (carrier == .invite && !unacknowledged.isEmpty)
    }

    private mutating func sendOffer(_ description: [UInt8]?, by carrier: SIPOfferCarrier, tries: Int, at now: Instant) {
        guard let dialog = dialog ?? dialogs.last else { return }
        session.tries = tries
        session.exchange = description.map { .ours(carrier, $0) } ?? .asking
        start(
            plan(
                carrier == .update ? .update : .invite, .offer, in: dialog,
                content: SIPContent(description: description)), at: now)
    }

    /// Sends the offer that had to wait, if it still has to.
    mutating func resumeOffer(at now: Instant) {
        guard let retry = session.retry, retry.at == nil || retry.at.map({ now >= $0 }) == true else { return }
        if session.isStable, !mustWait(retry.carrier) {
            session.retry = nil
            sendOffer(retry.description, by: retry.carrier, tries: retry.tries, at: now)
        } else {
            session.retry?.at = nil
        }
    }

    // MARK: - Responses

    mutating func receiveOfferResponse(_ response: SIPMessage, status: Int, to index: Int, at now: Instant) {
        switch status {
        case ..<200:
            if clients[index].cancelling == .wanted { cancel(index, at: now) }
            acknowledgeProvisional(response, to: index, at: now)
        case ..<300: receiveModified(response, to: index, at: now)
        default: receiveModificationRefused(response, status: status, to: index, at: now)
        }
    }

    private mutating func receiveModified(_ response: SIPMessage, to index: Int, at now: Instant) {
        let request = clients[index]
        if request.method == .invite, isRepeatedSuccess(of: request.sequence, tag: response.toTag ?? "") { return }
        guard !hasEnded else { return acknowledgeLate(request) }
        refreshTarget(response, of: request)
        startTimer(by: response, at: now)
        let sdp = response.sdp.map { Array($0) }
        if request.plan.purpose == .refresh {
            acknowledgeLate(request)
            refreshed(sdp)
        } else {
            settleModification(sdp, request, tag: response.toTag ?? "")
        }
        resumeOffer(at: now)
    }

    private mutating func acknowledgeLate(_ request: SIPClientRequest) {
        if request.method == .invite { acknowledge(request.sequence, answer: nil) }
    }

    private mutating func refreshed(_ sdp: [UInt8]?) {
        if let sdp, sdp != session.remote {
            session.remote = sdp
            emit(.negotiated(SIPSessionState.description(sdp)))
        } else {
            emit(.sessionRefreshed)
        }
    }

    private mutating func settleModification(_ sdp: [UInt8]?, _ request: SIPClientRequest, tag: String) {
        switch session.exchange {
        case .ours(_, let offer):
            session.exchange = .none
            acknowledgeLate(request)
            guard let sdp else { return emit(.offerRefused(SIPRefusal(status: 200, reason: "No answer"))) }
            session.settle(local: offer, remote: sdp)
            emit(.negotiated(SIPSessionState.description(sdp)))
        case .asking:
            guard let sdp else {
                session.exchange = .none
                acknowledgeLate(request)
                return emit(.offerRefused(SIPRefusal(status: 200, reason: "No offer")))
            }
            session.exchange = .theirsInResponse(.finalResponse, .init(sequence: request.sequence, tag: tag), sdp)
            emit(.offered(SIPSessionState.description(sdp), .finalResponse))
        case .none, .theirs, .theirsInResponse, .asked: acknowledgeLate(request)
        }
    }

    private mutating func receiveModificationRefused(
        _ response: SIPMessage, status: Int, to index: Int, at now: Instant
    ) {
        guard !hasEnded else { return }
        if tryAgain(response, status: status, index: index, at: now) { return }
        let request = clients[index]
        if status == 481 || status == 408 {
            sendBye([], at: now)
            return end(.them, status == 481 ? .unknownToPeer : .noResponse(to: request.method), at: now)
        }
        if request.plan.purpose == .refresh {
            // The session goes on until its time is over; another try belongs before that.
            let delay = status == 491 ? glareDelay() : .seconds(10)
            timer?.postpone(to: now + delay)
            return resumeOffer(at: now)
        }
        let refused = session.exchange
        session.exchange = .none
        if repeats(refused, after: response, status: status, carrier: request.method, at: now) { return }
        emit(.offerRefused(SIPRefusal(response, status: status)))
    }

    /// 491, and 500 with Retry-After: the same offer once more, later.
    private mutating func repeats(
        _ exchange: SIPSessionState.Exchange, after response: SIPMessage, status: Int, carrier: SIPMethod,
        at now: Instant
    ) -> Bool {
        guard session.tries < Limit.offerRetries, let delay = retryDelay(response, status: status) else { return false }
        var description: [UInt8]?
        if case .ours(_, let offer) = exchange { description = offer }
        session.retry = .init(
            at: now + delay, description: description, carrier: carrier == .update ? .update : .invite,
            tries: session.tries + 1)
        emit(.offerDelayed(until: now + delay, status: status))
        return true
    }

    private mutating func retryDelay(_ response: SIPMessage, status: Int) -> Duration? {
        if status == 491 { return glareDelay() }
        guard status == 500, let seconds = response.retryAfter, seconds <= 10 else { return nil }
        return .seconds(seconds)
    }

    /// RFC 3261 §14.1: who owns the Call-ID waits 2.1 to 4 s, the other up to 2 s, in steps of 10 ms.
    private mutating func glareDelay() -> Duration {
        isCaller
            ? random.duration(.milliseconds(2_100)...(.seconds(4)), step: .milliseconds(10))
            : random.duration(.zero...(.seconds(2)), step: .milliseconds(10))
    }
}
