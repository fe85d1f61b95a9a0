import FaxCore
import FaxWire
import PcapDecode
import Testing

/// How calls begin, are tried again, fork, pass proxies and end.
@Suite struct DialogLifeTests {
    typealias Script = DialogScript

    struct Ending: Sendable, CustomTestStringConvertible {
        var status: String
        var outcome: Signalling.Outcome
        var endedBy: Signalling.EndedBy?
        var rings = false
        var testDescription: String { status }
    }

    @Test(arguments: [
        Ending(status: "486 Busy Here", outcome: .busy, endedBy: .callee),
        Ending(status: "600 Busy Everywhere", outcome: .busy, endedBy: .callee),
        Ending(status: "404 Not Found", outcome: .rejected, endedBy: .callee),
        Ending(status: "488 Not Acceptable Here", outcome: .rejected, endedBy: .callee),
        Ending(status: "603 Decline", outcome: .rejected, endedBy: .callee, rings: true),
        Ending(status: "480 Temporarily Unavailable", outcome: .rejected, endedBy: .callee),
        Ending(status: "480 Temporarily Unavailable", outcome: .noAnswer, endedBy: .callee, rings: true),
        Ending(status: "408 Request Timeout", outcome: .noAnswer, endedBy: .network),
        Ending(status: "487 Request Terminated", outcome: .cancelled, endedBy: .caller),
        Ending(status: "302 Moved", outcome: .rejected, endedBy: .callee),
        Ending(status: "401 Unauthorized", outcome: .rejected, endedBy: .callee),
    ])
    func refusals(_ ending: Ending) throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("100 Trying", "1 INVITE", from: .callee, toTag: .some(nil))
        if ending.rings { try script.send("180 Ringing", "1 INVITE", from: .callee) }
        try script.send(ending.status, "1 INVITE", from: .callee)
        try script.send("ACK", "1 ACK", from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.outcome == ending.outcome)
        #expect(signalling.finalStatus == Int(ending.status.prefix(3)))
        #expect(signalling.endedBy == ending.endedBy)
        #expect(signalling.endFrame == FrameRef(number: ending.rings ? 4 : 3))
        // After a challenge or a redirect another attempt is to come.
        let isLast = !["302 Moved", "401 Unauthorized"].contains(ending.status)
        #expect(script.events.contains(.ended(DialogID(1))) == isLast)
    }

    @Test func noResponseAtAll() throws {
        var script = Script()
        for _ in 0..<7 {
            try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        }
        let signalling = try script.signalling()
        #expect(signalling.outcome == .noAnswer)
        #expect(signalling.finalStatus == nil)
        #expect(signalling.steps.filter(\.isRetransmission).count == 6)
    }

    @Test func ringingUntilTheCaptureEnds() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("180 Ringing", "1 INVITE", from: .callee)
        #expect(try script.signalling().outcome == .unknown)
    }

    @Test func cancelled() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("180 Ringing", "1 INVITE", from: .callee)
        try script.send("CANCEL", "1 CANCEL", from: .caller, toTag: .some(nil))
        try script.send("200 OK", "1 CANCEL", from: .callee)
        try script.send("487 Request Terminated", "1 INVITE", from: .callee)
        #expect(!script.events.contains(.ended(DialogID(1))))
        try script.send("ACK", "1 ACK", from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.outcome == .cancelled && signalling.endedBy == .caller)
        #expect(signalling.finalStatus == 487)
        #expect(signalling.endFrame == FrameRef(number: 3))
        #expect(script.events.last == .ended(DialogID(1)))
    }

    @Test func cancelCrossesTheAnswer() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("CANCEL", "1 CANCEL", from: .caller, toTag: .some(nil))
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        try script.send("481 No Such Transaction", "1 CANCEL", from: .callee)
        try script.send("ACK", "1 ACK", from: .caller)
        try script.bye(from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.outcome == .answered && signalling.endFrame == FrameRef(number: 6))
    }

    @Test(arguments: [407, 401])
    func authenticationRetry(_ status: Int) throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("\(status) Unauthorized", "1 INVITE", from: .callee, toTag: "proxy")
        try script.send("ACK", "1 ACK", from: .caller, toTag: "proxy")
        try script.send(
            "INVITE", "2 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil),
            headers: [status == 401 ? "Authorization: Digest x" : "Proxy-Authorization: Digest x"])
        #expect(try script.signalling().authenticated == false)
        try script.send("200 OK", "2 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        let signalling = try script.signalling()
        #expect(signalling.authenticated)
        #expect(signalling.finalStatus == 200 && signalling.outcome == .answered)
        #expect(signalling.inviteFrame == FrameRef(number: 1))
        #expect(script.tracker.count == 1)
    }

    @Test func wrongCredentials() throws {
        var script = Script()
        for number in 1...2 {
            try script.send(
                "INVITE", "\(number) INVITE", from: .caller, toTag: .some(nil),
                headers: number == 2 ? ["Authorization: Digest x"] : [])
            try script.send("401 Unauthorized", "\(number) INVITE", from: .callee)
            try script.send("ACK", "\(number) ACK", from: .caller)
        }
        let signalling = try script.signalling()
        #expect(!signalling.authenticated)
        #expect(signalling.outcome == .rejected && signalling.finalStatus == 401)
    }

    /// Another attempt after the end, with the same Call-ID and a new From-tag.
    @Test func attemptAfterRefusal() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.image(4100), toTag: .some(nil))
        try script.send("488 Not Acceptable Here", "1 INVITE", from: .callee)
        try script.send("ACK", "1 ACK", from: .caller)
        #expect(script.events.last == .ended(DialogID(1)))
        script.fromTag = "A2"
        try script.send("INVITE", "2 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        #expect(script.events.contains(.resumed(DialogID(1))))
        try script.send("200 OK", "2 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        try script.bye()
        let signalling = try script.signalling()
        #expect(signalling.outcome == .answered && signalling.endedBy == .callee)
        #expect(signalling.t38Switch?.status == 488)
        #expect(script.tracker.count == 1)
    }

    /// Provisional responses of two forks; the second one answers, the first is given up.
    @Test func forked() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("180 Ringing", "1 INVITE", from: .callee, toTag: "B1")
        try script.send("183 Session Progress", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2), toTag: "B2")
        try script.send("486 Busy Here", "1 INVITE", from: .callee, toTag: "B1")
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_002, 2), toTag: "B2")
        try script.send("ACK", "1 ACK", from: .caller, toTag: "B2")
        try script.send("BYE", "2 BYE", from: .caller, toTag: "B3")
        script.toTag = "B2"
        try script.send("INVITE", "7 INVITE", from: .callee, sdp: Script.image(4000, 2))
        let signalling = try script.signalling()
        #expect(signalling.outcome == .answered && signalling.finalStatus == 200)
        #expect(signalling.endFrame == nil)
        #expect(signalling.notes.contains { $0.contains("forked") })
        #expect(signalling.t38Switch?.offeredBy == .callee)
        #expect(signalling.sessions.map(\.endpoint.port) == [10_000, 20_000, 20_002, 4000])
    }

    /// Both hops of a call through a proxy in one capture: one call, the second sighting is a further hop, and media
    /// addresses that the proxy put in are known too.
    @Test func proxiedDoubleView() throws {
        let proxy = Endpoint(IPAddress(v4: 0x0A4D_0009), 5060)
        var script = Script()
        try script.send(
            "INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil), branch: "a",
            destination: proxy)
        try script.send(
            "INVITE", "1 INVITE", from: .caller, sdp: Script.audio(30_000, 9), toTag: .some(nil), branch: "b",
            source: proxy)
        try script.send(
            "INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil), branch: "a",
            destination: proxy)
        try script.send(
            "200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2), branch: "b", destination: proxy)
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(30_002, 9), branch: "a", source: proxy)
        try script.send("ACK", "1 ACK", from: .caller, branch: "c", destination: proxy)
        try script.send("ACK", "1 ACK", from: .caller, branch: "d", source: proxy)
        try script.send("BYE", "7 BYE", from: .callee, branch: "e", destination: proxy)
        try script.send("BYE", "7 BYE", from: .callee, branch: "f", source: proxy)
        try script.send("200 OK", "7 BYE", from: .caller, branch: "f", destination: proxy)
        let signalling = try script.signalling()
        #expect(script.tracker.count == 1)
        #expect(
            signalling.steps.map(\.isFurtherHop) == [false, true, false, false, true, false, true, false, true, false])
        #expect(signalling.steps.map(\.isRetransmission) == [false, false, true] + [Bool](repeating: false, count: 7))
        #expect(signalling.sessions.map(\.endpoint.port) == [10_000, 30_000, 20_000, 30_002])
        #expect(signalling.sessions.map(\.party) == [.caller, .caller, .callee, .callee])
        #expect(signalling.sessions.map(\.accepted) == [true, true, true, true])
        #expect(signalling.mediaChanges.isEmpty)
        #expect(signalling.endedBy == .callee)
        #expect(signalling.calleeAddress == proxy)
    }

    /// A B2BUA that keeps the Call-ID but not the From-tag makes two calls.
    @Test func sameCallIDOnBothLegs() throws {
        var first = Script()
        try first.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        first.fromTag = "X"
        try first.send("INVITE", "5 INVITE", from: .caller, sdp: Script.audio(30_000), toTag: .some(nil))
        try first.send("200 OK", "5 INVITE", from: .callee, sdp: Script.audio(20_000, 2), toTag: "Y")
        first.fromTag = "A"
        try first.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(30_002, 2))
        #expect(first.tracker.count == 2)
        #expect(try first.signalling(1).answerFrame == FrameRef(number: 4))
        #expect(try first.signalling(2).answerFrame == FrameRef(number: 3))
        #expect(first.tracker.remove(DialogID(2)) != nil)
        try first.bye(from: .caller)
        #expect(try first.signalling(1).endedBy == .caller)
    }

    struct MidCall: Sendable, CustomTestStringConvertible {
        var line: String
        var cseq: String
        var outcome: Signalling.Outcome
        var testDescription: String { "\(line) \(cseq)" }
    }

    @Test(arguments: [
        MidCall(line: "INVITE", cseq: "7 INVITE", outcome: .answered),
        MidCall(line: "BYE", cseq: "7 BYE", outcome: .answered),
        MidCall(line: "ACK", cseq: "7 ACK", outcome: .unknown),
        MidCall(line: "200 OK", cseq: "7 INVITE", outcome: .answered),
        MidCall(line: "200 OK", cseq: "7 BYE", outcome: .answered),
        MidCall(line: "180 Ringing", cseq: "7 INVITE", outcome: .unknown),
        MidCall(line: "486 Busy Here", cseq: "7 INVITE", outcome: .busy),
        MidCall(line: "CANCEL", cseq: "7 CANCEL", outcome: .cancelled),
    ])
    func beginsMidCall(_ first: MidCall) throws {
        var script = Script()
        try script.send(first.line, first.cseq, from: first.line.first?.isNumber == true ? .callee : .caller)
        let signalling = try script.signalling()
        #expect(signalling.startsMidCall)
        #expect(signalling.outcome == first.outcome)
        #expect(signalling.inviteFrame == nil && signalling.answerFrame == nil)
    }

    @Test func midCallRequestsAreNoNewCallsWithoutTag() throws {
        var script = Script()
        for line in ["BYE", "ACK", "UPDATE", "INFO", "REFER", "OPTIONS", "NOTIFY", "SUBSCRIBE", "MESSAGE"] {
            try script.send(line, "7 \(line)", from: .caller, toTag: .some(nil))
        }
        #expect(script.tracker.count == 0)
        #expect(script.tracker.counters.outsideCalls == 9)
    }

    @Test func registration() throws {
        var script = Script()
        script.callID = "reg"
        try script.send("REGISTER", "1 REGISTER", from: .caller, toTag: .some(nil))
        try script.send("200 OK", "1 REGISTER", from: .callee, headers: ["Contact: <sip:x@10.77.0.1>;expires=60"])
        script.callID = "call"
        try script.answeredCall()
        #expect(try script.signalling().registered)
        var other = Script()
        try other.answeredCall()
        #expect(try !other.signalling().registered)
    }

    /// The parties are looked for among the registrations again when there are new ones, and when the call ends.
    @Test func registrationWhileTheCallGoesOn() throws {
        var script = Script()
        script.callID = "call"
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("180 Ringing", "1 INVITE", from: .callee)
        #expect(try !script.signalling().registered)
        script.callID = "reg"
        try script.send("REGISTER", "1 REGISTER", from: .caller, toTag: .some(nil))
        try script.send("200 OK", "1 REGISTER", from: .callee, headers: ["Contact: <sip:x@10.77.0.1>;expires=60"])
        script.callID = "call"
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        #expect(try script.signalling().registered)
    }

    @Test func lateMessagesOfARemovedCallMakeNoNewCall() throws {
        var script = Script()
        try script.answeredCall()
        try script.bye()
        #expect(script.tracker.remove(DialogID(1)) != nil)
        #expect(script.tracker.remove(DialogID(1)) == nil)
        try script.send("200 OK", "90 BYE", from: .caller)
        try script.send("INVITE", "8 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        #expect(script.tracker.count == 0 && script.tracker.counters.late == 2)
        try script.answeredCall()
        #expect(script.tracker.count == 1)
    }

    @Test func retransmissionsAreTold() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        for _ in 0..<3 { try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2)) }
        for _ in 0..<2 { try script.send("ACK", "1 ACK", from: .caller) }
        let signalling = try script.signalling()
        #expect(signalling.steps.map(\.isRetransmission) == [false, false, true, true, false, true])
        #expect(signalling.answerFrame == FrameRef(number: 2))
    }

    @Test func limitsHold() throws {
        var script = Script()
        try script.answeredCall()
        for number in 0..<DialogTracker.Limit.steps {
            let sdp = number % 2 == 0 ? Script.image(1 + number % 60_000, 2) : Script.audio(1 + number % 60_000, 2)
            try script.send("INVITE", "\(10 + number) INVITE", from: .callee, sdp: sdp)
            try script.send("200 OK", "\(10 + number) INVITE", from: .caller, sdp: sdp)
        }
        let signalling = try script.signalling()
        #expect(signalling.steps.count == DialogTracker.Limit.steps)
        #expect(signalling.sessions.count == DialogTracker.Limit.sessions)
        #expect(signalling.mediaChanges.count == DialogTracker.Limit.mediaChanges)
        #expect(signalling.notes.contains { $0.contains("not listed") })
    }

    /// Calls of one message each: nothing stays of those that were removed.
    @Test func manyCallsWithTheSameCallID() throws {
        var script = Script()
        for number in 0..<2_000 {
            script.fromTag = "T\(number)"
            try script.send("INVITE", "1 INVITE", from: .caller, toTag: .some(nil))
        }
        #expect(script.tracker.count == 2_000)
        #expect(script.tracker.finish().map(\.id.number) == Array(1...2_000))
        #expect(script.tracker.count == 0)
    }

    @Test("without the callee's side the ACK tells whether the call was answered", arguments: [true, false])
    func answerSeenByItsAck(answered: Bool) throws {
        var script = DialogScript()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: DialogScript.audio(10_000), toTag: .some(nil))
        try script.send("ACK", "1 ACK", from: .caller, branch: answered ? "z9hG4bK-other" : "z9hG4bK-1INVITE")
        let outcome = script.tracker.finish().first?.signalling.outcome
        #expect(outcome == (answered ? .answered : .noAnswer))
    }
}
