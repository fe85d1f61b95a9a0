import FaxCore
import Testing

@testable import FaxWire

/// Names of header fields and methods, and CSeq, which has one of them.
struct SIPNameTests {
    @Test(arguments: SIPHeader.allCases.filter { $0 != .other })
    func headersInAnyCase(_ header: SIPHeader) {
        let name = header.name
        for spelled in [name, name.lowercased(), name.uppercased()] { #expect(SIPHeader(name: spelled) == header) }
        if let letter = header.compactForm {
            let letter = String(Unicode.Scalar(letter))
            #expect(SIPHeader(name: letter) == header && SIPHeader(name: letter.uppercased()) == header)
        }
        #expect(SIPHeader(name: name + "x") != header && SIPHeader(name: "x" + name) != header)
    }

    @Test(arguments: [
        "", "Z", "X-Vendor", "Session-Expire", "\0Via", "Vi\0", String(repeating: "a", count: 24),
        "xxxxP-Preferred-Identity", "P-Preferred-Identityxxxxx", String(repeating: "Via", count: 40),
    ])
    func others(_ name: String) { #expect(SIPHeader(name: name) == .other) }

    /// Methods are case-sensitive (RFC 3261 §7.1).
    @Test func methods() {
        for name in [
            "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO", "REFER",
            "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH",
        ] {
            #expect(SIPMethod(name).name == name && SIPMethod(name) != .other(name))
            #expect(SIPMethod(name.lowercased()) == .other(name.lowercased()))
        }
        for name in ["", "INVITEX", "INVIT", String(repeating: "M", count: 64)] {
            #expect(SIPMethod(name) == .other(name))
        }
    }

    @Test(
        arguments: [
            ("1 INVITE", SIPCSeq(number: 1, method: .invite)), ("  42 \t BYE ", SIPCSeq(number: 42, method: .bye)),
            ("0009\r\n  INVITE", SIPCSeq(number: 9, method: .invite)),
            ("2147483647 X", SIPCSeq(number: 2_147_483_647, method: .other("X"))),
            ("2147483648 INVITE", nil), ("-1 INVITE", nil), ("INVITE", nil), ("INVITE 1", nil), ("1", nil), ("", nil),
            ("1 INVITE x", nil),
        ] as [(String, SIPCSeq?)])
    func cseq(_ text: String, _ expected: SIPCSeq?) throws {
        let octets = Array("OPTIONS sip:a@b SIP/2.0\r\nCSeq: \(text)\r\n\r\n".utf8)
        #expect(try SIPMessage.lax(octets.span.bytes).value.cseq == expected)
    }
}
