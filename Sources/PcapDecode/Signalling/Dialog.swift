import FaxCore
import FaxWire

/// One call as its SIP messages tell it.
struct Dialog: Sendable {
    /// Where the call stands. A new attempt goes back to `calling`.
    enum Phase: Sendable, Hashable {
        /// INVITE sent, no response.
        case calling
        /// A provisional response was seen.
        case proceeding
        /// CANCEL sent; the INVITE has no final response yet.
        case cancelling
        /// A final refusal, not yet acknowledged.
        case refused(status: Int)
        case answered
        /// BYE sent, not yet answered.
        case releasing
        case ended
        /// The capture began inside the call, before anything was seen that tells.
        case unknown
    }

    let id: DialogID
    let callID: String
    /// An earlier dialog with the same Call-ID.
    var previous: DialogID?
    var signalling = Signalling(.sip)
    private(set) var phase: Phase
    private var callerTag: String?
    /// Of the latest attempt.
    private var inviteBranch: String?
    private var calleeTag: String?
    private var earlyTags: [String] = []
    private var transactions: [Transaction] = []
    private var nextTransaction = 0
    private var negotiation = Negotiation()
    /// The latest descriptions, oldest first.
    private var descriptions: [DialogSDP] = []
    /// The attempt that stands carries credentials.
    private var sentCredentials = false
    /// The ACK was seen, but not what it acknowledges.
    private var lacksAnswer = false
    private var droppedSteps = 0
    /// So many registrations were known when the parties were last looked for among them; `nil`: they are new.
    private var registrationsSeen: Int?
    private let describesSteps: Bool

    var hasEnded: Bool { phase == .ended }

    /// - Parameter message: the first one seen. If it is not the INVITE, who called is taken from its From header, which
    ///   is right for responses to the first INVITE and a guess for everything else; a note says so.
    init(id: DialogID, _ head: MessageHead, _ message: SIPMessage, _ context: SIPContext, describesSteps: Bool) {
        self.id = id
        self.describesSteps = describesSteps
        callID = head.callID
        signalling.callIDs = [head.callID]
        signalling.transport = context.transport
        signalling.caller = message.from?.address.plain
        signalling.callee = message.to?.address.plain
        callerTag = head.fromTag
        phase = head.isInitialInvite ? .calling : .unknown
        guard !head.isInitialInvite else {
            signalling.outcome = .noAnswer
            return
        }
        signalling.startsMidCall = true
        let isSetupResponse = head.cseq.method == .invite && (101...199).contains(head.status ?? 0)
        if !isSetupResponse, head.cseq.method != .cancel {
            signalling.rolesAreGuessed = true
            addNote(Signalling.rolesByFirstMessage)
        }
        if !isSetupResponse { calleeTag = head.toTag }
    }

    // MARK: Belonging

    /// Whether the tags say that the message belongs to this dialog.
    func knows(_ head: MessageHead) -> Bool {
        guard let callerTag else { return false }
        return head.fromTag == callerTag || head.toTag == callerTag
    }

    /// Whether a message with unknown tags may belong here: another attempt after a refusal, or a sender that writes no
    /// tags (RFC 2543).
    func mayTake(_ head: MessageHead) -> Bool {
        if head.isInitialInvite {
            switch phase {
            case .refused, .unknown: return true
            case .ended: return signalling.answerTime == nil
            case .calling, .proceeding, .cancelling, .answered, .releasing:
                return callerTag == nil || head.fromTag == nil
            }
        }
        return true
    }

    /// Who sent the request (of a response: the request that it answers), by the tags, since proxies stand between.
    private func requester(_ head: MessageHead, _ context: SIPContext) -> Party? {
        if let callerTag {
            if head.fromTag == callerTag { return .caller }
            if head.toTag == callerTag { return .callee }
        }
        if let from = head.fromTag, from == calleeTag || earlyTags.contains(from) { return .callee }
        if let to = head.toTag, to == calleeTag || earlyTags.contains(to) { return .caller }
        if head.isInitialInvite { return .caller }
        // No tag tells; the places do, where no proxy stands between.
        let place = head.isRequest ? context.source : context.destination
        if place == signalling.callerAddress { return .caller }
        return place == signalling.calleeAddress ? .callee : nil
    }

    /// Either party has registered before.
    mutating func note(_ registrations: RegistrationMemory) {
        if signalling.registered || registrations.isEmpty || registrations.taken == registrationsSeen { return }
        registrationsSeen = registrations.taken
        signalling.registered =
            registrations.knows(signalling.caller, signalling.callerAddress)
            || registrations.knows(signalling.callee, signalling.calleeAddress)
    }

    // MARK: Taking a message

