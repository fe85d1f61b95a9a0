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

    /// Names are held as words: every octet at every place of one counts, small and capital letters alike, and nothing that
    /// stands around the name.
    @Test(arguments: 1...24)
    func wordsOfNames(count: Int) throws {
        for place in 0..<count {
            for value in UInt8.min...UInt8.max {
                var name = [UInt8](repeating: UInt8(ascii: "M"), count: count)
                name[place] = value
                let small = name.map(\.asciiLowercased)
                let text: [UInt8] = [0x41, 0xFF] + name
                let followed = text + [0x41, 0xFF, 0, 1, 2, 3, 4, 5, 6]
                let known = try #require(spelled(small))
                #expect(lowercased(text, 2..<2 + count) == known)
                #expect(lowercased(followed, 2..<2 + count) == known)
                var other = small
                other[place] ^= 0x10
                #expect(spelled(other) != known)
                #expect((spelled(name) == known) == (name == small))
            }
        }
        #expect(spelled([UInt8](repeating: 0x61, count: 25)) == nil)
    }

    private func spelled(_ octets: [UInt8]) -> ShortName? { ShortName(octets.span.bytes) }

    private func lowercased(_ octets: [UInt8], _ range: Range<Int>) -> ShortName? {
        ShortName(lowercased: octets.span.bytes, range)
    }

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
