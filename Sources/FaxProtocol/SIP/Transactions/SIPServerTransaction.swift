import FaxCore

/// The server side of a transaction: INVITE (RFC 3261 §17.2.1 with RFC 6026 §7.1) or another request (§17.2.2).
/// It keeps the last response, to be sent again when the request comes again.
struct SIPServerTransaction: Sendable {
    enum State: Sendable {
        /// No final response yet. An INVITE is to be answered with 100 at that time, if nothing else was sent.
        case proceeding(tryingAt: Instant?)
        /// A final response (for an INVITE: a refusal, timers G and H) was sent; timer J for others.
        case completed(SIPRepetition?, until: Instant)
        /// The ACK of a refusal came. Timer I.
        case confirmed(until: Instant)
        /// A 2xx was sent to an INVITE: its repetition is the business of the core (RFC 6026). Timer L.
        case accepted(until: Instant)
        case terminated
    }

    enum Waking: Sendable, Hashable {
        case nothing, sendAgain, timedOut
        /// 200 ms have passed: a 100 is due (§17.2.1).
        case sendTrying
    }

    static let tryingDelay = Duration.milliseconds(200)

    private(set) var state: State
    private(set) var lastResponse: [UInt8]?
    private let isInvite: Bool
    private let isReliable: Bool
    private let timers: SIPTimers

    init(isInvite: Bool, isReliable: Bool, timers: SIPTimers, at now: Instant) {
        self.isInvite = isInvite
        self.isReliable = isReliable
        self.timers = timers
        state = .proceeding(tryingAt: isInvite ? now + Self.tryingDelay : nil)
    }

    var isTerminated: Bool {
        switch state {
        case .terminated: true
        case .proceeding, .completed, .confirmed, .accepted: false
        }
    }

    /// Whether a final response is still owed.
    var isOpen: Bool {
        switch state {
        case .proceeding: true
        case .completed, .confirmed, .accepted, .terminated: false
        }
    }

    var deadline: Instant? {
        switch state {
        case .proceeding(let tryingAt): tryingAt
        case .completed(let repetition, let until): min(repetition?.next ?? until, until)
        case .confirmed(let until), .accepted(let until): until
        case .terminated: nil
        }
    }

    /// Our user answers; the response goes out now.
    mutating func respond(status: Int, octets: [UInt8], at now: Instant) {
        precondition(isOpen, "a transaction has one final response")
        lastResponse = octets
        if status < 200 {
            state = .proceeding(tryingAt: nil)
        } else if !isInvite {
            // RFC 3261 §17.2.2: timer J is zero for reliable transports.
            state = isReliable ? .terminated : .completed(nil, until: now + timers.giveUp)
        } else if status < 300 {
            state = .accepted(until: now + timers.giveUp)
        } else {
            let repetition = isReliable ? nil : SIPRepetition(first: timers.t1, longest: timers.t2, from: now)
            state = .completed(repetition, until: now + timers.giveUp)
        }
    }

    /// The request came again: what to send again, if anything.
    func receiveAgain() -> [UInt8]? {
        switch state {
        case .proceeding, .completed: lastResponse
        case .confirmed, .accepted, .terminated: nil
        }
    }

    /// - Returns: whether the ACK belongs to a refusal of ours, and not to a 2xx.
    mutating func receiveACK(at now: Instant) -> Bool {
        switch state {
        case .completed:
            state = isReliable ? .terminated : .confirmed(until: now + timers.t4)
            return true
        case .confirmed: return true
        case .proceeding, .accepted, .terminated: return false
        }
    }

    mutating func wake(at now: Instant) -> Waking {
        switch state {
        case .proceeding(let tryingAt):
            guard let tryingAt, now >= tryingAt else { return .nothing }
            state = .proceeding(tryingAt: nil)
            return .sendTrying
        case .completed(var repetition, let until):
            if now >= until {
                state = .terminated
                return isInvite ? .timedOut : .nothing
            }
            let isDue = repetition?.isDue(at: now) ?? false
            state = .completed(repetition, until: until)
            return isDue ? .sendAgain : .nothing
        case .confirmed(let until), .accepted(let until):
            if now >= until { state = .terminated }
            return .nothing
        case .terminated:
            return .nothing
        }
    }
}
