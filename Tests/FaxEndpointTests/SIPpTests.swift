import FaxCore
import FaxProtocol
import FaxStation
import Foundation
import LiveLab
import TestSupport
import Testing

@testable import FaxEndpoint

/// SIPp (Debian's `sip-tester`) as the other side: SIP by others. Without it these tests fail.
@Suite(.live) struct SIPpTests {
    /// SIPp at work on a scenario; ports of its own.
    struct SIPp {
        let port: UInt16
        private let process = Process()
        private let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")

        init(_ scenario: String, _ arguments: [String]) throws {
            port = LoopbackPort.free()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            let file = folder.appending(path: "scenario.xml")
            try Data(scenario.utf8).write(to: file)
            process.executableURL = URL(filePath: "/usr/bin/sipp")
            process.currentDirectoryURL = folder
            process.arguments =
                ["-sf", file.path, "-i", "127.0.0.1", "-p", "\(port)", "-nostdin", "-timeout", "40s"] + arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            Thread.sleep(forTimeInterval: 0.5)
        }

        /// Its status: 0 when every call went by the scenario.
        func end() -> Int32 {
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
            return process.terminationStatus
        }
    }

    static let sdp = """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=audio 9999 RTP/AVP 0
        a=rtpmap:0 PCMU/8000
        """

    static func response(_ status: String, body: String = "") -> String {
        let type = body.isEmpty ? "" : "Content-Type: application/sdp\n"
        return """
            <send><![CDATA[
            SIP/2.0 \(status)
            [last_Via:]
            [last_From:]
            [last_To:];tag=[pid]SIPp[call_number]
            [last_Call-ID:]
            [last_CSeq:]
            Contact: <sip:[local_ip]:[local_port]>
            \(type)Content-Length: [len]

            \(body)
            ]]></send>
            """
    }

    /// In a dialog To has its tag already.
    static func inDialog(_ status: String) -> String {
        response(status).replacing(";tag=[pid]SIPp[call_number]", with: "")
    }

