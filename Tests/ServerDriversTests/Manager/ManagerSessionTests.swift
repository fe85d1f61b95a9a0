import ServerDrivers
import Testing

/// The machines of Asterisk's manager interface and FreeSWITCH's event socket against words of the published interfaces, whole
/// and damaged.
@Suite struct ManagerSessionTests {
    private static let call = ManagerCall(
        job: "j1", dial: "PJSIP/200@trunk", file: "/tmp/a.tif", callerNumber: "")
    private static let greeting = "Asterisk Call Manager/7.0.3\r\n"
    private static let ask = "Content-Type: auth/request\n\n"

    private func reply(_ text: String) -> String {
        "Content-Type: command/reply\nReply-Text: \(text)\n\n"
    }

    private func event(_ lines: [String], body: String = "") -> String {
        let text = lines.joined(separator: "\n") + "\n\n" + body
        return "Content-Length: \(text.utf8.count)\nContent-Type: text/event-plain\n\n\(text)"
    }

    private func outputs<Session: ManagerSession>(_ session: inout Session) -> [ManagerOutput] {
        var outputs: [ManagerOutput] = []
        while let output = session.next() { outputs.append(output) }
        return outputs
    }

    // MARK: - Asterisk

    /// Logged in, and a call placed.
    private func asterisk() -> AsteriskSession {
        var session = AsteriskSession()
        session.begin(.login(user: "admin", password: "hidden"))
        // The greeting has no empty line behind it.
        session.take(Array(Self.greeting.utf8))
        session.take(
            Array("Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n".utf8))
        session.begin(.send(Self.call))
        session.take(
            Array(
                "Response: Success\r\nActionID: 2\r\nMessage: Originate successfully queued\r\n\r\n".utf8))
        return session
    }

    private func told(_ events: [String]) -> AsteriskSession {
        var session = asterisk()
        for event in events {
            let text =
                event.replacing(" | ", with: "\r\n") + "\r\nChannel: PJSIP/j1\r\nUniqueid: j1\r\n\r\n"
            // An octet at a time: blocks are found wherever reads end.
            for octet in text.utf8 { session.take([octet]) }
        }
        return session
    }

