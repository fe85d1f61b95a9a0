import FaxCore
import FaxProtocol
import FaxStation
import Foundation
import TestSupport
import Testing

@testable import FaxEndpoint

/// Offers that come late and media that come early, with SIPp as the other side (RFC 3264 §4, RFC 3261 §13.2.1).
@Suite(.live) struct LateOfferTests {
    private static func request(_ method: String, _ number: Int, body: String = "") -> String {
        """
        <send><![CDATA[
        \(method) sip:200@[remote_ip]:[remote_port] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
        To: <sip:200@[remote_ip]:[remote_port]>[peer_tag_param]
        Call-ID: [call_id]
        Contact: <sip:sipp@[local_ip]:[local_port]>
        Max-Forwards: 70
        CSeq: \(number) \(method)
        \(body.isEmpty ? "" : "Content-Type: application/sdp\n")Content-Length: [len]

        \(body)
        ]]></send>
        """
    }

    /// An INVITE without a description: the offer comes with the 200, the answer goes with the ACK.
    @Test func anInviteWithoutAnOfferGetsOne() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.mediaPorts = 60_000...60_099
        settings.transport = .g711
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        let endpoint = try LiveEndpoint(settings)
        let scenario = """
            <?xml version="1.0" encoding="UTF-8"?>
            <scenario name="late offer">
            \(Self.request("INVITE", 1))
            <recv response="100" optional="true"/>
            <recv response="180" optional="true"/>
            <recv response="200"><action>
            <ereg regexp="m=audio [0-9]+ RTP/AVP 0" search_in="body" check_it="true" assign_to="offer"/>
            </action></recv>
            \(Self.request("ACK", 1, body: SIPpTests.sdp))
            <pause milliseconds="1500"/>
            \(Self.request("BYE", 2))
            <recv response="200"/>
            <Reference variables="offer"/>
            </scenario>
            """
        let sipp = try SIPpTests.SIPp(scenario, ["-m", "1", "\(endpoint.address)"])
        let status = try await OwnThread.run { sipp.end() }
        #expect(status == 0)
        endpoint.stop()
        var events: [EndpointEvent] = []
        while let event = endpoint.events.next(within: .zero) { events.append(event) }
        endpoint.close()
        #expect(events.has(.mediaBegan(.audio)), "\(events.story)")
        #expect(events.result?.carriedBy == .audio)
    }

    /// A description in a 183 is no answer yet; the one of the 200 counts, and the fax goes on from there.
    @Test func earlyMediaEndNothing() async throws {
        let sipp = try SIPpTests.SIPp(Self.early, ["-m", "1"])
        var fax = FaxOnLoopback(.g711)
        let target = Endpoint(FaxOnLoopback.address, sipp.port)
        fax.through = { _ in target }
        fax.onSenderEvent = { event, endpoint in
            if case .call(.mediaBegan(.audio)) = event.kind { endpoint.stop() }
        }
        let outcome = try await fax.run()
        #expect(outcome.senderEvents.has(.mediaBegan(.audio)), "\(outcome.senderEvents.story)")
        #expect(outcome.sent?.carriedBy == .audio && outcome.sent?.isSuccess == false)
        let status = try await OwnThread.run { sipp.end() }
        #expect(status == 0)
    }

    private static let early = """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="early media">
        <recv request="INVITE"/>
        \(SIPpTests.response("183 Session Progress", body: SIPpTests.sdp))
        <pause milliseconds="700"/>
        \(SIPpTests.response("200 OK", body: SIPpTests.sdp))
        <recv request="ACK"/>
        <recv request="BYE"/>
        \(SIPpTests.inDialog("200 OK"))
        </scenario>
        """
}
