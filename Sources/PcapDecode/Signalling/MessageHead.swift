import FaxWire

/// What the tracker needs of every message, read once.
struct MessageHead: Sendable {
    let callID: String
    let cseq: SIPCSeq
    let isRequest: Bool
    let status: Int?
    let fromTag: String?
    let toTag: String?
    let branch: String?

    /// `nil`: the Call-ID or the CSeq is missing, not readable, or too long.
    init?(_ message: SIPMessage) {
        guard let callID = message.callID, !callID.isEmpty,
            callID.utf8.count <= DialogTracker.Limit.callIDOctets, let cseq = message.cseq
        else { return nil }
        self.callID = callID
        self.cseq = cseq
        status = message.status
        isRequest = status == nil
        fromTag = message.fromTag
        toTag = message.toTag
        branch = message.branch
    }

    /// Of no registration.
    var mayBeOfCall: Bool { cseq.method != .register }

    /// A request that can only stand at the beginning of a call (RFC 3261 §12.1.2: no To-tag yet).
    var isInitialInvite: Bool { isRequest && cseq.method == .invite && toTag == nil }

    /// Whether a call exists when such a message is seen alone.
    var belongsToCall: Bool {
        switch cseq.method {
        case .invite, .cancel: true
        case .ack, .bye, .prack, .update, .info: toTag != nil
        case .options, .register, .refer, .subscribe, .notify, .message, .publish, .other: false
        }
    }
}
