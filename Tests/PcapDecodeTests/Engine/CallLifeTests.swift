import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

@Suite struct CallLifeTests {
    private let aMedia = Endpoint(WireScript.a, 10_000)
    private let bMedia = Endpoint(WireScript.b, 20_000)

    @Test func mediaWithoutSignallingIsOneCallAPair() throws {
        let wire = WireScript()
        for round in 0..<20 {
            wire.udptl(aMedia, bMedia, round..<round + 1)
            wire.udptl(bMedia, aMedia, round..<round + 1)
        }
        let calls = wire.finish()
        #expect(calls.count == 1)
        #expect(calls.first?.signalling.carrier == Signalling.Carrier.none)
        #expect(calls.first?.streams.map(\.packets) == [20, 20])
        #expect(calls.first?.streams.map(\.direction) == [nil, nil])
    }

    @Test func audioAndT38OfTheSameHostsAreRelated() {
        let wire = WireScript()
        wire.rtp(aMedia, bMedia, count: 50, ssrc: 1)
        wire.udptl(Endpoint(WireScript.a, 4000), Endpoint(WireScript.b, 4002), 0..<20)
        let calls = wire.finish()
        #expect(calls.map(\.id) == [1, 2])
        #expect(calls.map { $0.related.map(\.call) } == [[2], [1]])
    }

    /// Who receives a page is silent for longer than media without signalling live.
    @Test func oneDirectionMayBeSilentForLong() {
        let wire = WireScript()
        wire.udptl(bMedia, aMedia, 0..<20)
        wire.udptl(aMedia, bMedia, 0..<2_000)
        wire.udptl(bMedia, aMedia, 20..<40)
        let calls = wire.finish()
        #expect(calls.map { $0.streams.map(\.packets) } == [[40, 2_000]])
    }

    /// Between answer and BYE a capture of signalling alone holds nothing, and a queue may ring for minutes.
    @Test func signallingMayBeSilentForLong() {
        let wire = WireScript()
        func wait(_ seconds: Int) {
            for _ in 0..<seconds / 10 {
                wire.clock += 10
                wire.packet(Endpoint(WireScript.c, 1), Endpoint(WireScript.c, 2), [0])
            }
        }
        wire.sip(
            "INVITE", "1 INVITE", byCaller: true, sdp: WireScript.sdp(WireScript.a, audio: 10_000), toTag: false)
        wait(300)
        wire.sip("200 OK", "1 INVITE", byCaller: false, sdp: WireScript.sdp(WireScript.b, audio: 20_000))
        wait(3_600)
        wire.bye()
        let calls = wire.finish()
        #expect(calls.count == 1)
        #expect(calls.first?.signalling.answerTime != nil && calls.first?.signalling.endedBy == .caller)
    }

