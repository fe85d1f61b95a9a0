import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("One SIP call from both sides")
struct SIPCallTests {
    @Test("A fax call: ringing, answer, T.38 by re-INVITE, BYE", arguments: SIPTransport.allCases)
    func basicCall(transport: SIPTransport) {
        var pair = SIPPair(transport: transport) { _, agent in agent.reliableProvisionals = .never }
        pair.planFaxCall()
        pair.run()
        #expect(pair.isSettled)
        #expect(
            pair.ladder == [
                ">INVITE", "<100 INVITE", "<180 INVITE", "<200 INVITE", ">ACK", "<INVITE", ">200 INVITE", "<ACK",
                ">BYE", "<200 BYE",
            ])
        #expect(pair.events[0].contains(.progress(status: 180, reason: "Ringing")))
        #expect(pair.events[0].contains(.answered(SIPTestSession.audio(1))))
        #expect(pair.events[0].contains(.offered(SIPTestSession.t38(1), .invite)))
        #expect(pair.events[1].contains(.confirmed))
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.t38(0))))
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)])
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
        for side in 0...1 { #expect(pair.calls[side].isFinished) }
        #expect(pair.calls[0].localDescription == SIPTestSession.t38(0))
        #expect(pair.calls[0].remoteDescription == SIPTestSession.t38(1))
    }

    @Test("Every message of ours passes the strict reader")
    func strictMessages() throws {
        var pair = SIPPair { _, agent in
            agent.sessionTimer = .init()
            agent.displayName = "Fax \"1\""
        }
        pair.planFaxCall()
        pair.run()
        #expect(pair.isSettled)
        for sent in pair.sent { _ = try SIPMessage.strict(sent.octets.span.bytes) }
    }
}
