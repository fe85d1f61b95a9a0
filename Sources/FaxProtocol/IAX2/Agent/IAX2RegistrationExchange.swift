import FaxCore
import FaxWire

/// One REGREQ or REGREL of a peer, from its question to our last word (RFC 5456 §6.1): asked for a proof, answered with
/// REGACK or REGREJ.
struct IAX2RegistrationExchange: Sendable {
    enum Result: Sendable {
        case registered(IAX2Registration)
        case released(name: String)
        case refused(name: String, reason: String)
    }

    let peer: Endpoint
    var numbering: IAX2Numbering
    /// When it is forgotten.
    private(set) var until: Instant
    private let settings: IAX2Settings
    private let challenge: String
    private var name = ""
    private var isDone = false

    init(from peer: Endpoint, number: UInt16, challenge: String, _ settings: IAX2Settings, at now: Instant) {
        self.peer = peer
        self.settings = settings
        self.challenge = challenge
        until = now + settings.timers.opening
        numbering = IAX2Numbering(
            source: number, isProven: false, began: now, timers: settings.timers,
            limit: settings.limits.unacknowledged)
    }

    /// Our last word was said, and acknowledged.
    var isThrough: Bool { isDone && numbering.isQuiet }

    var deadline: Instant { min(until, numbering.deadline ?? until) }

    mutating func wake(at now: Instant) -> [[UInt8]] {
        let again = numbering.wake(at: now)
        if numbering.hasFailed { until = now }
        return again
    }

    mutating func receive(
        _ frame: IAX2FullFrame, _ data: RawSpan, at now: Instant
    ) -> (octets: [[UInt8]], result: Result?) {
        var octets: [[UInt8]] = []
        var result: Result?
        if case .fresh = numbering.take(frame, at: now), !isDone {
            switch frame.command {
            case .registrationRequest, .registrationRelease:
                let elements = IAX2Elements.read(data).value
                (octets, result) = answer(elements, releases: frame.isIAX(.registrationRelease), at: now)
            case .invalid: until = now
            default: break
            }
        }
        octets += numbering.repetitions(at: now)
        if frame.command != .invalid, let acknowledgement = numbering.acknowledgement() {
            octets.append(acknowledgement)
        }
        // REGACK has come, or REGREJ: nothing is left.
        if isThrough { until = min(until, now + settings.timers.linger) }
        return (octets, result)
    }

    private mutating func answer(
        _ elements: IAX2Elements, releases: Bool, at now: Instant
    ) -> (octets: [[UInt8]], result: Result?) {
        let name = elements.username ?? self.name
        let account = settings.account(name)
        if elements.md5Result == nil, elements.password == nil, account == nil || account?.secret != nil {
            self.name = name
            let question = IAX2Proof.question(challenge, name: name, settings)
            return ([numbering.send(.registrationAuthentication, question, at: now)], nil)
        }
        isDone = true
        guard let account, IAX2Proof.holds(elements, challenge, account, settings) else {
            return refuse(name, account == nil ? "unknown name" : "wrong secret", at: now)
        }
        return releases ? release(account, at: now) : register(account, elements, at: now)
    }

    /// The other side is not told which of name and secret was wrong.
    private mutating func refuse(_ name: String, _ reason: String, at now: Instant) -> ([[UInt8]], Result?) {
        var elements = IAX2Elements()
        elements.cause = "Registration Refused"
        elements.causeCode = IAX2Ending.Code.facilityRejected
        return ([numbering.send(.registrationReject, elements, at: now)], .refused(name: name, reason: reason))
    }

    private mutating func release(_ account: IAX2Account, at now: Instant) -> ([[UInt8]], Result?) {
        var elements = IAX2Elements()
        elements.username = account.name
        let octets = numbering.send(.registrationAcknowledgement, elements, at: now)
        return ([octets], .released(name: account.name))
    }

    private mutating func register(
        _ account: IAX2Account, _ asked: IAX2Elements, at now: Instant
    ) -> ([[UInt8]], Result?) {
        let range = settings.limits.refresh
        let seconds = min(max(asked.refresh ?? Self.usualRefresh, range.lowerBound), range.upperBound)
        var elements = IAX2Elements()
        elements.username = account.name
        elements.refresh = seconds
        let octets = numbering.send(.registrationAcknowledgement, elements, at: now)
        let registration = IAX2Registration(
            name: account.name, peer: peer, seconds: seconds, until: now + .seconds(seconds + Self.grace))
        return ([octets], .registered(registration))
    }

    /// Where nothing is asked for (§8.6.18).
    private static let usualRefresh = 60
    /// Seconds that a refresh may come late: peers ask again when the time is over, or just before.
    private static let grace = 10
}
