import FaxCore
import FaxWire
import PcapDecode
import Testing

/// Where offers and answers may stand (RFC 3264, RFC 6337).
@Suite struct DialogOfferTests {
    typealias Script = DialogScript

    @Test func lateOfferIsAnsweredByACK() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("INVITE", "2 INVITE", from: .caller)
        try script.send("200 OK", "2 INVITE", from: .callee, sdp: Script.image(4000, 2))
        try script.send("ACK", "2 ACK", from: .caller, sdp: Script.image(4100))
        let signalling = try script.signalling()
        let switched = try #require(signalling.t38Switch)
        #expect(switched.offeredBy == .callee && switched.isAccepted && switched.status == 200)
        #expect(switched.offerFrame == FrameRef(number: 6) && switched.answerFrame == FrameRef(number: 7))
        #expect(signalling.mediaChanges.map(\.offeredBy) == [.callee])
        #expect(signalling.sessions.suffix(2).map(\.accepted) == [true, true])
    }

    /// One direction of the wire: the answer tells that there was an offer, and whose.
    @Test func answerWithoutItsOffer() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("200 OK", "2 INVITE", from: .caller, sdp: Script.image(4_100))
        let signalling = try script.signalling()
        let switched = try #require(signalling.t38Switch)
        #expect(switched.offeredBy == .callee && switched.isAccepted && !switched.isOfferSeen)
        #expect(switched.answerFrame == FrameRef(number: 5) && switched.afterAnswer == nil)
        #expect(signalling.mediaChanges.map(\.offeredBy) == [.callee])
        #expect(signalling.sessions.last?.party == .caller && signalling.sessions.last?.accepted == true)
    }

    /// Two taps whose clocks differ: the answer stands before its offer, and the ACK before its answer.
    @Test func answerBeforeItsOffer() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("200 OK", "2 INVITE", from: .caller, sdp: Script.image(4_100))
        try script.send("INVITE", "2 INVITE", from: .callee, sdp: Script.image(4_000, 2))
        try script.send("ACK", "2 ACK", from: .callee)
        let signalling = try script.signalling()
        let switched = try #require(signalling.t38Switch)
        #expect(switched.offeredBy == .callee && switched.isAccepted && switched.isOfferSeen)
        #expect(switched.offerFrame == FrameRef(number: 6) && switched.answerFrame == FrameRef(number: 5))
        #expect(switched.afterAnswer != nil)
        #expect(signalling.mediaChanges.map(\.frame) == [FrameRef(number: 6)])
        #expect(signalling.sessions.suffix(2).map(\.accepted) == [true, true])
    }

    @Test func ackBeforeItsAnswer() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send("ACK", "1 ACK", from: .caller)
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        let signalling = try script.signalling()
        #expect(signalling.finalStatus == 200 && signalling.answerFrame == FrameRef(number: 3))
        #expect(signalling.sessions.map(\.accepted) == [true, true])
        #expect(signalling.notes.isEmpty)
    }

    @Test func callWithLateOffer() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, toTag: .some(nil))
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        try script.send("ACK", "1 ACK", from: .caller, sdp: Script.audio(10_000))
        let signalling = try script.signalling()
        #expect(signalling.outcome == .answered)
        #expect(signalling.mediaChanges.isEmpty)
        #expect(signalling.sessions.map(\.party) == [.callee, .caller])
        #expect(signalling.sessions.map(\.accepted) == [true, true])
    }

    /// The answer came in a reliable 183, the 200 has no description (RFC 3262 §5).
    @Test func reliableProvisionalAnswers() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.audio(10_000), toTag: .some(nil))
        try script.send(
            "183 Session Progress", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2), headers: ["RSeq: 1"])
        try script.send("PRACK", "2 PRACK", from: .caller, headers: ["RAck: 1 1 INVITE"])
        try script.send("200 OK", "2 PRACK", from: .callee)
        try script.send("200 OK", "1 INVITE", from: .callee)
        try script.send("ACK", "1 ACK", from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.answerFrame == FrameRef(number: 5))
        #expect(signalling.sessions.map(\.accepted) == [true, true])
        #expect(signalling.mediaChanges.isEmpty)
    }

    @Test func prackAnswersTheOfferOfA183() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, toTag: .some(nil))
        try script.send(
            "183 Session Progress", "1 INVITE", from: .callee, sdp: Script.audio(20_000, 2), headers: ["RSeq: 1"])
        try script.send("PRACK", "2 PRACK", from: .caller, sdp: Script.audio(10_000), headers: ["RAck: 1 1 INVITE"])
        try script.send("200 OK", "2 PRACK", from: .callee)
        try script.send("200 OK", "1 INVITE", from: .callee)
        let signalling = try script.signalling()
        #expect(signalling.sessions.map(\.accepted) == [true, true])
        #expect(signalling.sessions.map(\.party) == [.callee, .caller])
    }

    @Test func updateSwitches() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("UPDATE", "2 UPDATE", from: .caller, sdp: Script.image(4100))
        try script.send("200 OK", "2 UPDATE", from: .callee, sdp: Script.image(4000, 2))
        let signalling = try script.signalling()
        #expect(signalling.t38Switch?.offeredBy == .caller)
        #expect(signalling.t38Switch?.isAccepted == true)
        #expect(signalling.mediaChanges.map(\.to) == [.t38])
    }

    @Test func refreshIsNoChange() throws {
        var script = Script()
        try script.answeredCall()
        for number in 2...4 {
            try script.send("INVITE", "\(number) INVITE", from: .caller, sdp: Script.audio(10_000))
            try script.send("200 OK", "\(number) INVITE", from: .callee, sdp: Script.audio(20_000, 2))
            try script.send("ACK", "\(number) ACK", from: .caller)
        }
        try script.send("UPDATE", "5 UPDATE", from: .caller)
        try script.send("200 OK", "5 UPDATE", from: .callee)
        let signalling = try script.signalling()
        #expect(signalling.mediaChanges.isEmpty)
        #expect(signalling.sessions.count == 2)
        #expect(script.events.filter { $0 == .mediaChanged(DialogID(1)) }.count == 2)
    }

    @Test func holdAndResume() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("INVITE", "2 INVITE", from: .caller, sdp: Script.audio(10_000, 1, "sendonly"))
        try script.send("200 OK", "2 INVITE", from: .callee, sdp: Script.audio(20_000, 2, "recvonly"))
        try script.send("INVITE", "3 INVITE", from: .caller, sdp: Script.audio(10_000))
        try script.send("200 OK", "3 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        let old = Script.audio(10_000).replacing("10.77.0.1", with: "0.0.0.0")
        try script.send("INVITE", "4 INVITE", from: .caller, sdp: old)
        try script.send("200 OK", "4 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        let signalling = try script.signalling()
        #expect(signalling.mediaChanges.map(\.to) == [.hold, .audio, .hold])
        #expect(signalling.mediaChanges.map(\.agreed) == [.hold, .audio, .hold])
        #expect(signalling.sessions.count == 2)
    }

    @Test func t38InTheFirstInvite() throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.image(4100), toTag: .some(nil))
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.image(4000, 2))
        try script.send("ACK", "1 ACK", from: .caller)
        let signalling = try script.signalling()
        let switched = try #require(signalling.t38Switch)
        #expect(switched.offeredBy == .caller && switched.isAccepted)
        #expect(switched.afterAnswer == nil)
        #expect(signalling.mediaChanges.map(\.to) == [.t38])
    }

    @Test(arguments: [
        (20_000, 4000, MediaChange.Target.both, true), (20_000, 0, .audio, false), (0, 4000, .t38, true),
    ])
    func twoLines(_ audio: Int, _ image: Int, _ agreed: MediaChange.Target, _ isAccepted: Bool) throws {
        var script = Script()
        try script.send("INVITE", "1 INVITE", from: .caller, sdp: Script.both(10_000, 4100), toTag: .some(nil))
        try script.send("200 OK", "1 INVITE", from: .callee, sdp: Script.both(audio, image, 2))
        try script.send("ACK", "1 ACK", from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.mediaChanges.map(\.to) == [.both])
        #expect(signalling.mediaChanges.map(\.agreed) == [agreed])
        #expect(signalling.t38Switch?.isAccepted == isAccepted)
        #expect(signalling.t38Switch?.status == 200)
        #expect(signalling.sessions.filter { $0.party == .caller }.map(\.accepted) == [audio != 0, image != 0])
    }

    /// 200 OK to a T.38 offer with port 0, or with audio instead: accepted in name only.
    @Test(arguments: [DialogScript.image(0, 2), DialogScript.audio(20_000, 2)])
    func answerWithoutImage(_ answer: String) throws {
        var script = Script()
        try script.answeredCall()
        try script.send("INVITE", "2 INVITE", from: .caller, sdp: Script.image(4100))
        try script.send("200 OK", "2 INVITE", from: .callee, sdp: answer)
        let signalling = try script.signalling()
        #expect(signalling.t38Switch?.status == 200)
        #expect(signalling.t38Switch?.isAccepted == false)
        #expect(signalling.t38Switch?.answer == nil)
    }

    /// A re-INVITE with `m=image 0`, refused near the end, asks for no T.38.
    @Test func imageWithPortZeroIsNoSwitch() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("INVITE", "7 INVITE", from: .callee, sdp: Script.image(4000, 2))
        try script.send("200 OK", "7 INVITE", from: .caller, sdp: Script.image(4100))
        try script.send("INVITE", "2 INVITE", from: .caller, sdp: Script.image(0))
        try script.send("488 Not Acceptable Here", "2 INVITE", from: .callee)
        try script.send("ACK", "2 ACK", from: .caller)
        try script.bye(from: .caller)
        let signalling = try script.signalling()
        #expect(signalling.t38Switch?.isAccepted == true)
        #expect(signalling.t38Switch?.offeredBy == .callee)
        #expect(signalling.mediaChanges.map(\.to) == [.t38])
    }

    /// Two offers cross; both get 491, one is sent again (RFC 3261 §14.1).
    @Test func glare() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("INVITE", "2 INVITE", from: .caller, sdp: Script.image(4100))
        try script.send("INVITE", "7 INVITE", from: .callee, sdp: Script.image(4000, 2))
        try script.send("491 Request Pending", "7 INVITE", from: .caller)
        try script.send("491 Request Pending", "2 INVITE", from: .callee)
        try script.send("ACK", "2 ACK", from: .caller)
        try script.send("ACK", "7 ACK", from: .callee)
        #expect(try script.signalling().t38Switch?.status == 491)
        try script.send("INVITE", "8 INVITE", from: .callee, sdp: Script.image(4000, 2))
        try script.send("200 OK", "8 INVITE", from: .caller, sdp: Script.image(4100))
        let signalling = try script.signalling()
        #expect(signalling.mediaChanges.map(\.status) == [491, 491, 200])
        #expect(signalling.mediaChanges.map(\.offeredBy) == [.caller, .callee, .callee])
        #expect(signalling.t38Switch?.isAccepted == true)
        #expect(signalling.t38Switch?.offerFrame == FrameRef(number: 11))
    }

    @Test func unansweredSwitchHasNoStatus() throws {
        var script = Script()
        try script.answeredCall()
        for _ in 0..<3 { try script.send("INVITE", "7 INVITE", from: .callee, sdp: Script.image(4000, 2)) }
        let signalling = try script.signalling()
        let switched = try #require(signalling.t38Switch)
        #expect(switched.status == nil && switched.answerFrame == nil && !switched.isAccepted)
        #expect(signalling.steps.suffix(3).map(\.isRetransmission) == [false, true, true])
        #expect(signalling.sessions.map(\.accepted) == [true, true, false])
    }

    /// The same port for audio and image: both stand in `sessions`, in order.
    @Test func portUsedAgainForImage() throws {
        var script = Script()
        try script.answeredCall()
        try script.send("INVITE", "7 INVITE", from: .callee, sdp: Script.image(20_000, 2))
        try script.send("200 OK", "7 INVITE", from: .caller, sdp: Script.image(10_000))
        try script.send("INVITE", "8 INVITE", from: .callee, sdp: Script.audio(20_000, 2))
        try script.send("200 OK", "8 INVITE", from: .caller, sdp: Script.audio(10_000))
        let kinds = try script.signalling().sessions.map(\.kind)
        #expect(kinds == [.audio, .audio, .image, .image, .audio, .audio])
    }
}
