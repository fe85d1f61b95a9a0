import FaxCore
import FaxWire

/// This side's end of one call (RFC 5456 §6.2 to §6.7): frames, commands and the time come in, datagrams and events go out.
struct IAX2Leg: Sendable {
    enum Output: Sendable, Equatable {
        case send([UInt8])
        case event(IAX2CallEvent)
        /// It ended before the side above heard of it.
        case turnedAway(IAX2Ending)
    }

    enum State: Sendable {
        /// Our NEW, or AUTHREP, waits for its answer.
        case calling
        case accepted(format: UInt64)
        /// Their NEW has to be proven.
        case challenged(String)
        /// Proven: the side above decides.
        case offered(IAX2Incoming)
        case ringing(format: UInt64)
        case up(format: UInt64)
        /// Over: what is repeated is still answered, and our last frame repeated.
        case over(until: Instant)
    }

    let peer: Endpoint
    let settings: IAX2Settings
    var numbering: IAX2Numbering
    var state: State
    /// Of a call of ours.
    let destination: IAX2Destination?
    /// Of a call of theirs: what its NEW said.
    let new: IAX2Elements
    /// When the state gives up waiting.
    var patience: Instant?
    var pingDue: Instant?
    /// What mini frames are made of that come now.
    var heardFormat: UInt64?
    /// Milliseconds of the next media frame, and of the last.
    private var voiceTime: (next: UInt32, last: UInt32?)?
    /// Our NEW has gone with a token of the other side.
    var hasToken = false

    /// A call of ours; ``call(at:token:)`` begins it.
    init(calling destination: IAX2Destination, number: UInt16, _ settings: IAX2Settings, at now: Instant) {
        peer = destination.peer
        self.destination = destination
        self.settings = settings
        new = IAX2Elements()
        state = .calling
        numbering = IAX2Numbering(
            source: number, isProven: true, began: now, timers: settings.timers, limit: settings.limits.unacknowledged)
        patience = now + settings.timers.answer
    }

    /// A call of theirs; ``open(_:challenge:at:)`` takes its NEW.
    init(from peer: Endpoint, _ new: IAX2Elements, number: UInt16, _ settings: IAX2Settings, at now: Instant) {
        self.peer = peer
        self.new = new
        self.settings = settings
        destination = nil
        state = .challenged("")
        numbering = IAX2Numbering(
            source: number, isProven: false, began: now, timers: settings.timers,
            limit: settings.limits.unacknowledged)
        patience = now + settings.timers.opening
    }

    var number: IAX2CallNumber { IAX2CallNumber(numbering.source) }
    var isCaller: Bool { destination != nil }

    /// Nothing is left to repeat or to answer.
    func isFinished(at now: Instant) -> Bool {
        if case .over(let until) = state { return now >= until }
        return false
    }

    var isOver: Bool {
        if case .over = state { return true }
        return false
    }

    var isUp: Bool {
        if case .up = state { return true }
        return false
    }

    // MARK: - Time

    var deadline: Instant? {
        var all = [patience, pingDue].compactMap(\.self)
        if let due = numbering.deadline { all.append(due) }
        if case .over(let until) = state { all.append(until) }
        return all.min()
    }

    mutating func wake(at now: Instant) -> [Output] {
        var outputs = numbering.wake(at: now).map(Output.send)
        if numbering.hasFailed, !isOver { return outputs + end(IAX2Ending(.neither, .silence), at: now) }
        if let patience, now >= patience { outputs += giveUp(at: now) }
        if let pingDue, now >= pingDue {
            self.pingDue = now + settings.timers.ping
            outputs.append(.send(numbering.send(.ping, at: now)))
        }
        return outputs
    }

    private mutating func giveUp(at now: Instant) -> [Output] {
        patience = nil
        switch state {
        case .calling, .accepted, .ringing:
            return leave(IAX2Ending(.us, .notAnswered), "No answer", IAX2Ending.Code.noAnswer, at: now)
        // Nobody above has heard of it yet.
        case .challenged:
            state = .over(until: now)
            return []
        case .offered: return leave(IAX2Ending(.us, .notAnswered), "No answer", IAX2Ending.Code.noAnswer, at: now)
        case .up, .over: return []
        }
    }

    // MARK: - The end

    /// Says HANGUP or REJECT.
    mutating func leave(_ ending: IAX2Ending, _ text: String, _ code: Int, at now: Instant) -> [Output] {
        guard !isOver else { return [] }
        var elements = IAX2Elements()
        elements.cause = text
        elements.causeCode = code
        let wasAccepted: Bool
        switch state {
        case .calling, .challenged, .offered: wasAccepted = isCaller
        case .accepted, .ringing, .up, .over: wasAccepted = true
        }
        let last = numbering.send(wasAccepted ? .hangup : .reject, elements, at: now)
        return [.send(last)] + end(ending, at: now)
    }

    mutating func end(_ ending: IAX2Ending, at now: Instant) -> [Output] {
        guard !isOver else { return [] }
        patience = nil
        pingDue = nil
        let isKnown: Bool
        switch state {
        case .challenged: isKnown = false
        case .calling, .accepted, .offered, .ringing, .up, .over: isKnown = true
        }
        state = .over(until: now + settings.timers.linger)
        return [isKnown ? .event(.ended(ending)) : .turnedAway(ending)]
    }

    // MARK: - Media

    /// Sends media of so many milliseconds: a full frame where the other side has to learn the format or the high bits of
    /// the time, otherwise a mini frame (§8.1.2).
    mutating func voice(_ octets: [UInt8], milliseconds: UInt32, at now: Instant) -> [Output] {
        // Sound goes only to who has shown that it is there.
        guard case .up(let format) = state, numbering.isProven else { return [] }
        let time = voiceTime?.next ?? numbering.milliseconds(at: now)
        let isFull = voiceTime?.last.map { $0 >> 16 != time >> 16 } ?? true
        voiceTime = (time &+ milliseconds, time)
        if isFull { return [.send(numbering.send(.voice, format, octets, timestamp: time, at: now))] }
        let low = UInt16(truncatingIfNeeded: time)
        return [.send(IAX2MiniFrame.octets(source: numbering.source, timestamp: low, octets))]
    }
}

/// Whom we call.
public struct IAX2Destination: Sendable, Hashable {
    public var peer: Endpoint
    public var calledNumber: String
    /// Name and secret, where the other side asks for them.
    public var account: IAX2Account?

    public init(peer: Endpoint, calledNumber: String, account: IAX2Account? = nil) {
        self.peer = peer
        self.calledNumber = calledNumber
        self.account = account
    }
}
