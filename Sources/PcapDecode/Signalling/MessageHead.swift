import FaxWire

/// What the tracker needs of every message, read once.
struct MessageHead {
    let callID: String
    let cseq: SIPCSeq
    let isRequest: Bool
    let status: Int?
    let fromTag: String?
    let toTag: String?
    let branch: String?

    init(_ message: SIPMessage, callID: String, cseq: SIPCSeq) {
        self.callID = callID
        self.cseq = cseq
        status = message.status
        isRequest = status == nil
        fromTag = message.fromTag
        toTag = message.toTag
        branch = message.branch
    }

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
