import FaxCore

/// Small readers over the octets of a header value (RFC 3261 §25.1). All of them are total: they take any octets.
enum SIPText {
    typealias Octets = ArraySlice<UInt8>

    static func isSpace(_ octet: UInt8) -> Bool { octet.isBlank || octet == 0x0D || octet == 0x0A }

    static func trimmed(_ octets: Octets) -> Octets {
        var (start, end) = (octets.startIndex, octets.endIndex)
        while start < end, isSpace(octets[start]) { start += 1 }
        while end > start, isSpace(octets[end - 1]) { end -= 1 }
        return octets[start..<end]
    }

    static func string(_ octets: Octets) -> String { String(decoding: octets, as: UTF8.self) }

    /// The text in `range` of borrowed octets.
    static func string(_ octets: RawSpan, _ range: Range<Int>) -> String {
        octets.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

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
    static func decimal(_ octets: Octets, limit: Int64) -> Int64? { decimal(octets.span.bytes, limit: limit) }

    static func decimal(_ octets: RawSpan, limit: Int64) -> Int64? {
        var end = octets.byteCount
        while end > 0, isSpace(octets.octet(end - 1)) { end -= 1 }
        let start = firstNonSpace(octets, 0)
        guard start < end else { return nil }
        var value: Int64 = 0
        for place in start..<end {
            let digit = octets.octet(place)
            guard digit.isDigit else { return nil }
            value = value &* 10 &+ Int64(digit & 0x0F)
            if value >= limit { return nil }
        }
        return value
    }

    /// Goes from one octet to the next of those that stand outside of quotes and `<>`.
    private struct Outside: ~Escapable {
        private let octets: RawSpan
        private var position = 0
        private var isBracketed = false

        @_lifetime(copy octets)
        init(_ octets: RawSpan) {
            self.octets = octets
        }

        /// Its place, and the octet.
        mutating func next() -> (place: Int, octet: UInt8)? {
            while position < octets.byteCount {
                let octet = octets.octet(position)
                position += 1
                switch octet {
                case 0x22: skipQuoted()
                case 0x3C: isBracketed = true
                case 0x3E: isBracketed = false
                default: if !isBracketed { return (position - 1, octet) }
                }
            }
            return nil
        }

        /// The next of one of these two.
        mutating func next(of first: UInt8, _ second: UInt8) -> (place: Int, octet: UInt8)? {
            while let place = nextMark(first, second) {
                let octet = octets.octet(place)
                position = place + 1
                switch octet {
                case 0x22: skipQuoted()
                case 0x3C: isBracketed = true
                case 0x3E: isBracketed = false
                default: if !isBracketed { return (place, octet) }
                }
            }
            return nil
        }

        /// The place of the next of these two, quote or bracket.
        private func nextMark(_ first: UInt8, _ second: UInt8) -> Int? {
            var place = position
            // Eight at once. `<` and `>` differ in one bit.
            while place + 8 <= octets.byteCount {
                let word = UInt64(littleEndian: octets.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
                let brackets = word & 0xFDFD_FDFD_FDFD_FDFD
                let marks =
                    Self.marks(word, 0x22) | Self.marks(brackets, 0x3C) | Self.marks(word, first)
                    | Self.marks(word, second)
                if marks != 0 { return place + marks.trailingZeroBitCount / 8 }
                place += 8
            }
            while place < octets.byteCount {
                let octet = octets.octet(place)
                if octet == 0x22 || octet & 0xFD == 0x3C || octet == first || octet == second { return place }
                place += 1
            }
            return nil
        }

        /// The lowest bit set belongs to the first octet of `word` that is `wanted`; 0: there is none.
        private static func marks(_ word: UInt64, _ wanted: UInt8) -> UInt64 {
            let ones: UInt64 = 0x0101_0101_0101_0101
            let rest = word ^ UInt64(wanted) &* ones
            return (rest &- ones) & ~rest & 0x8080_8080_8080_8080
        }

        /// Up to the closing quote, escapes passed over.
        private mutating func skipQuoted() {
            while position < octets.byteCount {
                let octet = octets.octet(position)
                position += octet == 0x5C ? 2 : 1
                if octet == 0x22 { return }
            }
        }
    }

    /// Splits at `separator` outside of quotes and `<>`; empty pieces are left out.
    static func split(_ octets: Octets, at separator: UInt8) -> [Octets] {
        var pieces: [Octets] = []
        var start = octets.startIndex
        func add(_ end: Int) {
            let piece = trimmed(octets[start..<end])
            if !piece.isEmpty { pieces.append(piece) }
        }
        var outside = Outside(octets.span.bytes)
        while let (place, octet) = outside.next() {
            if octet != separator { continue }
            add(octets.startIndex + place)
            start = octets.startIndex + place + 1
        }
        add(octets.endIndex)
        return pieces
    }

    /// The place of the first `octet` that stands in no quoted string.
    static func firstOutsideQuotes(_ octet: UInt8, in octets: Octets) -> Int? {
        var isQuoted = false
        var place = octets.startIndex
        while place < octets.endIndex {
            switch octets[place] {
            case 0x22: isQuoted.toggle()
            case 0x5C where isQuoted: place += 1
            case octet where !isQuoted: return place
            default: break
            }
            place += 1
        }
        return nil
    }

    static func elements(_ octets: Octets) -> [Octets] { split(octets, at: 0x2C) }

    /// Value of the parameter `name` (lower case) of an element such as From or Via, outside of quotes and `<>`;
    /// `nil` when it is missing or has no value. Commas end the first element only where `isList` says so: display names
    /// with a bare comma are seen.
    static func parameter(_ name: StaticString, of octets: Octets, isList: Bool = false) -> String? {
        let span = octets.span.bytes
        var outside = Outside(span)
        while let (place, octet) = outside.next(of: 0x3B, isList ? 0x2C : 0x3B) {
            if octet == 0x2C { return nil }
            if let value = value(of: name, in: span, at: place + 1) { return value }
        }
        return nil
    }

    /// Reads ` name = value` at `start`.
    private static func value(of name: StaticString, in octets: RawSpan, at start: Int) -> String? {
        let count = octets.byteCount
        var position = firstNonSpace(octets, start)
        let length = name.utf8CodeUnitCount
        guard count - position > length else { return nil }
        let matches = name.withUTF8Buffer { wanted in
            for index in 0..<length where octets.octet(position + index).asciiLowercased != wanted[index] {
                return false
            }
            return true
        }
        guard matches else { return nil }
        position = firstNonSpace(octets, position + length)
        guard position < count, octets.octet(position) == 0x3D else { return nil }
        position = firstNonSpace(octets, position + 1)
        guard position < count else { return nil }
        if octets.octet(position) == 0x22 { return unquoted(octets.extracting(position...).copied()[...]) }
        var end = position
        while end < count, octets.octet(end) != 0x3B, octets.octet(end) != 0x2C, !isSpace(octets.octet(end)) {
            end += 1
        }
        return end == position ? nil : string(octets, position..<end)
    }

    private static func firstNonSpace(_ octets: RawSpan, _ start: Int) -> Int {
        var position = start
        while position < octets.byteCount, isSpace(octets.octet(position)) { position += 1 }
        return position
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
