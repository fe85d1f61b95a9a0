import FaxCore
import FaxWire

/// Sends requests outside of dialogs, one at a time, and answers their challenges: what a registration and a ping have in
/// common (RFC 3261 §8.1).
struct SIPRequester: Sendable {
    /// Times that one request is sent anew for a challenge.
    static let maximumAttempts = 4

    enum Reception: Sendable {
        /// Not ours, or nothing to be done.
        case nothing
        /// The request goes out again with credentials.
        case sendAgain([UInt8])
        case final(SIPMessage, status: Int)
    }

    private struct Pending: Sendable {
        var method: SIPMethod
        var uri: String
        var headers: [SIPMessageDraft.Header]
        var octets: [UInt8]
        var branch: String
        var attempts: Int
        var machine: SIPClientTransaction
    }

    let agent: SIPAgent
    let destination: SIPDestination
    var random: SeededRandom
    private let callID: String
    private let tag: String
    private var sequence: UInt32 = 0
    private var authenticator: SIPAuthenticator
    private var pending: Pending?

    init(agent: SIPAgent, destination: SIPDestination, random: SeededRandom) {
        self.agent = agent
        self.destination = destination
        self.random = random
        callID = "\(self.random.sipToken())\(self.random.sipToken())@\(agent.path.endpoint.address.uriHost)"
        tag = self.random.sipToken()
        authenticator = SIPAuthenticator(credentials: agent.credentials, hash: agent.digest)
    }

    var deadline: Instant? { pending?.machine.deadline }
    var isBusy: Bool { pending?.machine.isOpen ?? false }

    /// - Returns: the octets to be sent to ``destination``.
    mutating func start(
        _ method: SIPMethod, headers: [SIPMessageDraft.Header], attempts: Int = 0, at now: Instant
    ) -> [UInt8] {
        sequence &+= 1
        let branch = random.sipBranch()
        let octets = draft(method, headers, branch: branch).octets
        let machine = SIPClientTransaction(
            isInvite: false, isReliable: destination.path.transport.isReliable, timers: agent.timers, at: now)
        pending = Pending(
            method: method, uri: destination.uri, headers: headers, octets: octets, branch: branch, attempts: attempts,
            machine: machine)
        return octets
    }

    private mutating func draft(
        _ method: SIPMethod, _ headers: [SIPMessageDraft.Header], branch: String
    ) -> SIPMessageDraft {
        var draft = SIPMessageDraft(.request(method, uri: destination.uri))
        let sentBy = "\(agent.path.endpoint.address.uriHost):\(agent.path.endpoint.port)"
        draft.add(.via, "SIP/2.0/\(destination.path.transport.rawValue) \(sentBy);branch=\(branch);rport")
        draft.add(.maxForwards, SIPCall.maximumForwards)
        for route in destination.routes { draft.add(.route, route) }
        draft.add(.from, agent.addressOfRecord.tagged(tag).description)
        // RFC 3261 §10.2: the To of a REGISTER is the address of record.
        let to = method == .register ? agent.addressOfRecord : SIPNameAddress(uri: destination.uri)
        draft.add(.to, to.description)
        draft.add(.callID, callID)
        draft.add(.cseq, "\(sequence) \(method.name)")
        if let product = agent.product { draft.add(.userAgent, product) }
        draft.headers += headers
        draft.headers += authenticator.headers(method: method, uri: destination.uri, body: [], random: &random)
        return draft
    }

    mutating func receive(_ response: SIPMessage, at now: Instant) -> Reception {
        guard var waiting = pending, let status = response.status, response.branch == waiting.branch,
            response.cseq == SIPCSeq(number: sequence, method: waiting.method), response.callID == callID
        else { return .nothing }
        let reception = waiting.machine.receive(status: status, at: now)
        pending = waiting
        guard reception == .deliver, status >= 200 else { return .nothing }
        if status == 401 || status == 407, waiting.attempts < Self.maximumAttempts, authenticator.take(response) {
            return .sendAgain(start(waiting.method, headers: waiting.headers, attempts: waiting.attempts + 1, at: now))
        }
        return .final(response, status: status)
    }

    /// - Returns: octets to be sent again, and whether nobody has answered.
    mutating func wake(at now: Instant) -> (again: [UInt8]?, hasTimedOut: Bool) {
        guard var waiting = pending else { return (nil, false) }
        let result = waiting.machine.wake(at: now)
        pending = waiting.machine.isTerminated ? nil : waiting
        switch result {
        case .nothing: return (nil, false)
        case .sendAgain: return (waiting.octets, false)
        case .timedOut: return (nil, true)
        }
    }
}