    @Test func noiseIsNoMedia() {
        let wire = WireScript()
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let octets = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            wire.packet(Endpoint(WireScript.a, 5353), Endpoint(WireScript.b, 5353), octets)
            wire.clock += 0.01
        }
        #expect(wire.finish().isEmpty)
    }

    @Test func callsComeOutWhileTheCaptureGoesOn() {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.bye()
        wire.clock += 10
        wire.packet(Endpoint(WireScript.c, 1), Endpoint(WireScript.c, 2), [0])
        #expect(wire.calls.count == 1)
        #expect(wire.openCalls == 0)
    }

    @Test func pastTheLimitTheIdlestCallsAreClosedAndReported() {
        var limits = EngineLimits()
        limits.openCalls = 50
        let wire = WireScript(limits: limits)
        for number in 0..<200 {
            let dialog = WireScript.Dialog(callID: "c\(number)@test")
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true, dialog, sdp: WireScript.sdp(WireScript.a, audio: 10_000),
                toTag: false)
        }
        #expect(wire.openCalls <= 50)
        #expect(wire.warnings.contains { $0.reason.contains("openCalls") })
        #expect(wire.finish().count == 200)
        #expect(Set(wire.calls.map(\.id)).count == 200)
    }

    @Test func flowsStayBelowTheirLimit() {
        var limits = EngineLimits()
        limits.flows = 500
        let wire = WireScript(limits: limits)
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 5, ssrc: 1)
        for number in 0..<5_000 {
            wire.packet(Endpoint(WireScript.c, UInt16(number)), Endpoint(WireScript.b, 9), [1, 2, 3])
        }
        wire.rtp(aMedia, bMedia, count: 5, ssrc: 1, start: 105)
        let calls = wire.finish()
        #expect(calls.count == 1)
        #expect(calls.first?.streams.first?.packets == 10)
    }

    @Test func legsThroughABoxAreRelatedBothWays() {
        let wire = WireScript()
        let first = WireScript.Dialog(callID: "leg1", calleeUser: "5551000")
        let second = WireScript.Dialog(
            callID: "leg2", from: Endpoint(WireScript.b, 5060), to: Endpoint(WireScript.c, 5060), callerUser: "trunk",
            calleeUser: "1000")
        wire.sip(
            "INVITE", "1 INVITE", byCaller: true, first, sdp: WireScript.sdp(WireScript.a, audio: 10_000), toTag: false)
        wire.sip(
            "INVITE", "1 INVITE", byCaller: true, second, sdp: WireScript.sdp(WireScript.b, audio: 30_000), toTag: false
        )
        let calls = wire.finish().sorted { $0.id < $1.id }
        #expect(calls.map { $0.related.map(\.call) } == [[2], [1]])
        #expect(calls.first?.related.first?.reason.contains("1000") == true)
    }

    /// A fax broadcast: one caller, many called numbers, which tell the legs apart.
    @Test(arguments: [false, true])
    func legsOfCallsByOneCaller(carryNumbers: Bool) {
        let wire = WireScript()
        let box = Endpoint(WireScript.b, 5060)
        for number in 1...3 {
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true,
                WireScript.Dialog(callID: "in\(number)", callerUser: "5550100", calleeUser: "800555000\(number)"),
                toTag: false)
        }
        for number in 1...3 {
            let callee = carryNumbers ? "1800555000\(number)" : "peer\(number)"
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true,
                WireScript.Dialog(
                    callID: "out\(number)", from: box, to: Endpoint(WireScript.c, 5060), callerUser: "5550100",
                    calleeUser: callee), toTag: false)
        }
        let calls = wire.finish().sorted { $0.id < $1.id }
        #expect(
            calls.map { $0.related.map(\.call) }
                == (carryNumbers ? [[4], [5], [6], [1], [2], [3]] : [[], [], [], [], [], []]))
    }

    /// Caller, box and target on one host: their ports tell them apart. A call back to the caller's own port is none.
    @Test(arguments: [(UInt16(5_064), true), (5_060, false)])
    func legsOnOneHost(target: UInt16, areRelated: Bool) {
        let wire = WireScript()
        let (caller, box) = (Endpoint(WireScript.a, 5_060), Endpoint(WireScript.a, 5_062))
        let first = WireScript.Dialog(callID: "leg1", from: caller, to: box, calleeUser: "5551000")
        let second = WireScript.Dialog(
            callID: "leg2", from: box, to: Endpoint(WireScript.a, target), calleeUser: "5551000")
        for dialog in [first, second] {
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true, dialog, sdp: WireScript.sdp(WireScript.a, audio: 10_000),
                toTag: false)
        }
        let calls = wire.finish().sorted { $0.id < $1.id }
        #expect(calls.map { $0.related.map(\.call) } == (areRelated ? [[2], [1]] : [[], []]))
    }

    @Test func strangersAreNotRelated() {
        let wire = WireScript()
        let first = WireScript.Dialog(callID: "leg1", callerUser: "100", calleeUser: "200")
        let second = WireScript.Dialog(callID: "leg2", callerUser: "300", calleeUser: "400")
        for dialog in [first, second] {
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true, dialog, sdp: WireScript.sdp(WireScript.a, audio: 10_000),
                toTag: false)
        }
        #expect(wire.finish().allSatisfy { $0.related.isEmpty })
    }

    @Test func oneLyingTimeStampEndsNoCall() {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 5, ssrc: 1)
        let honest = wire.clock
        wire.clock = 4e9
        wire.packet(Endpoint(WireScript.c, 1), Endpoint(WireScript.c, 2), [0])
        wire.clock = honest
        wire.rtp(aMedia, bMedia, count: 5, ssrc: 1, start: 105)
        wire.bye()
        #expect(wire.finish().map { $0.streams.map(\.packets) } == [[10]])
    }

    @Test func callsGoOnComingOutAfterTheClockWasSetBack() {
        let wire = WireScript()
        for round in 0..<2 {
            wire.clock = 1_000_000 - Double(round) * 500_000
            for number in 0..<40 {
                let dialog = WireScript.Dialog(callID: "r\(round)n\(number)@test")
                wire.answer(dialog, callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
                wire.bye(dialog)
                wire.clock += 10
            }
        }
        #expect(wire.calls.count > 70)
        #expect(wire.openCalls < 10)
        #expect(wire.finish().count == 80)
    }

    /// Senders that leave the IP identification and the checksum at 0: messages alike at their beginning are no copies.
    @Test func callsOfASenderWithoutIPIdentificationAreAllSeen() {
        let wire = WireScript()
        for number in 0..<40 {
            let dialog = WireScript.Dialog(callID: "call-\(100 + number)@test")
            wire.ipID = 0
            wire.clock -= 0.009
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true, dialog, sdp: WireScript.sdp(WireScript.a, audio: 10_000),
                toTag: false)
        }
        #expect(wire.finish().count == 40)
    }

    @Test func aCallIDPastTheLimitIsReported() {
        let wire = WireScript()
        let dialog = WireScript.Dialog(callID: String(repeating: "x", count: 5_000))
        wire.sip("INVITE", "1 INVITE", byCaller: true, dialog, toTag: false)
        #expect(wire.finish().isEmpty)
        #expect(wire.warnings.contains { $0.reason.contains("Call-ID") })
    }
}
