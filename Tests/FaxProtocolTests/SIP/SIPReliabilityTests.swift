import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("Reliable provisional responses (RFC 3262)")
struct SIPReliabilityTests {
    private static func pair(
        _ policies: [SIPAgent.ReliableProvisionals], early: SessionDescription? = nil
    ) -> SIPPair {
        var pair = SIPPair { side, agent in agent.reliableProvisionals = policies[side] }
        pair.reactions[1] = { event in
            if case .incoming = event { return [.ring(status: 183, early)] }
            return []
        }
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.plan(5, 0, .hangUp(nil))
        return pair
    }

    @Test(
        "PRACK goes where both sides want it",
        arguments: [
            (SIPAgent.ReliableProvisionals.never, SIPAgent.ReliableProvisionals.supported, 0), (.supported, .never, 0),
            (.supported, .supported, 1), (.required, .supported, 1),
        ])
    func policies(_ row: (caller: SIPAgent.ReliableProvisionals, callee: SIPAgent.ReliableProvisionals, pracks: Int)) {
        var pair = Self.pair([row.caller, row.callee])
        pair.plan(1, 1, .accept(SIPTestSession.audio(1)))
        pair.run()
        #expect(pair.count(">PRACK") == row.pracks)
        #expect(pair.count("<200 PRACK") == row.pracks)
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("A 2xx that goes out before the PRACK came: the PRACK is answered with 200 all the same")
    func overtaken() {
        var pair = Self.pair([.supported, .supported])
        pair.reactions[1] = { event in
            if case .incoming = event { return [.ring(status: 180, nil), .accept(SIPTestSession.audio(1))] }
            return []
        }
        pair.run()
        #expect(pair.count(">PRACK") == 1)
        #expect(pair.count("<200 PRACK") == 1)
        #expect(pair.count("<481 PRACK") == 0)
    }

    @Test("Demanded of a side that never does it: 420")
    func demanded() {
        var pair = Self.pair([.required, .never])
        pair.run()
        #expect(pair.count("<420 INVITE") == 1)
        #expect(pair.endings(0).count == 1)
    }

    @Test("An answer in a 183 is the answer; the 2xx waits for the PRACK and has none")
    func earlyAnswer() throws {
        var pair = Self.pair([.supported, .supported], early: SIPTestSession.audio(1))
        // The 183 gets lost twice, and the call is accepted meanwhile.
        pair.fate = { number, sent in sent.name == "183 INVITE" && number < 4 ? [] : [.milliseconds(20)] }
        pair.plan(0.1, 1, .accept(nil))
        pair.run()
        let prack = try #require(pair.ladder.firstIndex(of: ">PRACK"))
        let answer = try #require(pair.ladder.firstIndex(of: "<200 INVITE"))
        #expect(prack < answer)
        #expect(pair.sent[answer].message?.body.isEmpty == true)
        #expect(pair.events[0].contains(.earlyMedia(SIPTestSession.audio(1))))
        #expect(pair.events[0].contains(.answered(SIPTestSession.audio(1))))
    }

    @Test("An offer in a 183 to an INVITE without one is answered in the PRACK")
    func earlyOffer() {
        var pair = SIPPair { _, agent in agent.reliableProvisionals = .supported }
        pair.reactions[1] = { event in
            if case .incoming = event { return [.ring(status: 183, SIPTestSession.audio(1))] }
            return []
        }
        pair.reactions[0] = { event in
            if case .offered(_?, .provisionalResponse) = event { return [.answer(SIPTestSession.audio(0))] }
            return []
        }
        pair.plan(0, 0, .invite(pair.destination, offer: nil))
        pair.plan(1, 1, .accept(nil))
        pair.plan(5, 1, .hangUp(nil))
        pair.run()
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.audio(0))))
        #expect(pair.events[0].contains(.answered(SIPTestSession.audio(1))))
        #expect(pair.endings(0) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("Several provisional responses go one after the other")
    func several() {
        var pair = Self.pair([.supported, .supported])
        pair.reactions[1] = { event in
            if case .incoming = event {
                return [.ring(status: 180, nil), .ring(status: 181, nil), .ring(status: 183, nil)]
            }
            return []
        }
        pair.plan(1, 1, .accept(SIPTestSession.audio(1)))
        pair.run()
        let progress = pair.events[0].compactMap { event -> Int? in
            if case .progress(let status, reason: _) = event { return status }
            return nil
        }
        #expect(progress == [180, 181, 183])
        #expect(pair.count(">PRACK") == 3)
    }

    @Test("Never acknowledged: repeated with doubling intervals, then the INVITE is refused")
    func neverAcknowledged() {
        var pair = Self.pair([.supported, .supported])
        pair.fate = { _, sent in sent.name == "PRACK" ? [] : [.milliseconds(20)] }
        pair.cancelPlans()
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.run()
        // 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
        #expect(pair.count("<183 INVITE") == 7)
        #expect(pair.endings(1) == [SIPEnding(side: .neither, cause: .notAcknowledged)])
        #expect(pair.endings(0).count == 1)
        #expect(pair.isFinished)
    }
}
