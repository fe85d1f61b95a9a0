import FaxCore
import FaxWire

/// Asks a peer by OPTIONS, again and again, whether it is there (RFC 3261 §11).
public struct SIPPing: Sendable {
    public enum Input: Sendable {
        case start, stop, deadline
        case message(SIPMessage, from: SIPPath)
    }

    public enum Output: Sendable, Hashable {
        case send([UInt8], to: SIPPath)
        case event(Event)
    }

    public enum Event: Sendable, Hashable {
        /// Any final response means that it is there.
        case answered(status: Int, after: Duration)
        case silent
    }

    enum State: Sendable {
        case idle
        case asking(since: Instant)
        case waiting(until: Instant)
    }

    private var requester: SIPRequester
    private var state = State.idle
    private let interval: Duration

    public init(
        agent: SIPAgent, peer: SIPDestination, interval: Duration = .seconds(60), random: SeededRandom
    ) {
        requester = SIPRequester(agent: agent, destination: peer, random: random)
        self.interval = interval
    }

    public var deadline: Instant? {
        switch state {
        case .idle: nil
        case .asking: requester.deadline
        case .waiting(let until): min(until, requester.deadline ?? until)
        }
    }

    public mutating func handle(_ input: Input, at now: Instant) -> [Output] {
        switch input {
        case .start: return ask(at: now)
        case .stop:
            state = .idle
            return []
        case .deadline: return wake(at: now)
        case .message(let message, from: _): return receive(message, at: now)
        }
    }

    private mutating func ask(at now: Instant) -> [Output] {
        state = .asking(since: now)
        let accept = SIPMessageDraft.Header(SIPHeader.accept.name, SIPContent.sessionType)
        return [.send(requester.start(.options, headers: [accept], at: now), to: requester.destination.path)]
    }

    private mutating func wake(at now: Instant) -> [Output] {
        let result = requester.wake(at: now)
        if let octets = result.again { return [.send(octets, to: requester.destination.path)] }
        switch state {
        case .asking where result.hasTimedOut:
            state = .waiting(until: now + interval)
            return [.event(.silent)]
        case .waiting(let until) where now >= until: return ask(at: now)
        case .idle, .asking, .waiting: return []
        }
    }

    private mutating func receive(_ message: SIPMessage, at now: Instant) -> [Output] {
        switch requester.receive(message, at: now) {
        case .nothing: return []
        case .sendAgain(let octets): return [.send(octets, to: requester.destination.path)]
        case .final(_, let status):
            guard case .asking(let since) = state else { return [] }
            state = .waiting(until: now + interval)
            return [.event(.answered(status: status, after: now - since))]
        }
    }
}
