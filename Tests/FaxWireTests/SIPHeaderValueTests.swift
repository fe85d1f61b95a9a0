import FaxCore
import FaxWire
import Testing

@Suite struct SIPHeaderValueTests {
    private func message(_ headers: String...) throws -> SIPMessage {
        let text = "INVITE sip:a SIP/2.0\n\(SIPTortureTests.base)\n\(headers.joined(separator: "\n"))\n\n"
        return try SIPMessage.lax(Array(text.replacingLineBreaks.utf8).span.bytes).value
    }

    @Test(
        arguments: [
            ("sip:alice@example.com", "sip", "alice", "example.com", nil, "sip:alice@example.com"),
            (
                "SIPS:alice:pw@example.com:5061;transport=tcp?Subject=x", "sips", "alice", "example.com", 5061,
                "sips:alice@example.com"
            ),
            ("sip:[2001:db8::1]:5070", "sip", nil, "2001:db8::1", 5070, "sip:[2001:db8::1]"),
            ("sip:a;b=c?d@example.com;lr", "sip", "a;b=c?d", "example.com", nil, "sip:a;b=c?d@example.com"),
            ("sip:host:99999", "sip", nil, "host", nil, "sip:host"),
            ("tel:+1-555-0100;phone-context=x", "tel", "+1-555-0100", nil, nil, "tel:+1-555-0100"),
            ("sip:%00@x", "sip", "%00", "x", nil, "sip:%00@x"),
            ("http://x/y", "http", nil, nil, nil, "http://x/y"), ("nothing", "", nil, nil, nil, "nothing"),
            ("sip:", "sip", nil, nil, nil, "sip:"), ("", "", nil, nil, nil, ""),
        ] as [(String, String, String?, String?, UInt16?, String)])
    func uris(_ text: String, _ scheme: String, _ user: String?, _ host: String?, _ port: UInt16?, _ plain: String) {
        let uri = SIPURI(text)
        #expect(uri.scheme == scheme)
        #expect(uri.user == user)
        #expect(uri.host == host)
        #expect(uri.port == port)
        #expect(uri.plain == plain)
    }

    @Test(
        arguments: [
            ("sip:a@b;tag=1", nil, "sip:a@b", "1"), ("<sip:a@b;tag=no>;tag=2", nil, "sip:a@b;tag=no", "2"),
            ("\"x;tag=9\" <sip:a@b>;TAG=\"3\"", "x;tag=9", "sip:a@b", "3"),
            ("Bob Smith<sip:a@b>", "Bob Smith", "sip:a@b", nil),
            ("<sip:a@b> ; tag = 4 ; x", nil, "sip:a@b", "4"), ("*", nil, "*", nil), ("<sip:a@b", nil, "sip:a@b", nil),
        ] as [(String, String?, String, String?)])
    func nameAddresses(_ text: String, _ name: String?, _ uri: String, _ tag: String?) throws {
        let address = try #require(SIPNameAddress(text))
        #expect(address.displayName == name)
        #expect(address.uri == uri)
        #expect(address.tag == tag)
        let again = try #require(SIPNameAddress(address.description))
        #expect(again.displayName == name && again.uri == uri && again.tag == tag)
    }

    @Test(arguments: ["", "   ", "<>", ";tag=1", "\"only a name\" <>"])
    func noAddress(_ text: String) {
        #expect(SIPNameAddress(text) == nil)
    }

    @Test func reasonsAndWarnings() throws {
        let message = try message(
            "Reason: Q.850;cause=16;text=\"Normal, call clearing\", SIP ;cause=200",
            "Warning: 390 SIP \"No \\\"SDP\\\" answer\", 304 x \"y\"",
            "Retry-After: 120;duration=60 (busy)")
        #expect(message.reasons.map(\.protocol) == ["Q.850", "SIP"])
        #expect(message.reasons.map(\.cause) == [16, 200])
        #expect(message.reasons.first?.text == "Normal, call clearing")
        #expect(message.warnings.map(\.code) == [390, 304])
        #expect(message.warnings.first?.text == "No \"SDP\" answer")
        #expect(message.retryAfter == 120)
    }

    @Test func authentication() throws {
        let message = try message(
            "WWW-Authenticate: Digest realm=\"a, b\", nonce=\"1/2\",opaque=\"\",algorithm=MD5,qop=\"auth\", stale=TRUE",
            "Proxy-Authorization: Digest username=\"bob\", realm=x")
        let challenge = try #require(message.challenges.first)
        #expect(challenge.scheme == "Digest" && challenge.realm == "a, b" && challenge.nonce == "1/2")
        #expect(challenge.algorithm == "MD5" && challenge.isStale)
        #expect(message.credentials.first?.username == "bob")
    }

    @Test func dialogHeaders() throws {
        let message = try message(
            "x: 1800;refresher=UAS", "RAck: 776656 1 INVITE", "RSeq: 988789",
            "Replaces: abc@d;to-tag=1;from-tag=2;early-only",
            "r: <sip:c@d?Replaces=x>", "Record-Route: <sip:p1;lr>,<sip:p2;lr>", "Record-Route: <sip:p3;lr>")
        #expect(message.sessionExpires == SIPSessionExpires(seconds: 1800, refresher: .uas))
        #expect(message.rAck == SIPRAck(rSeq: 776_656, cseq: SIPCSeq(number: 1, method: .invite)))
        #expect(message.rSeq == 988_789)
        #expect(
            message.replaces?.callID == "abc@d" && message.replaces?.fromTag == "2"
                && message.replaces?.isEarlyOnly == true)
        #expect(message.referTo?.uri == "sip:c@d?Replaces=x")
        #expect(message.recordRoutes.map(\.uri) == ["sip:p1;lr", "sip:p2;lr", "sip:p3;lr"])
    }

    /// A value cannot bring a header of its own with it.
    @Test func draftsKeepValuesOnOneLine() throws {
        var draft = SIPMessageDraft(.response(status: 200, reason: "OK\r\nX: y"))
        draft.add(.subject, "a\r\nVia: evil")
        draft.body = [1, 2, 3]
        let message = try SIPMessage.lax(draft.octets.span.bytes)
        #expect(message.stoppedBy == nil)
        #expect(message.value.headers.map(\.name) == ["Subject", "Content-Length"])
        #expect(Array(message.value.body) == [1, 2, 3])
    }
}