    mutating func handle(
        _ read: ReadMessage, _ head: MessageHead, _ context: SIPContext, _ known: inout KnownMedia,
        _ events: inout [DialogEvent]
    ) {
        let message = read.message
        if head.isInitialInvite, callerTag != head.fromTag { callerTag = head.fromTag }
        let party = requester(head, context)
        let sdp = description(of: read, &known)
        if let status = head.status {
            take(response: message, head, status, party, sdp, context, &events)
        } else {
            take(request: message, head, party, sdp, context, &events)
        }
        if negotiation.takeSessionsChanged() { events.append(.mediaChanged(id)) }
    }

    /// The message's session description; one that was read before (183 and 200, retransmissions, refreshes) is not read
    /// again.
    private mutating func description(of read: ReadMessage, _ known: inout KnownMedia) -> DialogSDP? {
        let octets = read.sdp == nil ? read.message.sdp : nil
        guard let hash = read.sdp?.hash ?? octets.map(DialogSDP.hash) else { return nil }
        if let before = descriptions.first(where: { $0.hash == hash }) { return before }
        guard
            let sdp = read.sdp ?? octets.map({ DialogSDP($0, hash: hash, isDescribed: describesSteps, &known) })
        else { return nil }
        if let oddity = sdp.oddity { addNote("\(oddity)") }
        if descriptions.count >= DialogTracker.Limit.descriptions { descriptions.removeFirst() }
        descriptions.append(sdp)
        return sdp
    }

    private mutating func take(
        request message: SIPMessage, _ head: MessageHead, _ knownParty: Party?, _ sdp: DialogSDP?,
        _ context: SIPContext, _ events: inout [DialogEvent]
    ) {
        let party = knownParty ?? .caller
        let index = transaction(party, head)
        let sighting = transactions[index].see(request: head, context)
        addStep(message, head, knownParty, sdp, sighting, context)
        switch sighting {
        case .retransmission: return
        case .furtherHop:
            if let sdp { negotiation.addHop(sdp, party, head.cseq, context, &signalling) }
            return
        case .new: break
        }
        takeAgent(message, party, isFinal: true)
        takeNotes(message)
        switch head.cseq.method {
        case .invite: takeInvite(message, head, party, index, sdp, context, &events)
        case .ack: takeAck(head, party, sdp, context, &events)
        case .bye: takeBye(head, party, context, &events)
        case .cancel: takeCancel(context)
        case .prack, .update:
            if let sdp { negotiation.takeRequest(sdp, party, head.cseq, isInitial: false, context, &signalling) }
        case .info, .refer, .options, .register, .subscribe, .notify, .message, .publish, .other: break
        }
    }

    private mutating func take(
        response message: SIPMessage, _ head: MessageHead, _ status: Int, _ knownParty: Party?, _ sdp: DialogSDP?,
        _ context: SIPContext, _ events: inout [DialogEvent]
    ) {
        let party = knownParty ?? .caller
        let index = transaction(party, head)
        let sighting = transactions[index].see(response: head, status: status, body: sdp?.hash ?? 0, context)
        addStep(message, head, knownParty?.other, sdp, sighting, context)
        switch sighting {
        case .retransmission: return
        case .furtherHop:
            if let sdp { negotiation.addHop(sdp, party.other, head.cseq, context, &signalling) }
            return
        case .new: break
        }
        if status > 100 { takeAgent(message, party.other, isFinal: status >= 200) }
        takeNotes(message)
        if status >= 200 { transactions[index].finalStatus = status }
        let isInitial = transactions[index].isInitial
        negotiation.takeResponse(
            sdp, from: party.other, head.cseq, isInitial: isInitial, answersUnseen: transactions[index].isGuessed,
            status: status, context, &signalling)
        switch head.cseq.method {
        case .invite:
            if isInitial { takeInitialResponse(message, head, status, context) }
        case .bye:
            if status >= 200, status != 401, status != 407, phase == .releasing || phase == .unknown {
                if phase == .unknown { signalling.outcome = .answered }
                end(&events)
            }
        case .cancel, .ack, .prack, .update, .info, .refer, .options, .register, .subscribe, .notify, .message,
            .publish, .other:
            break
        }
    }

    private mutating func end(_ events: inout [DialogEvent]) {
        guard phase != .ended else { return }
        phase = .ended
        events.append(.ended(id))
    }

    // MARK: Requests

