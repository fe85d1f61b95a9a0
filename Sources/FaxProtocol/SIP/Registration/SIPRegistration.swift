import FaxCore
import FaxWire

/// Keeps one address of record registered (RFC 3261 §10.2): registers, refreshes in time, answers challenges, follows
/// `Min-Expires`, tries again after a failure with growing intervals, and takes the binding back in the end.
public struct SIPRegistration: Sendable {
    public enum Input: Sendable {
        case start, stop, deadline
        case message(SIPMessage, from: SIPPath)
        /// The driver could not send.
        case transportFailed
    }

    public enum Output: Sendable, Hashable {
        case send([UInt8], to: SIPPath)
        case event(Event)
    }

    public enum Event: Sendable, Hashable {
        /// The binding holds that long, and is refreshed before.
        case registered(seconds: Int)
        /// Refused, or not answered (408): tried again then.
        case failed(SIPRefusal, retryAt: Instant)
        case unregistered
    }

    enum State: Sendable {
        case idle
        case registering
        case registered(refreshAt: Instant)
        case waiting(until: Instant)
        case unregistering
    }

    /// First and longest wait after a failure (RFC 5626 §4.5).
    public static let firstRetry = Duration.seconds(30)
    public static let longestRetry = Duration.seconds(1_800)
    /// Longest binding that is believed, in seconds: a week.
    public static let longestBinding = 604_800

    private var requester: SIPRequester
    private var state = State.idle
    private var expires: Int
    private var failures = 0
    private var outputs: [Output] = []

    /// - Parameters:
    ///   - registrar: its URI, such as `sip:example.com`, and where it is reached.
    ///   - expires: seconds asked for.
    public init(agent: SIPAgent, registrar: SIPDestination, expires: Int = 3_600, random: SeededRandom) {
        requester = SIPRequester(agent: agent, destination: registrar, random: random)
        self.expires = expires
    }

    public var isRegistered: Bool {
        switch state {
        case .registered: true
        case .idle, .registering, .waiting, .unregistering: false
        }
    }

    public var deadline: Instant? {
        switch state {
        case .idle: nil
        case .registering, .unregistering: requester.deadline
        case .registered(let at), .waiting(until: let at): min(at, requester.deadline ?? at)
        }
    }

    public mutating func handle(_ input: Input, at now: Instant) -> [Output] {
        switch input {
        case .start: begin(at: now)
        case .stop: stop(at: now)
        case .deadline: wake(at: now)
        case .message(let message, from: _): receive(message, at: now)
        case .transportFailed: loseTransport(at: now)
        }
        defer { outputs.removeAll() }
        return outputs
    }

    private mutating func begin(at now: Instant) {
        switch state {
        case .idle, .waiting, .registered, .unregistering:
            state = .registering
            send(expires: expires, at: now)
        case .registering: break
        }
    }

    private mutating func stop(at now: Instant) {
        switch state {
        case .idle, .unregistering: break
        case .waiting:
            state = .idle
            outputs.append(.event(.unregistered))
        case .registering, .registered:
            state = .unregistering
            send(expires: 0, at: now)
        }
    }

    private mutating func send(expires: Int, at now: Instant) {
        let headers = [
            SIPMessageDraft.Header(SIPHeader.contact.name, "<\(requester.agent.contactURI)>"),
            SIPMessageDraft.Header(SIPHeader.expires.name, "\(expires)"),
        ]
        outputs.append(.send(requester.start(.register, headers: headers, at: now), to: requester.destination.path))
    }

    private mutating func wake(at now: Instant) {
        let result = requester.wake(at: now)
        if let octets = result.again { outputs.append(.send(octets, to: requester.destination.path)) }
        if result.hasTimedOut { return fail(SIPRefusal(status: 408, reason: "No response"), at: now) }
        switch state {
        case .registered(let at) where now >= at, .waiting(until: let at) where now >= at:
            state = .registering
            send(expires: expires, at: now)
        case .idle, .registering, .registered, .waiting, .unregistering: break
        }
    }

    // MARK: - Responses

    private mutating func receive(_ message: SIPMessage, at now: Instant) {
        switch requester.receive(message, at: now) {
        case .nothing: break
        case .sendAgain(let octets): outputs.append(.send(octets, to: requester.destination.path))
        case .final(let response, let status): take(response, status: status, at: now)
        }
    }

    private mutating func take(_ response: SIPMessage, status: Int, at now: Instant) {
        switch (state, status) {
        case (.unregistering, _):
            state = .idle
            outputs.append(.event(.unregistered))
        case (.registering, 200..<300):
            failures = 0
            let seconds = binding(in: response)
            // A quarter of the time, at most a minute, is left for a refresh that is lost.
            state = .registered(refreshAt: now + .seconds(seconds) - min(.seconds(60), .seconds(seconds) / 4))
            outputs.append(.event(.registered(seconds: seconds)))
        case (.registering, 423):
            guard let minimum = response.value(.minExpires).flatMap({ Int($0) }), minimum > expires,
                minimum <= Self.longestBinding
            else { return fail(SIPRefusal(response, status: status), at: now) }
            expires = minimum
            send(expires: expires, at: now)
        case (.registering, _): fail(SIPRefusal(response, status: status), at: now)
        case (.idle, _), (.registered, _), (.waiting, _): break
        }
    }

    /// Our Contact's `expires`, else Expires, else what we asked for (§10.2.4).
    private func binding(in response: SIPMessage) -> Int {
        let ours = SIPURI(requester.agent.contactURI)
        let contact = response.contacts.first { contact in
            let uri = contact.address
            return uri.user == ours.user && uri.host == ours.host && (uri.port ?? 5_060) == ours.port
        }
        let seconds = contact?.parameters["expires"].flatMap { Int($0) } ?? response.expires ?? expires
        return min(max(seconds, 10), Self.longestBinding)
    }

    private mutating func fail(_ refusal: SIPRefusal, at now: Instant) {
        switch state {
        case .unregistering:
            state = .idle
            outputs.append(.event(.unregistered))
        case .registering:
            let retryAt = now + retryDelay(refusal)
            state = .waiting(until: retryAt)
            outputs.append(.event(.failed(refusal, retryAt: retryAt)))
        case .idle, .registered, .waiting: break
        }
    }

    /// The registrar may have lost the binding with the connection that it came on (RFC 5626 §4.5): it is made again soon.
    private mutating func loseTransport(at now: Instant) {
        switch state {
        case .registered:
            let delay = requester.random.duration(.seconds(1)...Self.longestRepair, step: .milliseconds(10))
            state = .registered(refreshAt: now + delay)
        case .idle, .registering, .waiting, .unregistering:
            fail(SIPRefusal(status: 503, reason: "Transport failed"), at: now)
        }
    }

    /// Until a binding whose connection broke is made again.
    static let longestRepair = Duration.seconds(5)

    /// Doubles with every failure; between half of it and all of it, so that not everybody comes at once.
    private mutating func retryDelay(_ refusal: SIPRefusal) -> Duration {
        if let seconds = refusal.retryAfter, seconds > 0 { return min(.seconds(seconds), Self.longestRetry) }
        let longest = min(Self.firstRetry * (1 << min(failures, 6)), Self.longestRetry)
        failures += 1
        return requester.random.duration(longest / 2...longest, step: .milliseconds(10))
    }
}
