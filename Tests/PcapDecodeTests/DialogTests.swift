import FaxCore
import FaxWire
import PcapDecode
import Testing

@Suite struct DialogTests {
    @Test func normalSwitch() throws {
        var script = DialogScript()
        try script.answeredCall()
        try script.send("INVITE", "7 INVITE", from: .callee, sdp: DialogScript.image(4000, 2))
        try script.send("200 OK", "7 INVITE", from: .caller, sdp: DialogScript.image(4100, 1))
        try script.send("ACK", "7 ACK", from: .callee)
        try script.send("INVITE", "8 INVITE", from: .callee, sdp: DialogScript.audio(20_000, 2))
        try script.send("200 OK", "8 INVITE", from: .caller, sdp: DialogScript.audio(10_002))
        try script.send("ACK", "8 ACK", from: .callee)
        try script.bye()
        let signalling = try script.signalling()
        #expect(signalling.outcome == .answered)
        #expect(signalling.finalStatus == 200)
        #expect(signalling.endedBy == .callee)
        #expect(signalling.inviteFrame == FrameRef(number: 1))
        #expect(signalling.answerFrame == FrameRef(number: 3))
        #expect(signalling.endFrame == FrameRef(number: 11))
        #expect(signalling.caller == "sip:5550100@10.77.0.1")
        #expect(signalling.callee == "sip:1000@10.77.0.2")
        let switched = try #require(signalling.t38Switch)
        #expect(switched.offeredBy == .callee)
        #expect(switched.isAccepted && switched.status == 200)
        #expect(switched.offerFrame == FrameRef(number: 5) && switched.answerFrame == FrameRef(number: 6))
        #expect(switched.afterAnswer == .milliseconds(200))
        #expect(switched.answer?.maxBitRate == 14_400)
        #expect(signalling.mediaChanges.map(\.to) == [.t38, .audio])
        #expect(signalling.mediaChanges.map(\.status) == [200, 200])
        #expect(signalling.sessions.map(\.endpoint.port) == [10_000, 20_000, 4000, 4100, 10_002])
        #expect(signalling.sessions.allSatisfy { $0.accepted })
        #expect(signalling.steps[0].summary == "INVITE (audio PCMU,PCMA 10000)")
        #expect(signalling.steps[5].summary == "200 OK (image udptl 4100)")
        #expect(script.events.first == .opened(DialogID(1)))
        #expect(script.events.last == .ended(DialogID(1)))
    }

    @Test func refusedSwitchFallsBack() throws {
        var script = DialogScript()
        try script.answeredCall()
        try script.send("INVITE", "7 INVITE", from: .callee, sdp: DialogScript.image(4000, 2))
        try script.send("488 Not Acceptable Here", "7 INVITE", from: .caller, headers: ["Warning: 304 x \"no\""])
        try script.send("ACK", "7 ACK", from: .callee)
        try script.bye(from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.t38Switch?.status == 488)
        #expect(signalling.t38Switch?.isAccepted == false)
        #expect(signalling.mediaChanges.map(\.status) == [488])
        #expect(signalling.sessions.map(\.accepted) == [true, true, false])
        #expect(signalling.steps[5].remarks == ["Warning: 304 x \"no\""])
        #expect(signalling.outcome == .answered && signalling.endedBy == .caller)
    }
}
