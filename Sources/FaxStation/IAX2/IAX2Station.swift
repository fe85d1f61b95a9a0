import FaxCore
import FaxProtocol

/// A fax station of IAX2: one agent on one port, and a fax machine on each of its calls. Sans-IO; simulator and live endpoint
/// drive the same code.
public final class IAX2Station {
    public enum Output: Sendable, Equatable {
        case send([UInt8], to: Endpoint)
        /// What is of no call: registrations, and who was turned away.
        case agent(IAX2Event)
        case call(IAX2CallNumber, IAX2FaxCall.Event)
    }

    /// What becomes of a call that comes in.
    public enum Admission: Sendable {
        case taken(IAX2FaxSettings)
        /// In words, and as a cause of Q.850.
        case refused(String, code: Int)
    }

    public private(set) var agent: IAX2Agent
    private var calls: [IAX2CallNumber: IAX2FaxCall] = [:]
    private var outputs: [Output] = []
    /// Asked about each call that comes in.
    public var admit: (IAX2CallNumber, IAX2Incoming) -> Admission = { _, _ in
        .refused("No calls are answered here", code: IAX2Ending.Code.refused)
    }

    public init(_ settings: IAX2Settings, random: SeededRandom) { agent = IAX2Agent(settings, random: random) }

    // MARK: - In

    public func receive(_ datagram: [UInt8], from peer: Endpoint, at now: Instant) -> [Output] {
        drive { pass(agent.receive(datagram, from: peer, at: now), at: now) }
    }

    /// ``deadline`` has come, or may have.
    public func wake(at now: Instant) -> [Output] {
        drive {
            if let due = agent.deadline, due <= now { pass(agent.wake(at: now), at: now) }
            for number in calls.keys.sorted(by: { $0.value < $1.value }) {
                guard let call = calls[number], let due = call.deadline, due <= now else { continue }
                carryOut(call.wake(at: now), number, at: now)
            }
        }
    }

    /// Calls. `nil`: there are as many calls as there may be.
    public func call(
        _ destination: IAX2Destination, _ settings: IAX2FaxSettings, at now: Instant
    ) -> (number: IAX2CallNumber, outputs: [Output])? {
        guard let (number, first) = agent.call(destination, at: now) else { return nil }
        calls[number] = IAX2FaxCall(settings)
        return (number, drive { pass(first, at: now) })
    }

    public func hangUp(_ number: IAX2CallNumber, at now: Instant) -> [Output] {
        drive { if let call = calls[number] { carryOut(call.hangUp(at: now), number, at: now) } }
    }

    private func drive(_ body: () -> Void) -> [Output] {
        body()
        guard !outputs.isEmpty else { return [] }
        defer { outputs = [] }
        return outputs
    }

    // MARK: - Out

    public var deadline: Instant? {
        var next = agent.deadline
        for call in calls.values { if let due = call.deadline { next = min(next ?? due, due) } }
        return next
    }

    /// Until ``forget(_:)``.
    public func faxCall(_ number: IAX2CallNumber) -> IAX2FaxCall? { calls[number] }

    /// Call it when a call that has ended was looked at.
    public func forget(_ number: IAX2CallNumber) { calls[number] = nil }

    // MARK: - Between agent and fax machines

    private func pass(_ taken: [IAX2Output], at now: Instant) {
        for output in taken {
            switch output {
            case .send(let octets, to: let peer): outputs.append(.send(octets, to: peer))
            case .event(.call(let number, let event)): follow(event, of: number, at: now)
            case .event(let event): outputs.append(.agent(event))
            }
        }
    }

    private func follow(_ event: IAX2CallEvent, of number: IAX2CallNumber, at now: Instant) {
        if case .incoming(let incoming) = event, calls[number] == nil {
            switch admit(number, incoming) {
            case .taken(let settings): calls[number] = IAX2FaxCall(settings)
            case .refused(let text, let code):
                outputs.append(.agent(.callRefused(incoming.peer, reason: text)))
                return pass(agent.hangUp(number, text, code: code, at: now), at: now)
            }
        }
        if let call = calls[number] { carryOut(call.handle(event, at: now), number, at: now) }
    }

    private func carryOut(_ commands: [IAX2FaxCall.Output], _ number: IAX2CallNumber, at now: Instant) {
        for command in commands {
            switch command {
            case .ring: pass(agent.ring(number, at: now), at: now)
            case .answer: pass(agent.answer(number, at: now), at: now)
            case .hangUp(let text, let code): pass(agent.hangUp(number, text, code: code, at: now), at: now)
            case .voice(let octets, let milliseconds):
                pass(agent.sendVoice(octets, milliseconds: milliseconds, on: number, at: now), at: now)
            case .event(let event): outputs.append(.call(number, event))
            }
        }
    }
}
