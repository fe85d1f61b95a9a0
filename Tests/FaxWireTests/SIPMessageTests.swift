import FaxCore
import FaxWire
import Testing

@Suite struct SIPMessageTests {
    static let invite = """
        INVITE sip:1000@10.77.0.2:5060 SIP/2.0
        v: SIP/2.0/UDP 10.77.0.1:5060;rport;branch=z9hG4bK-1, SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bK-0
        From: "Lab, \\"A\\" <x>" <sip:5550100@10.77.0.1>;tag=abc
        t: <sip:1000@10.77.0.2>
        Contact: <sip:a@10.77.0.1:5060;transport=udp>;expires=60,
          "b" <sip:b@10.77.0.9>
        CALL-ID:ca3a2277
        CSeq:   24517   INVITE
        Max-Forwards: 70
        X-Odd: kept
        c: application/sdp
        l: 5

        v=0\r

        """.replacingLineBreaks

    @Test func readsHeadersInAllTheirForms() throws {
        let message = try SIPMessage.strict(Array(Self.invite.utf8).span.bytes)
        #expect(message.method == .invite)
        #expect(message.requestURI == "sip:1000@10.77.0.2:5060")
        #expect(message.callID == "ca3a2277")
        #expect(message.cseq == SIPCSeq(number: 24517, method: .invite))
        #expect(message.fromTag == "abc")
        #expect(message.toTag == nil)
        #expect(message.from?.displayName == "Lab, \"A\" <x>")
        #expect(message.from?.address.plain == "sip:5550100@10.77.0.1")
        #expect(message.branch == "z9hG4bK-1")
        #expect(message.vias.map(\.host) == ["10.77.0.1", "2001:db8::1"])
        #expect(message.vias.map(\.port) == [5060, 5061])
        #expect(message.contacts.map(\.uri) == ["sip:a@10.77.0.1:5060;transport=udp", "sip:b@10.77.0.9"])
        #expect(message.value(named: "x-odd") == "kept")
        #expect(Array(message.body) == Array("v=0\r\n".utf8))
        #expect(message.sdp.map(Array.init) == Array("v=0\r\n".utf8))
    }

    @Test func draftsComeBackAsTheyWere() throws {
        let message = try SIPMessage.strict(Array(Self.invite.utf8).span.bytes)
        let draft = SIPMessageDraft(message)
        let again = try SIPMessage.strict(draft.octets.span.bytes)
        #expect(SIPMessageDraft(again) == draft)
    }

    /// Cut anywhere: refused with a reason or read as far as it goes, never more than is there.
    @Test func everyPrefixIsReadOrRefused() {
        let octets = Array(Self.invite.utf8)
        for length in 0..<octets.count {
            let prefix = Array(octets[..<length])
            #expect(throws: DecodeFailure.self) { try SIPMessage.strict(prefix.span.bytes) }
        }
    }

    @Test(arguments: [
        ("INVITE sip:a@b SIP/2.0\r\n", true), ("SIP/2.0 200 OK\r\n", true), ("\r\n\r\nBYE sip:a SIP/2.0\r\n", true),
        ("sip/2.0 200 OK\r\n", true), ("BYE sip:a SIP/2.0 \r\n", true), ("GET / HTTP/1.1\r\n", false), ("", false),
        ("SIP/2.0", false), ("INVITE sip:a@b SIP/2.0", false), ("INVITE SIP/2.0\r\n", false), ("\u{80}\0SIP", false),
        ("INVITE sip:a@b SIP/7.0\r\n", false), ("OPTIONS\r\n", false),
    ])
    func recognisesStartLines(_ text: String, _ expected: Bool) {
        #expect(SIPMessage.looksLikeSIP(Array(text.utf8).span.bytes) == expected)
    }
}

extension String {
    /// Lines of a test's text as they stand on the wire.
    var replacingLineBreaks: String {
        String(decoding: utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : $0 == 0x0D ? [] : [$0] }, as: UTF8.self)
    }
}
