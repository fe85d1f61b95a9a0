import FaxCore
import FaxWire

/// One call of one user agent, calling or called (RFC 3261 with 3262, 3264, 3311, 4028, 6026). A fresh one is idle: the
/// command ``Command/invite(_:offer:)`` makes it a caller, an INVITE that comes in the called side. Time, randomness and
/// messages come in; messages and events go out.
public struct SIPCall: Sendable {
    /// What a peer cannot make grow any further.
    public enum Limit {
        /// Requests of each direction whose transactions are alive.
        public static let transactions = 64
        /// Early dialogs, and forks that are acknowledged and ended.
        public static let dialogs = 8
        /// Times that one request is sent anew for a challenge or a session interval.
        public static let attempts = 4
        public static let redirections = 5
        /// Times that one offer is sent anew after 491 or 500.
        public static let offerRetries = 4
        /// Octets of a request that goes in one datagram.
        public static let datagramOctets = 1_300
        /// 2xx responses of ours that wait for an ACK, and ACKs of ours that are kept.
        public static let acknowledgements = 16
    }

    enum Phase: Sendable {
        case idle
        /// Our INVITE has no final answer.
        case calling(Calling)
        /// Their INVITE has no final answer.
        case called(Called)
        case established
        case ended
    }

    struct Calling: Sendable {
        var destination: SIPDestination
        var offer: [UInt8]?
        var redirections = 0
        /// URIs that have been tried or are going to be.
        var targets: [String]
        /// When to give up ringing.
        var answerBy: Instant?
    }

    struct Called: Sendable {
        var key: SIPTransactionKey
        /// An answer that waits for the PRACK of a provisional response (RFC 3262 §3).
        var accepted: Accepted?
        var answeredEarly = false
    }

    struct Accepted: Sendable {
        var description: [UInt8]?
    }

    public let agent: SIPAgent
    /// `nil` while idle.
    public internal(set) var callID: String?
    public internal(set) var isCaller = false
    /// When ``handle(_:at:)`` wants to be called with ``Input/deadline`` if nothing else happens.
    public private(set) var deadline: Instant?

    var phase = Phase.idle
    var random: SeededRandom
    var localTag: String
    var localSequence: UInt32
    /// From of our requests, without the tag.
    var localAddress: SIPNameAddress
    /// Where the other side's messages come from.
    var peer: SIPPath
    /// The methods that the other side allows; `nil`: it has not said.
    var peerMethods: [SIPMethod]?
    var peerSupportsTimer = false
    /// The other side took no TCP.
    var tcpFailed = false

    var clients: [SIPClientRequest] = []
    var servers: [SIPServerRequest] = []
    /// The early dialogs of a caller, or the one that stands.
    var dialogs: [SIPDialog] = []
    var forksEnded = 0
    var session = SIPSessionState()
    var reliable: SIPReliableProvisional?
    /// RSeq of a reliable response that our 2xx overtook: its PRACK may still come.
    var overtaken: UInt32?
    var provisionalSequence: UInt32
    var unacknowledged: [SIPAwaitedACK] = []
    var acknowledged: [SIPSentACK] = []
    var authenticator: SIPAuthenticator
    var challenger: SIPChallenger?
    var timer: SIPSessionTimer?
    /// Session-Expires and Min-SE of our requests, raised by a 422.
    var wish: SIPSessionTimer.Wish?
    /// A BYE that has to wait for the ACK of our 2xx (RFC 3261 §15).
    var delayedBye: [SIPReason]?
    var outputs: [Output] = []

    public init(agent: SIPAgent, random: SeededRandom) {
        self.agent = agent
        self.random = random
        localTag = self.random.sipToken()
        localSequence = UInt32(truncatingIfNeeded: self.random.next() & 0x3FFF) + 1
        provisionalSequence = UInt32(truncatingIfNeeded: self.random.next() & 0x3FFF) + 1
        localAddress = agent.addressOfRecord
        peer = agent.path
        wish = agent.sessionTimer
        authenticator = SIPAuthenticator(credentials: agent.credentials, hash: agent.digest)
        if let demand = agent.demand, let hash = agent.digest {
            challenger = SIPChallenger(demand, hash: hash, random: &self.random)
        }
    }

    public var isEstablished: Bool {
        switch phase {
        case .established: true
        case .idle, .calling, .called, .ended: false
        }
    }

    public var hasEnded: Bool {
        switch phase {
        case .ended: true
        case .idle, .calling, .called, .established: false
        }
    }

    /// The call has ended, or never became one, and nothing of it is left to be repeated: it can be forgotten.
    public var isFinished: Bool {
        guard clients.isEmpty, servers.isEmpty, unacknowledged.isEmpty else { return false }
        switch phase {
        case .ended: return true
        case .idle: return callID != nil
        case .calling, .called, .established: return false
        }
    }

    /// A request of ours has no final response yet.
    public var awaitsResponse: Bool { clients.contains { $0.machine.isOpen } }
    /// The same of requests that went that way.
    public func awaitsResponse(from path: SIPPath) -> Bool {
        clients.contains { $0.plan.path == path && $0.machine.isOpen }
    }

    /// Transactions that are alive, in both directions.
    public var transactionCount: Int { clients.count + servers.count }

    /// The session as last agreed: what we said and what they said.
    public var localDescription: SessionDescription? { session.local.map(SIPSessionState.description) }
    public var remoteDescription: SessionDescription? { session.remote.map(SIPSessionState.description) }

    /// The dialog of an established call.
    public var dialog: SIPDialog? { dialogs.first { $0.isConfirmed } }

    public mutating func handle(_ input: Input, at now: Instant) -> [Output] {
        switch input {
        case .message(let message, from: let path): receive(message, from: path, at: now)
        case .command(let command): perform(command, at: now)
        case .deadline: wake(at: now)
        case .transportFailed(let path): transportFailed(path, at: now)
        }
        clients.removeAll { $0.machine.isTerminated }
        servers.removeAll { $0.machine.isTerminated }
        deadline = nextDeadline
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    private var nextDeadline: Instant? {
        var next: Instant?
        func take(_ instant: Instant?) {
            guard let instant else { return }
            next = min(next ?? instant, instant)
        }
        for request in clients { take(request.machine.deadline) }
        for request in servers { take(request.machine.deadline) }
        for awaited in unacknowledged { take(awaited.deadline) }
        take(reliable?.deadline)
        take(session.retry?.at)
        if isEstablished { take(timer?.deadline) }
        if case .calling(let calling) = phase { take(calling.answerBy) }
        return next
    }

    mutating func send(_ octets: [UInt8], to path: SIPPath) { outputs.append(.send(octets, to: path)) }
    mutating func emit(_ event: Event) { outputs.append(.event(event)) }

    /// Says once that the call is over, and answers what is still owed.
    mutating func end(_ side: SIPEnding.Side, _ cause: SIPEnding.Cause, reasons: [SIPReason] = [], at now: Instant) {
        guard !hasEnded else { return }
        phase = .ended
        timer = nil
        reliable = nil
        session.close()
        for index in servers.indices where servers[index].machine.isOpen {
            respond(to: index, status: servers[index].method == .invite ? 487 : 481, at: now)
        }
        emit(.ended(SIPEnding(side: side, cause: cause, reasons: reasons)))
    }
}