    @Test func asteriskIsToldToSend() {
        var session = asterisk()
        let said = outputs(&session)
        #expect(said.filter { $0 == .finished }.count == 2)
        #expect(session.product == "Asterisk Call Manager/7.0.3")
        #expect(!session.words.lines.contains { $0.contains("hidden") })
        #expect(
            said.contains(
                .send(
                    "Action: Originate\r\nChannel: PJSIP/200@trunk\r\nChannelId: j1\r\nApplication: SendFAX\r\n"
                        + "Data: /tmp/a.tif\r\nTimeout: 60000\r\nAsync: true\r\nActionID: 2\r\n\r\n")))
    }

    @Test(arguments: [
        (["Event: FAXStatus | Operation: send | Status: In Progress"], ServerJobStatus.State.running),
        (["Event: VarSet | Variable: FAXSTATUS | Value: SUCCESS"], .waiting),
        (
            ["Event: VarSet | Variable: FAXSTATUS | Value: SUCCESS", "Event: Hangup | Cause: 16"], .done
        ),
        (
            ["Event: VarSet | Variable: FAXSTATUS | Value: FAILED", "Event: Hangup | Cause: 16"], .failed
        ),
        (["Event: Hangup | Cause: 17 | Cause-txt: User busy"], .failed),
        (["Event: OriginateResponse | Response: Failure | Reason: 5"], .failed),
        (["Event: OriginateResponse | Response: Success | Reason: 4"], .waiting),
        (["Event: Nothing"], .waiting),
    ])
    func whatAsterisksEventsSay(events: [String], state: ServerJobStatus.State) {
        #expect(told(events).status(of: "j1")?.state == state)
    }

    @Test func asterisksReasonsAndPages() {
        let session = told([
            "Event: VarSet | Variable: FAXERROR | Value: The HANGUP",
            "Event: SendFAX | PagesTransferred: 3",
            "Event: VarSet | Variable: FAXSTATUS | Value: FAILED", "Event: Hangup | Cause: 16",
        ])
        let status = session.status(of: "j1")
        #expect(status?.reason == "The HANGUP")
        #expect(status?.pagesSent == 3)
        #expect(session.status(of: "j2") == nil)
    }

    @Test func asteriskHangsUpOneChannelByItsName() {
        var session = asterisk()
        _ = outputs(&session)
        session.begin(.hangUp(job: "j1"))
        guard case .failed(.unsupported)? = outputs(&session).last else {
            Issue.record("a channel without a name was ended")
            return
        }
        session = told(["Event: FAXStatus"])
        _ = outputs(&session)
        session.begin(.hangUp(job: "j1"))
        #expect(
            outputs(&session) == [.send("Action: Hangup\r\nChannel: PJSIP/j1\r\nActionID: 3\r\n\r\n")])
    }

    @Test func asteriskReceives() {
        let session = told([
            "Event: ReceiveFAX | FileName: /var/fax/1.tif | PagesTransferred: 2 | RemoteStationID: 555"
        ])
        #expect(session.receptions.map(\.name) == ["/var/fax/1.tif"])
        #expect(session.receptions.first?.pages == 2)
        #expect(session.receptions.first?.sender == "555")
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", String(repeating: "x", count: 300),
        greeting + String(repeating: "x", count: 70_000),
        greeting + String(repeating: "a: b\r\n", count: 2_001),
    ])
    func damagedWordsOfAsterisk(text: String) {
        var session = AsteriskSession()
        session.begin(.login(user: "admin", password: "x"))
        session.take(Array(text.utf8))
        guard case .failed(.unreadable)? = outputs(&session).last else {
            Issue.record("taken: \(text.prefix(40))")
            return
        }
    }

    @Test func asteriskRefuses() {
        var session = AsteriskSession()
        session.begin(.login(user: "admin", password: "x"))
        session.take(
            Array(
                (Self.greeting + "Response: Error\r\nActionID: 1\r\nMessage: Authentication failed\r\n\r\n")
                    .utf8))
        #expect(
            outputs(&session).last == .failed(.loginRefused(user: "admin", said: "Authentication failed"))
        )
        session = AsteriskSession()
        session.begin(.login(user: "admin", password: "x"))
        session.closed("gone")
        #expect(outputs(&session).last == .failed(.lost(during: "the login of 'admin'", "gone")))
    }

    // MARK: - FreeSWITCH

    private func freeSwitch() -> FreeSwitchSession {
        var session = FreeSwitchSession()
        session.take(Array(Self.ask.utf8))
        session.begin(.login(user: "", password: "hidden"))
        session.take(Array((reply("+OK accepted") + reply("+OK event listener enabled plain")).utf8))
        session.begin(
            .send(
                ManagerCall(
                    job: "j1", dial: "sofia/gateway/t/200", file: "/tmp/a.tif", callerNumber: "55 5")))
        session.take(Array(reply("+OK Job-UUID: b1").utf8))
        return session
    }

    @Test func freeSwitchIsToldToSend() {
        var session = freeSwitch()
        let said = outputs(&session)
        #expect(said.filter { $0 == .finished }.count == 2)
        #expect(!session.words.lines.contains { $0.contains("hidden") })
        #expect(
            said.contains(
                .send(
                    "bgapi originate {origination_uuid=j1,ignore_early_media=true,fax_enable_t38=true,"
                        + "origination_caller_id_number=555}sofia/gateway/t/200 &txfax(/tmp/a.tif)\n\n")))
    }

    private static let result = [
        "Event-Name: CUSTOM", "Event-Subclass: spandsp%3A%3Atxfaxresult", "Unique-ID: j1",
    ]
    private static let hangUp = [
        "Event-Name: CHANNEL_HANGUP", "Unique-ID: j1", "Hangup-Cause: NORMAL_CLEARING",
    ]

    @Test(arguments: [
        (
            [["Event-Name: CHANNEL_CALLSTATE", "Unique-ID: j1", "Channel-Call-State: ACTIVE"]],
            ServerJobStatus.State.running
        ),
        ([result + ["fax-success: 1"]], .waiting), ([result + ["fax-success: 1"], hangUp], .done),
        ([result + ["fax-success: 0"], hangUp], .failed), ([hangUp], .failed),
        ([["Event-Name: CHANNEL_HANGUP", "Unique-ID: other"]], .waiting),
    ])
    func whatFreeSwitchsEventsSay(events: [[String]], state: ServerJobStatus.State) {
        var session = freeSwitch()
        for octet in events.map({ event($0) }).joined().utf8 { session.take([octet]) }
        #expect(session.status(of: "j1")?.state == state)
    }

    @Test func aCallThatWasNeverPlaced() {
        var session = freeSwitch()
        session.take(
            Array(event(["Event-Name: BACKGROUND_JOB", "Job-UUID: b1"], body: "-ERR NO_ANSWER\n").utf8))
        #expect(session.status(of: "j1")?.state == .failed)
        #expect(session.status(of: "j1")?.said == "originate: -ERR NO_ANSWER")
    }

    @Test func freeSwitchsReasonsAreDecoded() {
        var session = freeSwitch()
        let fields =
            Self.result + [
                "fax-success: 0", "fax-result-text: Far%20end%2", "fax-document-transferred-pages: 1",
            ]
        session.take(Array(event(fields).utf8))
        #expect(session.status(of: "j1")?.reason == "Far end%2")
        #expect(session.status(of: "j1")?.pagesSent == 1)
    }

    @Test(arguments: [
        ("Content-Type: auth/request\nContent-Length: -1\n\n", "a Content-Length of '-1'"),
        ("Content-Type: auth/request\nContent-Length: 99999999\n\n", "a Content-Length of '99999999'"),
        ("Response: Success\n\n", "a block without a Content-Type: no event socket"),
    ])
    func damagedWordsOfFreeSwitch(text: String, why: String) {
        var session = FreeSwitchSession()
        session.begin(.login(user: "", password: "x"))
        session.take(Array(text.utf8))
        #expect(outputs(&session).last == .failed(.unreadable(why)))
    }

    @Test func freeSwitchRefuses() {
        var session = FreeSwitchSession()
        session.begin(.login(user: "", password: "x"))
        session.take(Array((Self.ask + reply("-ERR invalid")).utf8))
        #expect(
            outputs(&session).last
                == .failed(.loginRefused(user: "the event socket", said: "-ERR invalid")))
        var other = FreeSwitchSession()
        other.begin(.login(user: "", password: "x"))
        let body = "Access Denied, go away.\n"
        other.take(
            Array("Content-Type: text/rude-rejection\nContent-Length: \(body.utf8.count)\n\n\(body)".utf8)
        )
        #expect(
            outputs(&other).last
                == .failed(.refused(step: "the connection", said: "Access Denied, go away.")))
    }
}
