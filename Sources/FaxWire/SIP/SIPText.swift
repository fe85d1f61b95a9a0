import FaxCore

/// Small readers over the octets of a header value (RFC 3261 §25.1). All of them are total: they take any octets.
enum SIPText {
    typealias Octets = ArraySlice<UInt8>

    static func isSpace(_ octet: UInt8) -> Bool { octet.isBlank || octet == 0x0D || octet == 0x0A }

    static func trimmed(_ octets: Octets) -> Octets {
        var slice = octets
        while let first = slice.first, isSpace(first) { slice = slice.dropFirst() }
        while let last = slice.last, isSpace(last) { slice = slice.dropLast() }
        return slice
    }

    static func string(_ octets: Octets) -> String { String(decoding: octets, as: UTF8.self) }

    /// Undoes folding: a line break with the blanks around it reads as one space (RFC 3261 §7.3.1).
    static func unfolded(_ octets: Octets) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(octets.count)
        var skipping = false
        for octet in octets {
            if octet == 0x0D || octet == 0x0A {
                while let last = text.last, last.isBlank { text.removeLast() }
                skipping = true
            } else if skipping, octet.isBlank {
                continue
            } else {
                if skipping { text.append(0x20) }
                skipping = false
                text.append(octet)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// An unsigned decimal number below `limit`; `nil` for anything else, also for a sign.
    static func decimal(_ octets: Octets, limit: Int64) -> Int64? {
        let digits = trimmed(octets)
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard digit.isDigit else { return nil }
            value = value &* 10 &+ Int64(digit & 0x0F)
            if value >= limit { return nil }
        }
        return value
    }

    /// Splits at `separator` outside of quotes and `<>`; empty pieces are left out.
    static func split(_ octets: Octets, at separator: UInt8) -> [Octets] {
        var pieces: [Octets] = []
        var start = octets.startIndex
        var position = start
        var isQuoted = false
        var isBracketed = false
        while position < octets.endIndex {
            let octet = octets[position]
            if isQuoted {
                if octet == 0x5C {
                    position += 1
                } else if octet == 0x22 {
                    isQuoted = false
                }
            } else if octet == 0x22 {
                isQuoted = true
            } else if octet == 0x3C {
                isBracketed = true
            } else if octet == 0x3E {
                isBracketed = false
            } else if octet == separator, !isBracketed {
                pieces.append(octets[start..<position])
                start = position + 1
            }
            position += 1
        }
        pieces.append(octets[start...])
        return pieces.map(trimmed).filter { !$0.isEmpty }
    }

    static func elements(_ octets: Octets) -> [Octets] { split(octets, at: 0x2C) }

    /// Value of the parameter `name` (lower case) of an element such as From or Via, outside of quotes and `<>`;
    /// `nil` when it is missing or has no value. Commas end the first element only where `isList` says so: display names
    /// with a bare comma are seen.
    static func parameter(_ name: StaticString, of octets: Octets, isList: Bool = false) -> String? {
        var position = octets.startIndex
        var isQuoted = false
        var isBracketed = false
        while position < octets.endIndex {
            let octet = octets[position]
            if isQuoted {
                if octet == 0x5C {
                    position += 1
                } else if octet == 0x22 {
                    isQuoted = false
                }
            } else if octet == 0x22 {
                isQuoted = true
            } else if octet == 0x3C {
                isBracketed = true
            } else if octet == 0x3E {
                isBracketed = false
            } else if octet == 0x2C, isList, !isBracketed {
                return nil
            } else if octet == 0x3B, !isBracketed, let value = value(of: name, in: octets[(position + 1)...]) {
                return value
            }
            position += 1
        }
        return nil
    }

    /// Reads ` name = value` at the start of `octets`.
    private static func value(of name: StaticString, in octets: Octets) -> String? {
        var position = octets.startIndex
        func skipSpace() {
            while position < octets.endIndex, isSpace(octets[position]) { position += 1 }
        }
        skipSpace()
        let length = name.utf8CodeUnitCount
        guard octets.endIndex - position > length else { return nil }
        let matches = name.withUTF8Buffer { wanted in
            for index in 0..<length where octets[position + index].asciiLowercased != wanted[index] { return false }
            return true
        }
        guard matches else { return nil }
        position += length
        skipSpace()
        guard position < octets.endIndex, octets[position] == 0x3D else { return nil }
        position += 1
        skipSpace()
        guard position < octets.endIndex else { return nil }
        if octets[position] == 0x22 { return unquoted(octets[position...]) }
        let value = octets[position...].prefix { $0 != 0x3B && $0 != 0x2C && !isSpace($0) }
        return value.isEmpty ? nil : string(value)
    }

    /// The content of a quoted string with its escapes undone; octets that are not quoted come back as they are.
    static func unquoted(_ octets: Octets) -> String {
        guard octets.first == 0x22 else { return string(trimmed(octets)) }
        var text: [UInt8] = []
        var isEscaped = false
        for octet in octets.dropFirst() {
            if isEscaped {
                text.append(octet)
                isEscaped = false
            } else if octet == 0x5C {
                isEscaped = true
            } else if octet == 0x22 {
                break
            } else {
                text.append(octet)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
