import FaxCore

/// The client side of a transaction: INVITE (RFC 3261 §17.1.1 with RFC 6026 §7.2) or another request (§17.1.2).
/// It says when to send and what a response means for it; the messages themselves are its owner's.
struct SIPClientTransaction: Sendable {
    enum State: Sendable {
        /// "Calling" or "Trying": no response yet. Timers A and B, or E and F.
        case trying(SIPRepetition?, timeout: Instant)
        /// A provisional response came. An INVITE waits without end, unless it was told to give up.
        case proceeding(SIPRepetition?, timeout: Instant?)
        /// A final response came; repetitions of it are absorbed. Timer D or K.
        case completed(until: Instant)
        /// INVITE only: a 2xx came, further ones are of interest. Timer M.
        case accepted(until: Instant)
        case terminated
    }

    enum Reception: Sendable, Hashable {
        /// For the user of the transaction. A refused INVITE is to be acknowledged.
        case deliver
        /// A refusal once more: send the same ACK again.
        case acknowledgeAgain
        case ignore
    }

    private(set) var state: State
    private let isInvite: Bool
    private let isReliable: Bool
    private let timers: SIPTimers

    init(isInvite: Bool, isReliable: Bool, timers: SIPTimers, at now: Instant) {
        self.isInvite = isInvite
        self.isReliable = isReliable
        self.timers = timers
        let repetition =
            isReliable ? nil : SIPRepetition(first: timers.t1, longest: isInvite ? nil : timers.t2, from: now)
        state = .trying(repetition, timeout: now + timers.giveUp)
    }

    var isTerminated: Bool {
        switch state {
        case .terminated: true
        case .trying, .proceeding, .completed, .accepted: false
        }
    }

    /// Whether a final response is still awaited.
    var isOpen: Bool {
        switch state {
        case .trying, .proceeding: true
        case .completed, .accepted, .terminated: false
        }
    }

    /// Whether nothing has come yet, so that a CANCEL has to wait (RFC 3261 §9.1).
    var hasNoResponse: Bool {
        switch state {
        case .trying: true
        case .proceeding, .completed, .accepted, .terminated: false
        }
    }

    var deadline: Instant? {
        switch state {
        case .trying(let repetition, let timeout): min(repetition?.next ?? timeout, timeout)
        case .proceeding(let repetition?, let timeout?): min(repetition.next, timeout)
        case .proceeding(let repetition, let timeout): repetition?.next ?? timeout
        case .completed(let until), .accepted(let until): until
        case .terminated: nil
        }
    }

    mutating func receive(status: Int, at now: Instant) -> Reception {
        switch state {
        case .trying(_, let timeout):
            if status >= 200 { return finish(status, at: now) }
            proceed(timeout: isInvite ? nil : timeout, at: now)
            return .deliver
        case .proceeding:
            return status >= 200 ? finish(status, at: now) : .deliver
        case .completed:
            return isInvite && status >= 300 ? .acknowledgeAgain : .ignore
        case .accepted:
            return (200..<300).contains(status) ? .deliver : .ignore
        case .terminated:
            return .ignore
        }
    }

    private mutating func proceed(timeout: Instant?, at now: Instant) {
        let repeats = !isInvite && !isReliable
        let repetition = repeats ? SIPRepetition(first: timers.t2, longest: timers.t2, from: now) : nil
        state = .proceeding(repetition, timeout: timeout)
    }

    private mutating func finish(_ status: Int, at now: Instant) -> Reception {
        if isInvite, status < 300 {
            state = .accepted(until: now + timers.giveUp)
        } else if isReliable {
            state = .terminated
        } else {
            state = .completed(until: now + (isInvite ? timers.refusalWait : timers.t4))
        }
        return .deliver
    }

    /// A cancelled INVITE that is never answered ends after 64·T1 (RFC 3261 §9.1).
    mutating func giveUp(by timeout: Instant) {
        switch state {
        case .proceeding(let repetition, timeout: _): state = .proceeding(repetition, timeout: timeout)
        case .trying, .completed, .accepted, .terminated: break
        }
    }

    mutating func wake(at now: Instant) -> SIPTimerResult {
        switch state {
        case .trying(var repetition, let timeout):
            if now >= timeout { return expire() }
            let isDue = repetition?.isDue(at: now) ?? false
            state = .trying(repetition, timeout: timeout)
            return isDue ? .sendAgain : .nothing
        case .proceeding(var repetition, let timeout):
            if let timeout, now >= timeout { return expire() }
            let isDue = repetition?.isDue(at: now) ?? false
            state = .proceeding(repetition, timeout: timeout)
            return isDue ? .sendAgain : .nothing
        case .completed(let until), .accepted(let until):
            if now >= until { state = .terminated }
            return .nothing
        case .terminated:
            return .nothing
        }
    }

    private mutating func expire() -> SIPTimerResult {
        state = .terminated
        return .timedOut
    }
}
