import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("How a SIP call begins, or does not")
struct SIPSetupTests {
    private static func pair(_ change: (Int, inout SIPAgent) -> Void = { _, _ in }) -> SIPPair {
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .never
            change(side, &agent)
        }
        pair.reactions[1] = { event in
            if case .incoming = event { return [.ring(status: 180, nil)] }
            return []
        }
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        return pair
    }

    @Test("Refused: the ACK is repeated with the refusal", arguments: [404, 480, 486, 488, 503, 600, 606])
    func refused(status: Int) {
        var pair = Self.pair()
        pair.fate = { number, sent in sent.name == "ACK" && number < 6 ? [] : [.milliseconds(20)] }
        pair.plan(1, 1, .reject(status: status))
        pair.run()
        guard case .refused(let refusal)? = pair.endings(0).first?.cause else {
            Issue.record("\(pair.endings(0))")
            return
        }
        #expect(refusal.status == status)
        #expect(pair.endings(1).count == 1)
        #expect(pair.count("<\(status) INVITE") >= 2)
        #expect(pair.count("<\(status) INVITE") == pair.count(">ACK"))
        #expect(pair.isFinished)
    }

    @Test("Cancelled while it rings")
    func cancelled() {
        var pair = Self.pair()
        pair.plan(1, 0, .hangUp(SIPReason(protocol: "SIP", cause: 200, text: "Call completed elsewhere")))
        pair.run()
        #expect(pair.ladder.suffix(4) == [">CANCEL", "<200 CANCEL", "<487 INVITE", ">ACK"])
        #expect(pair.endings(0).map(\.cause) == [.cancelled])
        #expect(pair.endings(1).map(\.cause) == [.cancelled])
        #expect(pair.isFinished)
    }

    @Test("Cancelled before anything came: the CANCEL waits for the first response (RFC 3261 §9.1)")
    func cancelledEarly() {
        var pair = Self.pair()
        pair.plan(0.001, 0, .hangUp(nil))
        pair.run()
        #expect(pair.ladder.firstIndex(of: ">CANCEL").map { $0 > 1 } == true)
        #expect(pair.endings(1).map(\.cause) == [.cancelled])
    }

    @Test("The answer crosses the CANCEL: ACK and BYE")
    func cancelCrossesAnswer() {
        var pair = Self.pair()
        pair.plan(1, 1, .accept(SIPTestSession.audio(1)))
        pair.plan(1.01, 0, .hangUp(nil))
        pair.run()
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .cancelled)])
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
        #expect(pair.count(">BYE") == 1)
        #expect(pair.isFinished)
    }

    @Test("Rings too long: cancelled by itself")
    func answerTimeout() {
        var pair = Self.pair { _, agent in agent.answerTimeout = .seconds(30) }
        pair.run()
        #expect(pair.endings(0) == [SIPEnding(side: .neither, cause: .noResponse(to: .invite))])
        #expect(pair.endings(1).map(\.cause) == [.cancelled])
    }

    @Test("The called side hangs up before the ACK: its BYE waits for it (RFC 3261 §15)")
    func hangUpBeforeACK() {
        var pair = Self.pair()
        pair.fate = { number, sent in sent.name == "ACK" && number < 6 ? [] : [.milliseconds(20)] }
        pair.plan(1, 1, .accept(SIPTestSession.audio(1)))
        pair.plan(1.005, 1, .hangUp(nil))
        pair.run()
        let bye = pair.ladder.firstIndex(of: "<BYE") ?? 0
        #expect(pair.ladder[..<bye].contains(">ACK"))
        #expect(pair.endings(0) == [SIPEnding(side: .them, cause: .bye)])
        #expect(pair.endings(1) == [SIPEnding(side: .us, cause: .bye)])
    }

    @Test("Without an offer in the INVITE the offer comes in the 2xx and the answer in the ACK")
    func offerless() {
        var pair = SIPPair { _, agent in agent.reliableProvisionals = .never }
        pair.reactions[1] = { event in
            if case .incoming(let call) = event, call.offer == nil { return [.accept(SIPTestSession.audio(1))] }
            return []
        }
        pair.reactions[0] = { event in
            if case .offered(_?, .finalResponse) = event { return [.answer(SIPTestSession.audio(0))] }
            return []
        }
        pair.plan(0, 0, .invite(pair.destination, offer: nil))
        pair.plan(5, 1, .hangUp(nil))
        pair.run()
        #expect(pair.events[0].contains(.offered(SIPTestSession.audio(1), .finalResponse)))
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.audio(0))))
        #expect(pair.calls[0].localDescription == SIPTestSession.audio(0))
        #expect(pair.calls[1].remoteDescription == SIPTestSession.audio(0))
    }

    @Test("An extension that is demanded and not known is refused with 420")
    func unknownExtension() throws {
        var pair = Self.pair { side, agent in
            if side == 0 { agent.inviteHeaders = [.init("Require", "precondition")] }
        }
        pair.run()
        let refusal = try #require(pair.sent.first { $0.name == "420 INVITE" }?.message)
        #expect(refusal.value(.unsupported) == "precondition")
        #expect(pair.endings(0).count == 1)
        #expect(pair.events[1].isEmpty)
    }

    @Test("Redirected: the same call to the new URI; five times at most", arguments: [1, 5, 6])
    func redirected(times: Int) throws {
        var pair = Self.pair()
        pair.reactions[1] = { _ in [] }
        let fresh = pair.calls[1]
        for turn in 1...times {
            let start = Double(turn) * 10
            pair.run(until: Instant(seconds: start))
            pair.plan(start, 1, .reject(status: 302, contacts: ["sip:200\(turn)@\(SIPPair.calleeEnd)"]))
            pair.run(until: Instant(seconds: start))
            pair.calls[1] = fresh
        }
        pair.run(until: Instant(seconds: Double(times) * 10 + 5))
        let invites = pair.sent.compactMap(\.message).filter { $0.method == .invite }
        #expect(invites.map(\.requestURI).last == "sip:200\(min(times, 5))@\(SIPPair.calleeEnd)")
        #expect(Set(invites.map(\.callID)).count == 1)
        #expect(pair.endings(0).isEmpty == (times <= 5))
        if times > 5 { #expect(pair.endings(0).first?.cause == .redirectedTooOften) }
    }

    @Test("Two branches answer: the second one is acknowledged and ended")
    func forked() throws {
        var pair = Self.pair()
        pair.run(until: Instant(seconds: 0.001))
        let invite = try #require(pair.sent.first?.message)
        var responses: [SIPCall.Output] = []
        for seed in [7, 8] as [UInt64] {
            var agent = SIPAgent(path: SIPPath(.udp, SIPPair.calleeEnd), user: "2000")
            agent.reliableProvisionals = .never
            var branch = SIPCall(agent: agent, random: SeededRandom(seed: seed))
            let from = SIPPath(.udp, SIPPair.callerEnd)
            _ = branch.handle(.message(invite, from: from), at: pair.now)
            responses += branch.handle(.command(.ring(status: 180, nil)), at: pair.now)
            responses += branch.handle(.command(.accept(SIPTestSession.audio(1))), at: pair.now)
        }
        for case .send(let octets, _) in responses { pair.deliver(octets, to: 0) }
        #expect(pair.answers == 1)
        #expect(pair.ladder.filter { $0.hasPrefix(">") } == [">INVITE", ">ACK", ">ACK", ">BYE"])
        let tags = pair.sent.compactMap(\.message).filter { $0.method == .ack }.map(\.toTag)
        #expect(Set(tags).count == 2)
        #expect(pair.sent.compactMap(\.message).first { $0.method == .bye }?.toTag == tags[1])
    }
}
