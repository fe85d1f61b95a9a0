import FaxCore
import FaxWire

// Requests of the other side inside the dialog (RFC 3261 §12.2.2).
extension SIPCall {
    mutating func receiveInDialog(_ index: Int, _ place: Int, from path: SIPPath, at now: Instant) {
        let request = servers[index]
        if let last = dialogs[place].remoteSequence, request.sequence <= last {
            return respond(to: index, status: 500, reason: "CSeq Out Of Order", at: now)
        }
        dialogs[place].remoteSequence = request.sequence
        peer = path
        if request.method != .bye, hasEnded { return respond(to: index, status: 481, at: now) }
        let unknown = demandsUnknown(request.message)
        if !unknown.isEmpty {
            let header = SIPMessageDraft.Header(SIPHeader.unsupported.name, unknown.joined(separator: ", "))
            return respond(to: index, status: 420, headers: [header], at: now)
        }
        take(index, place, at: now)
    }

    private mutating func take(_ index: Int, _ place: Int, at now: Instant) {
        switch servers[index].method {
        case .invite: takeReinvite(index, at: now)
        case .update:
            agent.allowsUpdate ? receiveUpdate(index, at: now) : respond(to: index, status: 405, at: now)
        case .bye: receiveBye(index, place, at: now)
        case .info: receiveInfo(index, at: now)
        case .options: respondToOptions(index, at: now)
        case .prack: receivePrack(index, at: now)
        case .refer: respond(to: index, status: 603, at: now)
        // We have subscribed to nothing, and offer no events (RFC 6665 §4.1.3, §4.2.1).
        case .notify: respond(to: index, status: 481, at: now)
        case .subscribe: respond(to: index, status: 489, at: now)
        case .register, .message, .publish: respond(to: index, status: 405, at: now)
        case .other: respond(to: index, status: 501, at: now)
        case .ack, .cancel: break
        }
    }

    private mutating func takeReinvite(_ index: Int, at now: Instant) {
        guard isEstablished else {
            // §14.2: their first INVITE has no final answer, or ours.
            let retryAfter = SIPMessageDraft.Header(SIPHeader.retryAfter.name, "\(random.next() % 11)")
            return respond(to: index, status: isCaller ? 491 : 500, headers: isCaller ? [] : [retryAfter], at: now)
        }
        receiveReinvite(index, at: now)
    }

    private mutating func receiveBye(_ index: Int, _ place: Int, at now: Instant) {
        respond(to: index, status: 200, at: now)
        let reasons = servers[index].message.reasons
        switch phase {
        case .established, .called:
            unacknowledged.removeAll()
            delayedBye = nil
            end(.them, .bye, reasons: reasons, at: now)
        case .calling:
            // One early branch of several is gone.
            dialogs.remove(at: place)
        case .ended:
            unacknowledged.removeAll()
            delayedBye = nil
        case .idle: break
        }
    }

    private mutating func receiveInfo(_ index: Int, at now: Instant) {
        let message = servers[index].message
        respond(to: index, status: 200, at: now)
        guard !message.body.isEmpty else { return }
        emit(.info(SIPContent(type: message.contentType ?? "", octets: Array(message.body))))
    }

    /// Whether an INVITE or UPDATE is refused for what it demands (RFC 3261 §8.2.2.3, §8.2.3; RFC 4028 §9).
    mutating func refuses(_ index: Int, at now: Instant) -> Bool {
        let message = servers[index].message
        let unknown = demandsUnknown(message)
        if !unknown.isEmpty {
            let header = SIPMessageDraft.Header(SIPHeader.unsupported.name, unknown.joined(separator: ", "))
            respond(to: index, status: 420, headers: [header], at: now)
            return true
        }
        if !message.body.isEmpty, message.sdp == nil {
            let accept = SIPMessageDraft.Header(SIPHeader.accept.name, SIPContent.sessionType)
            respond(to: index, status: 415, headers: [accept], at: now)
            return true
        }
        if let minimum = tooShort(message) {
            let header = SIPMessageDraft.Header(SIPHeader.minSE.name, "\(minimum)")
            respond(to: index, status: 422, headers: [header], at: now)
            return true
        }
        return false
    }

    /// What the other side says about itself.
    mutating func notePeer(_ message: SIPMessage) {
        if message.has(.allow) { peerMethods = message.elements(.allow).prefix(64).map { SIPMethod($0) } }
        if message.lists("timer") { peerSupportsTimer = true }
    }

    mutating func refreshTarget(_ request: SIPServerRequest) {
        guard let place = dialogPlace(of: request.message) else { return }
        dialogs[place].refreshTarget(request.message)
        notePeer(request.message)
    }

    mutating func refreshTarget(_ response: SIPMessage, of request: SIPClientRequest) {
        guard let place = dialogs.firstIndex(where: { $0.remoteTag == request.plan.tag }) else { return }
        dialogs[place].refreshTarget(response)
        notePeer(response)
    }

    mutating func sendBye(_ reasons: [SIPReason], at now: Instant) {
        guard let dialog else { return }
        var plan = plan(.bye, .bye, in: dialog)
        plan.headers = reasons.map { .init(SIPHeader.reason.name, $0.headerText) }
        start(plan, at: now)
    }
}

extension SIPMessage {
    /// Whether Supported or Require names the extension.
    func lists(_ option: String) -> Bool {
        elements(.supported).contains { $0.lowercased() == option } || demands(option)
    }

    func demands(_ option: String) -> Bool { elements(.require).contains { $0.lowercased() == option } }

    var isReliableProvisional: Bool { demands("100rel") && rSeq != nil }
}

extension SIPReason {
    /// As it stands in the header (RFC 3326 §2).
    fileprivate var headerText: String {
        var written = `protocol`
        if let cause { written += ";cause=\(cause)" }
        if let text { written += ";text=\"\(text.filter { $0 != "\"" && $0 != "\\" })\"" }
        return written
    }
}

extension SIPRefusal {
    init(_ response: SIPMessage, status: Int) {
        self.init(
            status: status, reason: response.reasonPhrase ?? "", retryAfter: response.retryAfter,
            warnings: response.warnings)
    }
}
