import FaxCore
import FaxProtocol
import FaxWire
import NIOCore

/// What came of one OPTIONS outside of calls.
public struct OptionsAnswer: Sendable {
    public let response: SIPMessage
    public let status: Int
    /// From our first request to it, credentials and repeats included.
    public let after: Duration
    public let source: Endpoint
}

/// One OPTIONS on the SIP port of an endpoint (RFC 3261 §11). Belongs to its event loop.
final class OptionsQuery {
    private var ping: SIPPing
    private unowned let driver: EndpointDriver
    private let local: Endpoint
    private var timer: Scheduled<Void>?
    private var limit: Scheduled<Void>?
    private var then: ((OptionsAnswer?) -> Void)?

    /// - Parameter then: gets `nil` when nothing came in time.
    /// - Returns: `nil` where no port of ours reaches that peer.
    init?(_ peer: SIPDestination, driver: EndpointDriver, then: @escaping (OptionsAnswer?) -> Void) {
        self.driver = driver
        self.then = then
        guard let agent = driver.agent(towards: peer.path) else { return nil }
        local = agent.path.endpoint
        ping = SIPPing(agent: agent, peer: peer, random: SeededRandom(seed: driver.random.next()))
    }

    func start(within patience: Duration) {
        let others = driver.onResponse
        driver.onResponse = { [weak self] message, path in
            others?(message, path)
            self?.receive(message, path)
        }
        let bound = NIOLoopBound(self, eventLoop: driver.loop)
        limit = driver.loop.scheduleTask(in: .nanoseconds(patience.wholeNanoseconds)) { bound.value.end(nil) }
        pass(ping.handle(.start, at: LiveClock.now))
    }

    private func receive(_ message: SIPMessage, _ path: SIPPath) {
        guard then != nil, message.cseq?.method == .options else { return }
        let now = LiveClock.now
        driver.record(message.octets, from: path, to: local, at: now)
        for output in pass(ping.handle(.message(message, from: path), at: now)) {
            if case .answered(let status, let after) = output {
                end(OptionsAnswer(response: message, status: status, after: after, source: path.endpoint))
            }
        }
    }

    @discardableResult
    private func pass(_ outputs: [SIPPing.Output]) -> [SIPPing.Event] {
        var events: [SIPPing.Event] = []
        for output in outputs {
            switch output {
            case .send(let octets, to: let path):
                driver.sendSIP(octets, to: path)
                driver.record(octets, from: local, to: path, at: LiveClock.now)
            case .event(let event): events.append(event)
            }
        }
        arm()
        return events
    }

    private func arm() {
        timer?.cancel()
        guard then != nil, let due = ping.deadline else { return }
        let bound = NIOLoopBound(self, eventLoop: driver.loop)
        timer = driver.loop.scheduleTask(deadline: NIODeadline(due)) {
            bound.value.pass(bound.value.ping.handle(.deadline, at: LiveClock.now))
        }
    }

    private func end(_ answer: OptionsAnswer?) {
        timer?.cancel()
        limit?.cancel()
        then?(answer)
        then = nil
    }
}
