import FaxCore
import FaxProtocol
import FaxReport
import Foundation
import TestSupport
import Testing

@testable import FaxEndpoint

/// Probes of peers by others: SIPp in scenarios of trouble.
@Suite(.live) struct ProbePeerTests {
    private typealias SIPp = SIPpTests.SIPp

    private static func scenario(_ steps: String) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"peer\">\n\(steps)\n</scenario>"
    }

    /// - Returns: the report, and whether SIPp saw what its scenario wants.
    private static func probe(
        _ scenario: String, _ checks: Set<ProbeCheck>, _ transport: FaxTransport = .auto,
        change: @escaping (inout ProbeRun, inout EndpointSettings) -> Void = { _, _ in }
    ) async throws -> (report: ProbeReport, text: String, status: Int32) {
        let sipp = try SIPp(scenario, ["-m", "1"])
        let peer = Endpoint(FaxOnLoopback.address, sipp.port)
        let report = try await ProbeTests.probe(peer, checks, transport, change: change)
        let status = try await OwnThread.run { sipp.end() }
        return (report, ProbeText(report, usesColour: false).text, status)
    }

    @Test(arguments: [
        ("404 Not Found", "check the user part"), ("486 Busy Here", "busy"), ("403 Forbidden", "may not call"),
        ("488 Not Acceptable Here", "allow G.711"),
    ])
    func aRefusedCallIsTold(status: String, remedy: String) async throws {
        let steps = "<recv request=\"INVITE\"/>\n\(SIPpTests.response(status))\n<recv request=\"ACK\"/>"
        let (report, text, end) = try await Self.probe(Self.scenario(steps), [.answer, .tone, .faxT38])
        #expect(report.states[.answer] == .failed && report.reason(.answer)?.contains(status) == true, "\(text)")
        #expect(report.remedy?.contains(remedy) == true, "\(text)")
        #expect(report.states[.tone] == .notReached && report.states[.faxT38] == .notReached, "\(text)")
        #expect(report.calls.count == 1 && report.verdict == .failed && end == 0, "\(text)")
    }

    @Test func aWrongPasswordIsTold() async throws {
        let challenge = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n\", algorithm=MD5, qop=\"auth\""
        let refusal = SIPpTests.response("401 Unauthorized").replacing(
            "Content-Length", with: "\(challenge)\nContent-Length")
        let steps = (1...2).map { _ in "<recv request=\"INVITE\"/>\n\(refusal)\n<recv request=\"ACK\"/>" }
        let (report, text, _) = try await Self.probe(Self.scenario(steps.joined(separator: "\n")), [.answer]) {
            $1.credentials = [SIPCredentials(username: "faxprobe", password: "hush-hush")]
        }
        #expect(report.states[.answer] == .failed && report.remedy?.contains("--password-file") == true, "\(text)")
        #expect(!text.contains("hush-hush") && !ProbeDocument.text(report).contains("hush-hush"))
    }

    @Test func aCallThatOnlyRingsIsGivenUp() async throws {
        let steps = """
            <recv request="INVITE"/>
            \(SIPpTests.response("180 Ringing"))
            <recv request="CANCEL"/>
            \(SIPpTests.inDialog("200 OK"))
            \(SIPpTests.response("487 Request Terminated").replacing("[last_CSeq:]", with: "CSeq: [last_cseq_number] INVITE"))
            <recv request="ACK"/>
            """
        let (report, text, _) = try await Self.probe(Self.scenario(steps), [.answer, .tone]) { run, _ in
            run.patience.answer = .seconds(2)
        }
        #expect(report.states[.answer] == .failed && report.states[.tone] == .notReached, "\(text)")
        #expect(report.value(.answer, "time to 180") != nil, "\(text)")
        #expect(report.remedy?.contains("fax is on that line") == true, "\(text)")
    }

    private static let answer = """
        <recv request="INVITE"/>
        \(SIPpTests.response("200 OK", body: SIPpTests.sdp))
        <recv request="ACK"/>
        """

    /// It answers, and nothing is heard. The fax machine waits for T1 (35 s).
    @Test func anAnswerWithoutMediaIsNoFax() async throws {
        let steps = Self.answer + "\n<recv request=\"BYE\"/>\n\(SIPpTests.inDialog("200 OK"))"
        let (report, text, end) = try await Self.probe(Self.scenario(steps), [.answer, .tone, .long, .dtmf])
        #expect(report.states[.answer] == .passed && report.states[.tone] == .failed, "\(text)")
        #expect(report.value(.tone, "heard") == "no media" && report.states[.long] == .notReached, "\(text)")
        #expect(report.states[.dtmf] == .failed && report.value(.dtmf, "offered") == "yes", "\(text)")
        #expect(report.sentence.contains("Fax tone heard") && end == 0, "\(text)")
    }

    @Test func aRefusedOfferOfT38IsTold() async throws {
        let (report, text, end) = try await Self.probe(
            SIPpTests.refusal("488 Not Acceptable Here"), [.answer, .switch, .terms], .t38)
        #expect(report.states[.switch] == .failed && report.reason(.switch) == "refused with 488", "\(text)")
        #expect(report.value(.switch, "offered by") == "us" && report.states[.terms] == .notApplicable, "\(text)")
        #expect(report.remedy != nil && end == 0, "\(text)")
    }

    /// T.38 is offered late and agreed on, no UDPTL comes, and BYE is never answered.
    @Test func aLateOfferAndNoAnswerToBYE() async throws {
        let offer = SIPpTests.sdp.replacing("m=audio 9999 RTP/AVP 0", with: "m=image 9998 udptl t38")
            .replacing("a=rtpmap:0 PCMU/8000", with: "a=T38FaxVersion:0\na=T38FaxUdpEC:t38UDPRedundancy")
        let steps =
            Self.answer + """

                <pause milliseconds="3000"/>
                <send retrans="500"><![CDATA[
                INVITE [next_url] SIP/2.0
                Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
                From: <sip:200@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
                To: [$1]
                Call-ID: [call_id]
                CSeq: 1 INVITE
                Contact: <sip:[local_ip]:[local_port]>
                Max-Forwards: 70
                Content-Type: application/sdp
                Content-Length: [len]

                \(offer)
                ]]></send>
                <recv response="100" optional="true"/>
                <recv response="200"/>
                <send><![CDATA[
                ACK [next_url] SIP/2.0
                Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
                From: <sip:200@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
                To: [$1]
                Call-ID: [call_id]
                CSeq: 1 ACK
                Content-Length: 0

                ]]></send>
                <recv request="BYE"/>
                <pause milliseconds="1000"/>
                """
        let withTo = steps.replacing(
            "<recv request=\"INVITE\"/>",
            with:
                "<recv request=\"INVITE\" rrs=\"true\"><action><ereg regexp=\".*\" header=\"From:\" search_in=\"hdr\" assign_to=\"1\"/></action></recv>"
        )
        let (report, text, _) = try await Self.probe(Self.scenario(withTo), [.answer, .switch, .terms, .use, .long])
        #expect(report.states[.answer] == .passed && report.states[.switch] == .passed, "\(text)")
        #expect(report.value(.switch, "offered by") == "them", "\(text)")
        let after = report.value(.switch, "after answer").flatMap { Int($0.dropLast(3)) } ?? 0
        #expect(after >= 2_900, "\(text)")
        #expect(report.states[.use] == .failed && report.verdict == .failed, "\(text)")
    }

    /// What a peer says of itself reaches terminal and browser harmless.
    @Test func hostileWordsOfThePeerAreEscaped() async throws {
        let evil = "<img src=x onerror=alert(1)>\u{202E}\"'"
        let reply = SIPpTests.response("200 OK").replacing("Contact:", with: "User-Agent: \(evil)\nContact:")
        let steps = "<recv request=\"OPTIONS\"/>\n\(reply)"
        let (report, text, end) = try await Self.probe(Self.scenario(steps), [.reach, .options])
        #expect(end == 0 && report.states[.options] == .passed && report.verdict == .incomplete, "\(text)")
        #expect(report.value(.options, "User-Agent")?.contains("onerror") == true, "\(text)")
        #expect(!text.contains("\u{202E}") && text.contains("\\u{202e}"))
        let page = ProbePage.text(report)
        #expect(!page.contains("<img") && page.contains("&lt;img src=x"))
        #expect(!page.contains("\u{202E}"))
    }

    @Test(arguments: [("secret", ProbeStep.State.passed), ("wrong", .failed)])
    func registrationIsAStep(password: String, state: ProbeStep.State) async throws {
        let sipp = try SIPp(SIPpTests.registrar, ["-m", "1"])
        let registrar = Endpoint(FaxOnLoopback.address, sipp.port)
        let report = try await ProbeTests.probe(registrar, [.register]) { run, settings in
            run.registrar = "sip:\(registrar)"
            settings.user = "5551234"
            settings.credentials = [SIPCredentials(username: "5551234", password: password)]
        }
        let text = ProbeText(report, usesColour: false).text
        #expect(report.states[.register] == state, "\(text)")
        // REGISTER, 401, REGISTER, its end: each is a packet of the record.
        let frames = report.steps.first { $0.check == .register }?.frames.count ?? 0
        #expect(frames == 4, "\(text)")
        if state == .failed { #expect(report.reason(.register)?.hasPrefix("403") == true, "\(text)") }
        _ = try await OwnThread.run { sipp.end() }
    }
}