    private mutating func takeInvite(
        _ message: SIPMessage, _ head: MessageHead, _ party: Party, _ index: Int, _ sdp: DialogSDP?,
        _ context: SIPContext, _ events: inout [DialogEvent]
    ) {
        if head.isInitialInvite {
            beginAttempt(message, context, &events)
        } else if phase == .unknown {
            // A re-INVITE stands only in a confirmed dialog (RFC 3261 §14).
            phase = .answered
            signalling.outcome = .answered
        }
        let isInitial = transactions[index].isInitial
        negotiation.takeInvite(sdp, party, head.cseq, isInitial: isInitial, context, &signalling)
    }

    private mutating func beginAttempt(_ message: SIPMessage, _ context: SIPContext, _ events: inout [DialogEvent]) {
        switch phase {
        case .answered, .releasing:
            addNote("An INVITE without To-tag came after the answer.")
            return
        case .ended:
            if signalling.answerTime != nil { return }
            events.append(.resumed(id))
        case .calling, .proceeding, .cancelling, .refused, .unknown: break
        }
        sentCredentials = message.has(.authorization) || message.has(.proxyAuthorization)
        if signalling.inviteFrame == nil {
            signalling.inviteFrame = context.frame
            signalling.inviteTime = context.time
            signalling.callerAddress = context.source
            signalling.calleeAddress = context.destination
            registrationsSeen = nil
        }
        phase = .calling
        inviteBranch = message.branch
        signalling.outcome = .noAnswer
        signalling.finalStatus = nil
        signalling.finalReason = nil
        signalling.endFrame = nil
        signalling.endTime = nil
        signalling.endedBy = nil
    }

    private mutating func takeAck(
        _ head: MessageHead, _ party: Party, _ sdp: DialogSDP?, _ context: SIPContext, _ events: inout [DialogEvent]
    ) {
        if let sdp { negotiation.takeAck(sdp, party, head.cseq, context, &signalling) }
        takeSignOfAnswer(head, party)
        guard case .refused(let status) = phase, party == .caller else { return }
        switch status {
        case 300...399, 401, 407: break  // Another attempt is to come.
        default: end(&events)
        }
    }

    /// A capture without the callee's side: the ACK of a 2xx is a transaction of its own, that of a refusal belongs to
    /// the INVITE's (RFC 3261 §13.2.2.4, §17.1.1.3).
    private mutating func takeSignOfAnswer(_ head: MessageHead, _ party: Party) {
        guard phase == .calling || phase == .proceeding, party == .caller, let branch = head.branch,
            branch != inviteBranch
        else { return }
        phase = .answered
        signalling.outcome = .answered
        lacksAnswer = true
        addNote(Self.answerMissing)
    }

    private static let answerMissing = "The answer is not in the capture; the ACK shows that the call was answered."

    private mutating func takeBye(
        _ head: MessageHead, _ party: Party, _ context: SIPContext, _ events: inout [DialogEvent]
    ) {
        if let calleeTag, let peer = party == .caller ? head.toTag : head.fromTag, peer != calleeTag {
            addNote("A BYE ended a forked dialog that was not the answered one.")
            return
        }
        switch phase {
        case .answered, .calling, .proceeding, .cancelling, .unknown, .refused: break
        case .releasing, .ended: return
        }
        if phase == .unknown { signalling.outcome = .answered }
        if phase == .calling || phase == .proceeding { signalling.outcome = .cancelled }
        phase = .releasing
        events.append(.releasing(id))
        setEnd(context, party == .caller ? .caller : .callee)
    }

    private mutating func takeCancel(_ context: SIPContext) {
        switch phase {
        case .calling, .proceeding, .unknown:
            phase = .cancelling
            signalling.outcome = .cancelled
            setEnd(context, .caller)
        case .cancelling, .refused, .answered, .releasing, .ended: break
        }
    }

    private mutating func setEnd(_ context: SIPContext, _ party: Signalling.EndedBy?) {
        signalling.endFrame = context.frame
        signalling.endTime = context.time
        signalling.endedBy = party
    }

    // MARK: Responses to the first INVITE

    private mutating func takeInitialResponse(
        _ message: SIPMessage, _ head: MessageHead, _ status: Int, _ context: SIPContext
    ) {
        switch status {
        case 100, 401, 403, 407: break
        default: if sentCredentials { signalling.authenticated = true }
        }
        switch status {
        case 100...199:
            if phase == .calling || phase == .unknown { phase = .proceeding }
            if phase == .proceeding { signalling.outcome = .unknown }
            if let tag = head.toTag { takeEarlyTag(tag) }
        case 200...299: takeAnswer(message, head, status, context)
        default: takeRefusal(message, status, context)
        }
    }

    private mutating func takeEarlyTag(_ tag: String) {
        guard !earlyTags.contains(tag), earlyTags.count < DialogTracker.Limit.forks else { return }
        earlyTags.append(tag)
        if earlyTags.count == 2 { addNote("The call was forked: provisional responses with several To-tags.") }
    }

