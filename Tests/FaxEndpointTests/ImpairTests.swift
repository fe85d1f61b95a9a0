import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Calls through the impairing proxy on real sockets.
@Suite(.live) struct ImpairTests {
    private static func fax(_ network: String, _ transport: FaxTransport) async throws -> (
        FaxOnLoopback.Outcome, [ImpairedCall]
    ) {
        let spec = try NetworkSpec(network)
        var fax = FaxOnLoopback(transport)
        var proxy: ImpairProxy?
        let first = fax.sender.mediaPorts.lowerBound &+ 10_000
        fax.through = { receiver in
            var settings = ImpairSettings(listen: FaxOnLoopback.anyPort, target: receiver, forth: spec, back: spec)
            settings.mediaPorts = first...first + 499
            let made = try ImpairProxy(settings)
            proxy = made
            return made.address
        }
        let outcome = try await fax.run()
        proxy?.close()
        return (outcome, proxy?.takeEnded() ?? [])
    }

    @Test(arguments: [FaxTransport.t38, .g711])
    func aGoodNetworkChangesNothing(transport: FaxTransport) async throws {
        let (outcome, calls) = try await Self.fax("delay=20ms", transport)
        #expect(outcome.sent?.outcome == .success, "\(outcome.senderEvents.story)")
        #expect(outcome.received?.outcome == .success && outcome.pages.count == 1)
        let figures = try #require(calls.first)
        #expect(calls.count == 1 && figures.forth.lost == 0 && figures.back.lost == 0)
        #expect(figures.forth.sent > 100 && figures.back.sent > 20, "media went through: \(figures)")
    }

    @Test func redundancyCarriesThreePercentOfLoss() async throws {
        let (outcome, calls) = try await Self.fax("loss=3% delay=20ms", .t38)
        #expect(outcome.sent?.outcome == .success, "\(outcome.senderEvents.story)\(outcome.receiverEvents.story)")
        #expect(outcome.received?.carriedBy == .t38)
        let lost = try #require(calls.first).forth.lost + calls[0].back.lost
        #expect(lost > 0, "\(calls)")
    }

    private static let own = Endpoint(IPAddress(v4: 0x7F00_0001), 5_070)
    private static let invite = """
        INVITE sip:200@127.0.0.1:5070 SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:6000;branch=z9hG4bKabc;rport
        Max-Forwards: 70
        From: <sip:1@a>;tag=1
        To: <sip:200@b>
        Call-ID: x
        CSeq: 1 INVITE
        Content-Length: 0


        """

    private static func message(_ text: String) throws -> SIPMessage {
        let octets = Array(text.replacing("\n", with: "\r\n").utf8)
        return try SIPMessage.lax(octets.span.bytes).value
    }

    @Test func aRequestGetsAViaAndARecordRoute() throws {
        let target = Endpoint(IPAddress(v4: 0xC000_0201), 5_060)
        let passed = SIPRelay(own: Self.own).pass(
            request: try Self.message(Self.invite), target: target, description: nil)
        guard case .message(let octets) = passed else {
            Issue.record("not passed on")
            return
        }
        let message = try SIPMessage.lax(octets.span.bytes).value
        #expect(message.requestURI == "sip:200@192.0.2.1:5060")
        #expect(message.elements(.via).count == 2 && message.branch == "z9hG4bKabc-i")
        #expect(message.value(.maxForwards) == "69")
        #expect(message.value(.recordRoute) == "<sip:127.0.0.1:5070;lr>")
    }

    @Test func hopsEnd() throws {
        let text = Self.invite.replacing("Max-Forwards: 70", with: "Max-Forwards: 0")
        let passed = SIPRelay(own: Self.own).pass(request: try Self.message(text), target: nil, description: nil)
        guard case .tooManyHops(let octets) = passed else {
            Issue.record("passed on")
            return
        }
        #expect(octets.starts(with: "SIP/2.0 483 ".utf8))
    }

    @Test func aResponseLosesOurViaAndNobodyElses() throws {
        let relay = SIPRelay(own: Self.own)
        let response = """
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKabc-i
            Via: SIP/2.0/UDP 127.0.0.1:6000;branch=z9hG4bKabc;rport
            From: <sip:1@a>;tag=1
            To: <sip:200@b>;tag=2
            Call-ID: x
            CSeq: 1 INVITE
            Content-Length: 0


            """
        let octets = try #require(relay.pass(response: try Self.message(response), description: nil))
        #expect(
            try SIPMessage.lax(octets.span.bytes).value.elements(.via) == [
                "SIP/2.0/UDP 127.0.0.1:6000;branch=z9hG4bKabc;rport"
            ])
        let other = response.replacing("127.0.0.1:5070", with: "192.0.2.9:5070")
        #expect(relay.pass(response: try Self.message(other), description: nil) == nil)
    }
}
