import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("The session timer (RFC 4028)")
struct SIPTimerTests {
    private static func pair(
        _ wishes: [SIPSessionTimer.Wish?]
    ) -> SIPPair {
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .never
            agent.sessionTimer = wishes[side]
        }
        pair.planFaxCall()
        return pair
    }

    @Test(
        "The refresher keeps a long T.38 session alive as it is", arguments: [true, false],
        [SIPSessionTimer.Refresher.us, .them])
    func refresh(update: Bool, refresher: SIPSessionTimer.Refresher) {
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .never
            agent.allowsUpdate = update
            if side == 0 { agent.sessionTimer = .init(interval: 1_800, refresher: refresher) }
        }
        pair.planFaxCall()
        pair.run(until: Instant(seconds: 19))
        // The call is not hung up at 20 s in this test.
        pair.cancelPlans()
        pair.plan(7_000, 0, .hangUp(nil))
        pair.run()
        let side = refresher == .us ? ">" : "<"
        let refreshes = pair.ladder.count { $0 == side + (update ? "UPDATE" : "INVITE") }
        let firstINVITE = (update || refresher == .them) ? 0 : 1
        let switchINVITE = (update || refresher == .us) ? 0 : 1
        // Every 900 s of 7,000.
        #expect(refreshes - firstINVITE - switchINVITE == 7)
        #expect(pair.calls[0].remoteDescription == SIPTestSession.t38(1))
        #expect(pair.calls[1].remoteDescription == SIPTestSession.t38(0))
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)])
    }

    @Test("An interval too small: 422, and again with what the other side takes")
    func tooSmall() throws {
        var pair = Self.pair([.init(interval: 90), .init(interval: 1_800, minimum: 600)])
        pair.run(until: Instant(seconds: 10))
        #expect(pair.count("<422 INVITE") == 1)
        let second = try #require(pair.sent.compactMap(\.message).last { $0.method == .invite && $0.toTag == nil })
        #expect(second.sessionExpires?.seconds == 600)
        #expect(second.value(.minSE) == "600")
        #expect(pair.calls[0].isEstablished)
    }

    @Test("No refresh comes: the other side ends the call a third, at most 32 s, before the end")
    func expired() throws {
        var pair = Self.pair([.init(interval: 300, refresher: .us), nil])
        pair.run(until: Instant(seconds: 19))
        pair.cancelPlans()
        pair.fate = { _, _ in [] }
        pair.run()
        #expect(pair.endings(1) == [SIPEnding(side: .us, cause: .sessionExpired)])
        #expect(pair.endings(0) == [SIPEnding(side: .neither, cause: .noResponse(to: .update))])
        let bye = try #require(pair.sent.first { $0.side == 1 && $0.name == "BYE" })
        // The last 2xx that carried Session-Expires was that to the re-INVITE at about 4 s.
        #expect((271.0...273.0).contains(bye.at.seconds))
    }

    @Test("Below 90 s nothing is accepted", arguments: [(89, 422), (90, 200)])
    func smallest(seconds: Int, status: Int) {
        var pair = Self.pair([.init(interval: seconds, minimum: seconds), nil])
        pair.run(until: Instant(seconds: 3))
        #expect(pair.count("<\(status) INVITE") == 1)
    }
}
