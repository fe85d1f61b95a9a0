import FaxCore
import FaxWire
import Testing

/// Parameters are looked for eight octets at once; octet by octet the same comes out.
@Suite struct SIPParameterTests {
    @Test("20,000 made From values have the tag that reading octet by octet finds")
    func tags() throws {
        let pieces = [
            "\"", "<", ">", ";", "=", ",", " ", "\\", ";tag=", "tag", "TAG = ", "a", "sip:alice@example.com", "é", "1",
        ]
        var random = SeededRandom(seed: 5)
        var found = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            let value = Array(text.utf8).trimmed
            let message = try SIPMessage.lax(
                (Array("OPTIONS sip:a SIP/2.0\r\nFrom: ".utf8) + value + [13, 10, 13, 10]).span.bytes
            )
            .value
            let tag = Reference(value).tag
            #expect(message.fromTag == tag, "\(text)")
            if tag != nil { found += 1 }
        }
        #expect(found > 3_000)
    }

    /// RFC 3261 §25.1, octet by octet: outside of quotes and `<>`.
    private struct Reference {
        let octets: [UInt8]
        init(_ octets: [UInt8]) { self.octets = octets }

        var tag: String? {
            var (place, isBracketed) = (0, false)
            while place < octets.count {
                switch octets[place] {
                case UInt8(ascii: "\""):
                    place += 1
                    while place < octets.count, octets[place] != UInt8(ascii: "\"") {
                        place += octets[place] == UInt8(ascii: "\\") ? 2 : 1
                    }
                case UInt8(ascii: "<"): isBracketed = true
                case UInt8(ascii: ">"): isBracketed = false
                case UInt8(ascii: ";") where !isBracketed:
                    if let tag = tag(at: place + 1) { return tag }
                default: break
                }
                place += 1
            }
            return nil
        }

        private func tag(at start: Int) -> String? {
            var rest = octets[start...].drop { $0 == 0x20 }
            guard String(decoding: rest.prefix(3), as: UTF8.self).lowercased() == "tag" else { return nil }
            rest = rest.dropFirst(3).drop { $0 == 0x20 }
            guard rest.first == UInt8(ascii: "=") else { return nil }
            rest = rest.dropFirst().drop { $0 == 0x20 }
            guard let first = rest.first else { return nil }
            if first == UInt8(ascii: "\"") { return unquoted(rest.dropFirst()) }
            let value = rest.prefix { $0 != 0x3B && $0 != 0x2C && $0 != 0x20 }
            return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        }

        private func unquoted(_ octets: ArraySlice<UInt8>) -> String {
            var (text, isEscaped) = ([UInt8](), false)
            for octet in octets {
                if !isEscaped, octet == UInt8(ascii: "\"") { break }
                isEscaped = !isEscaped && octet == UInt8(ascii: "\\")
                if !isEscaped { text.append(octet) }
            }
            return String(decoding: text, as: UTF8.self)
        }
    }
}

extension [UInt8] {
    fileprivate var trimmed: [UInt8] {
        Array(drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed())
    }
}
