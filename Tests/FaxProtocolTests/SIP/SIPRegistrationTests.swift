import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("Registration and ping (RFC 3261 §10, §11)")
struct SIPRegistrationTests {
    private static let server = SIPPath(.udp, SIPPair.calleeEnd)

    private static var agent: SIPAgent {
        var agent = SIPAgent(path: SIPPath(.udp, SIPPair.callerEnd), user: "1000", domain: "example.com")
        agent.digest = SIPTestHash.plain
        agent.credentials = [SIPCredentials(username: "1000", password: "secret")]
        return agent
    }

    /// A registration and a registrar that answers each request with the next of its answers, the last one for ever.
    private struct Run {
        var registration: SIPRegistration
        var answers: [(status: Int, headers: [SIPMessageDraft.Header])]
        var now = Instant.zero
        var requests: [(at: Instant, message: SIPMessage)] = []
        var events: [SIPRegistration.Event] = []

        init(expires: Int = 3_600, answers: [(status: Int, headers: [SIPMessageDraft.Header])]) {
            registration = SIPRegistration(
                agent: agent, registrar: SIPDestination(uri: "sip:example.com", path: server), expires: expires,
                random: SeededRandom(seed: 3))
            self.answers = answers
        }

        mutating func handle(_ input: SIPRegistration.Input) {
            for output in registration.handle(input, at: now) {
                switch output {
                case .event(let event): events.append(event)
                case .send(let octets, _):
                    guard let message = try? SIPMessage.strict(octets.span.bytes) else { continue }
                    requests.append((now, message))
                    guard let answer = answers.first else { continue }
                    if answers.count > 1 { answers.removeFirst() }
                    guard let response = SIPTestServer.response(to: message, answer.status, headers: answer.headers)
                    else { continue }
                    handle(.message(response, from: server))
                }
            }
        }

        mutating func run(until end: Double) {
            while let deadline = registration.deadline, deadline <= Instant(seconds: end) {
                now = max(now, deadline)
                handle(.deadline)
            }
            now = Instant(seconds: end)
        }
    }

    @Test("Registers, refreshes before the end, and takes the binding back")
    func life() {
        var run = Run(answers: [(200, [.init("Expires", "600")])])
        run.handle(.start)
        #expect(run.events == [.registered(seconds: 600)])
        run.run(until: 1_700)
        #expect(run.requests.map { $0.at.seconds } == [0, 540, 1_080, 1_620])
        #expect(Set(run.requests.map { $0.message.callID }).count == 1)
        #expect(run.requests.compactMap { $0.message.cseq?.number } == [1, 2, 3, 4])
        run.handle(.stop)
        #expect(run.events.last == .unregistered)
        #expect(run.requests.last?.message.expires == 0)
        #expect(!run.registration.isRegistered)
    }

    @Test("The binding's own time counts more than Expires")
    func contactExpires() {
        let contact = SIPMessageDraft.Header(
            "Contact", "<sip:1000@10.0.0.9:5060>;expires=50, <sip:1000@10.0.0.1:5060>;expires=120")
        var run = Run(answers: [(200, [contact, .init("Expires", "3600")])])
        run.handle(.start)
        #expect(run.events == [.registered(seconds: 120)])
    }

    @Test("A challenge is answered, a longer interval taken over")
    func challenged() {
        let challenge = SIPMessageDraft.Header(
            "WWW-Authenticate", "Digest realm=\"example.com\", nonce=\"abc\", qop=\"auth\", algorithm=MD5")
        var run = Run(
            expires: 60, answers: [(401, [challenge]), (423, [.init("Min-Expires", "300")]), (200, [])])
        run.handle(.start)
        #expect(run.events == [.registered(seconds: 300)])
        #expect(run.requests.count == 3)
        #expect(run.requests.map { $0.message.credentials.first?.username } == [nil, "1000", "1000"])
        #expect(run.requests.last?.message.credentials.first?.parameters["nc"] == "00000002")
    }

    @Test("Refused: again later, with growing intervals that have an end", arguments: [403, 500, 503])
    func refused(status: Int) {
        var run = Run(answers: [(status, [])])
        run.handle(.start)
        run.run(until: 20_000)
        let times = run.requests.map { $0.at.seconds }
        let waits = zip(times.dropFirst(), times).map(-)
        #expect((15...30).contains(waits.first ?? 0))
        #expect(waits.allSatisfy { $0 <= 1_800 })
        #expect(waits.suffix(3).allSatisfy { $0 >= 900 })
    }

    @Test("No answer: 11 times within 32 s, then a failure")
    func silent() {
        var run = Run(answers: [])
        run.handle(.start)
        run.run(until: 33)
        #expect(run.requests.count == 11)
        guard case .failed(let refusal, _)? = run.events.first else {
            Issue.record("\(run.events)")
            return
        }
        #expect(refusal.status == 408)
    }

    @Test("A ping says how long the answer took, or that none came")
    func ping() throws {
        let peer = SIPDestination(uri: "sip:10.0.0.2", path: Self.server)
        var ping = SIPPing(agent: Self.agent, peer: peer, interval: .seconds(10), random: SeededRandom(seed: 1))
        let first = ping.handle(.start, at: .zero)
        guard case .send(let octets, _)? = first.first else {
            Issue.record("\(first)")
            return
        }
        let request = try SIPMessage.strict(octets.span.bytes)
        let response = try #require(SIPTestServer.response(to: request, 404))
        let events = ping.handle(.message(response, from: Self.server), at: Instant(seconds: 0.05))
        #expect(events == [.event(.answered(status: 404, after: .milliseconds(50)))])
        var sent = 0
        var silences: [Instant] = []
        while let deadline = ping.deadline, deadline < Instant(seconds: 60) {
            for output in ping.handle(.deadline, at: deadline) {
                switch output {
                case .send: sent += 1
                case .event(.silent): silences.append(deadline)
                case .event(.answered): Issue.record("answered")
                }
            }
        }
        #expect(silences.map { $0.seconds } == [42.05])
        #expect(sent > 11)
    }
}
