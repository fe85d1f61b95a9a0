/// Finds in SIP messages what a copy of a call must not share with the original. Not a parser: it looks for texts, in
/// headers, bodies and wherever else they stand.
enum SIPText {
    /// A request or status line comes first (RFC 3261 §7).
    static func isMessage(_ payload: ArraySlice<UInt8>) -> Bool {
        let line = payload.prefix(512).prefix { $0 != 13 && $0 != 10 }
        return line.count >= 12 && !places(of: Array("SIP/2.0".utf8), in: line).isEmpty
    }

    /// Values of Call-ID (up to an `@`), tag and branch parameters.
    static func tokens(_ payload: ArraySlice<UInt8>) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for label in ["Call-ID: ", "\ni: ", ";tag=", ";branch="] {
            for place in places(of: Array(label.utf8), in: payload) {
                let token = payload[place.upperBound...].prefix(while: isToken)
                if token.count >= 4 { found.append(Array(token)) }
            }
        }
        return found
    }

    /// The user part of SIP addresses when it is all digits: at most its last four.
    static func telephoneNumbers(in payload: ArraySlice<UInt8>) -> [Range<Int>] {
        places(of: Array("sip:".utf8), in: payload).compactMap { place in
            let digits = payload[place.upperBound...].prefix(while: isDigit)
            guard digits.count >= 3, digits.endIndex < payload.endIndex, payload[digits.endIndex] == UInt8(ascii: "@")
            else { return nil }
            return max(digits.startIndex, digits.endIndex - 4)..<digits.endIndex
        }
    }

    static func places(of text: [UInt8], in payload: ArraySlice<UInt8>) -> [Range<Int>] {
        guard let first = text.first else { return [] }
        var found: [Range<Int>] = []
        var index = payload.startIndex
        while index + text.count <= payload.endIndex {
            if payload[index] == first, payload[index..<index + text.count].elementsEqual(text) {
                found.append(index..<index + text.count)
                index += text.count
            } else {
                index += 1
            }
        }
        return found
    }

    /// Whether the text goes on to the left or right as a longer address would.
    static func isPartOfNumber(_ range: Range<Int>, in payload: ArraySlice<UInt8>) -> Bool {
        func continues(_ index: Int) -> Bool {
            payload.indices.contains(index) && isDigit(payload[index])
        }
        return continues(range.lowerBound - 1) || continues(range.upperBound)
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (48...57).contains(octet) }

    private static func isToken(_ octet: UInt8) -> Bool {
        isDigit(octet) || (65...90).contains(octet) || (97...122).contains(octet) || octet == UInt8(ascii: "-")
            || octet == UInt8(ascii: ".") || octet == UInt8(ascii: "_") || octet == UInt8(ascii: "~")
    }
}