    /// Answers with audio, refuses the re-INVITE, wants to see the ACK and the BYE.
    static func refusal(_ status: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="refuses T.38">
        <recv request="INVITE"/>
        \(response("200 OK", body: sdp))
        <recv request="ACK"/>
        <recv request="INVITE"/>
        \(inDialog(status))
        <recv request="ACK"/>
        <recv request="BYE"/>
        \(inDialog("200 OK"))
        </scenario>
        """
    }

    /// The refusal, and what carries SIP, in SIPp's word for it and ours.
    private static let refusals: [(String, String, SIPTransport)] = [
        ("488 Not Acceptable Here", "u1", .udp), ("415 Unsupported Media Type", "t1", .tcp),
        ("606 Not Acceptable", "u1", .udp),
    ]

    @Test(arguments: refusals)
    func aRefusedSwitchEndsACallThatHasToBeT38(status: String, word: String, carrier: SIPTransport) async throws {
        let sipp = try SIPp(Self.refusal(status), ["-m", "1", "-t", word])
        var fax = FaxOnLoopback(.t38)
        fax.carrier = carrier
        let target = Endpoint(FaxOnLoopback.address, sipp.port)
        fax.through = { _ in target }
        let outcome = try await fax.run()
        #expect(outcome.sent?.isSuccess == false)
        #expect(
            outcome.sent?.reason == "T.38 was refused with \(status.prefix(3)), and audio is not allowed",
            "\(outcome.senderEvents.story)")
        let status = try await OwnThread.run { sipp.end() }
        #expect(status == 0)
    }

    /// The answerer asks for T.38, is refused and goes on in audio until the caller hangs up.
    @Test func aCallerThatRefusesIsKeptInAudio() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.mediaPorts = 61_000...61_099
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        let endpoint = try LiveEndpoint(settings)
        let request = """
            sip:200@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
            To: <sip:200@[remote_ip]:[remote_port]>[peer_tag_param]
            Call-ID: [call_id]
            Contact: <sip:sipp@[local_ip]:[local_port]>
            Max-Forwards: 70
            """
        let scenario = """
            <?xml version="1.0" encoding="UTF-8"?>
            <scenario name="caller that refuses T.38">
            <send retrans="500"><![CDATA[
            INVITE \(request)
            CSeq: 1 INVITE
            Content-Type: application/sdp
            Content-Length: [len]

            \(Self.sdp)
            ]]></send>
            <recv response="100" optional="true"/>
            <recv response="180" optional="true"/>
            <recv response="200" rtd="true"/>
            <send><![CDATA[
            ACK \(request)
            CSeq: 1 ACK
            Content-Length: 0

            ]]></send>
            <recv request="INVITE"/>
            \(Self.inDialog("488 Not Acceptable Here"))
            <recv request="ACK"/>
            <pause milliseconds="500"/>
            <send retrans="500"><![CDATA[
            BYE \(request)
            CSeq: 2 BYE
            Content-Length: 0

            ]]></send>
            <recv response="200"/>
            </scenario>
            """
        let sipp = try SIPp(scenario, ["-m", "1", "\(endpoint.address)"])
        let status = try await OwnThread.run { sipp.end() }
        #expect(status == 0)
        endpoint.stop()
        var events: [EndpointEvent] = []
        while let event = endpoint.events.next(within: .zero) { events.append(event) }
        endpoint.close()
        #expect(events.has(.t38Refused(status: 488)), "\(events.story)")
        #expect(events.result?.carriedBy == .audio && events.result?.isSuccess == false)
    }

    /// A registrar that challenges by digest and checks what comes back.
    static var registrar: String {
        func reply(_ status: String, _ fields: String = "") -> String {
            inDialog(status).replacing("Contact: <sip:[local_ip]:[local_port]>\n", with: fields)
        }
        let challenge = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"abc123\", algorithm=MD5, qop=\"auth\"\n"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <scenario name="registrar">
            <recv request="REGISTER"/>
            \(reply("401 Unauthorized", challenge))
            <recv request="REGISTER"><action>
            <verifyauth assign_to="isRight" username="5551234" password="secret"/>
            </action></recv>
            <nop hide="true" test="isRight" next="1"/>
            \(reply("403 Forbidden").replacing("<send>", with: "<send next=\"2\">"))
            <label id="1"/>
            \(reply("200 OK", "Expires: 3600\n"))
            <recv request="REGISTER"/>
            \(reply("200 OK", "Expires: 0\n"))
            <label id="2"/>
            </scenario>
            """
    }

    @Test(arguments: [("secret", true), ("wrong", false)])
    func aRegistrationIsAuthenticatedAndTakenBack(password: String, isTaken: Bool) async throws {
        let sipp = try SIPp(Self.registrar, ["-m", "1"])
        let target = Endpoint(FaxOnLoopback.address, sipp.port)
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.user = "5551234"
        settings.credentials = [SIPCredentials(username: "5551234", password: password)]
        let told = Told()
        var run = EndpointRun(write: { told.add($0) }, complain: { told.add($0) })
        run.timeout = .seconds(20)
        run.registration = RegistrationRequest(registrar: SIPTarget.destination("sip:\(target)", at: target))
        let status = try await OwnThread.run { [run, settings] in run.register(once: true, settings) }
        #expect(status == (isTaken ? .confirmed : .failed), "\(told.text)")
        #expect(told.text.contains("registered for 3600 s") == isTaken, "\(told.text)")
        #expect(told.text.contains("not registered: 403 Forbidden") != isTaken, "\(told.text)")
        #expect(!told.text.contains(password))
        let end = try await OwnThread.run { sipp.end() }
        #expect(end == 0)
    }

    private final class Told {
        private(set) var text = ""
        func add(_ line: String) { text += line }
    }
}