    private mutating func takeAnswer(
        _ message: SIPMessage, _ head: MessageHead, _ status: Int, _ context: SIPContext
    ) {
        switch phase {
        case .answered where lacksAnswer:
            // The capture has it behind its ACK.
            signalling.notes.removeAll { $0 == Self.answerMissing }
        case .answered, .releasing, .ended:
            if calleeTag != head.toTag { addNote("A second fork answered the call too.") }
            return
        case .calling, .proceeding, .cancelling, .refused, .unknown: break
        }
        lacksAnswer = false
        if phase == .cancelling { addNote("CANCEL crossed the answer.") }
        let isFirstSeen = phase == .unknown
        phase = .answered
        calleeTag = head.toTag
        signalling.outcome = .answered
        // Seen alone it may as well answer a re-INVITE.
        if isFirstSeen { return }
        signalling.finalStatus = status
        signalling.finalReason = message.reasonPhrase
        signalling.answerFrame = context.frame
        signalling.answerTime = context.time
        signalling.endFrame = nil
        signalling.endTime = nil
        signalling.endedBy = nil
    }

    private mutating func takeRefusal(_ message: SIPMessage, _ status: Int, _ context: SIPContext) {
        switch phase {
        case .answered, .releasing, .ended: return
        case .calling, .proceeding, .cancelling, .refused, .unknown: break
        }
        let wasCancelled = phase == .cancelling
        let wasRinging = earlyTags.isEmpty == false
        phase = .refused(status: status)
        signalling.finalStatus = status
        signalling.finalReason = message.reasonPhrase
        if wasCancelled { return }
        setEnd(context, .callee)
        switch status {
        case 486, 600: signalling.outcome = .busy
        case 487:
            signalling.outcome = .cancelled
            signalling.endedBy = .caller
        case 408:
            signalling.outcome = .noAnswer
            signalling.endedBy = .network
        case 504:
            signalling.outcome = .rejected
            signalling.endedBy = .network
        case 480 where wasRinging: signalling.outcome = .noAnswer
        default: signalling.outcome = .rejected
        }
    }

    private var isBeforeAnswer: Bool {
        switch phase {
        case .calling, .proceeding, .cancelling, .unknown: true
        case .refused, .answered, .releasing, .ended: false
        }
    }

    // MARK: Bookkeeping

    /// The place of the transaction in `transactions`, made when it is not there; the oldest gives way.
    private mutating func transaction(_ party: Party, _ head: MessageHead) -> Int {
        for (index, known) in transactions.enumerated()
        where known.number == head.cseq.number && known.party == party && known.method == head.cseq.method {
            return index
        }
        let isSetup = head.cseq.method == .invite && party == .caller
        let isInitial = isSetup && (head.isInitialInvite || (!head.isRequest && isBeforeAnswer))
        let new = Transaction(party: party, head, isInitial: isInitial)
        if transactions.count < DialogTracker.Limit.transactions {
            transactions.append(new)
            return transactions.count - 1
        }
        let index = nextTransaction
        nextTransaction = (index + 1) % DialogTracker.Limit.transactions
        transactions[index] = new
        return index
    }

    private mutating func takeAgent(_ message: SIPMessage, _ party: Party, isFinal: Bool) {
        guard let agent = message.value(.userAgent) ?? message.value(.server), !agent.isEmpty else { return }
        switch party {
        case .caller: if isFinal || signalling.callerAgent == nil { signalling.callerAgent = agent }
        case .callee: if isFinal || signalling.calleeAgent == nil { signalling.calleeAgent = agent }
        }
    }

    private mutating func takeNotes(_ message: SIPMessage) {
        if let expires = message.value(.sessionExpires) { addNote("Session-Expires: \(expires)") }
        if message.surplus > 0 {
            addNote("\(message.surplus) octets follow the body that Content-Length announces.")
        }
    }

    private mutating func addNote(_ note: String) {
        guard signalling.notes.count < DialogTracker.Limit.notes, !signalling.notes.contains(note) else { return }
        signalling.notes.append(note)
    }

    private mutating func addStep(
        _ message: SIPMessage, _ head: MessageHead, _ party: Party?, _ sdp: DialogSDP?,
        _ sighting: Transaction.Sighting, _ context: SIPContext
    ) {
        guard signalling.steps.count < DialogTracker.Limit.steps else {
            if droppedSteps == 0 {
                addNote("More than \(DialogTracker.Limit.steps) messages; later ones are not listed.")
            }
            droppedSteps += 1
            return
        }
        signalling.steps.append(
            SIPStep(message, head, from: party, sdp, sighting, context, isDescribed: describesSteps))
    }
}
