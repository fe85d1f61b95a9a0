import FaxCore

extension SIPMessage {
    /// Where a message ends.
    public enum Extent: Sendable {
        /// With the datagram (or WebSocket message); Content-Length may say less (RFC 3261 §18.3).
        case datagram
        /// By Content-Length, in a stream whose framing has been done.
        case stream
    }

    /// Whether the octets begin as a SIP message does: `SIP/2.0 ` or a request line that ends with `SIP/2.0`.
    /// Reads no further than the first line and allocates nothing.
    @inlinable
    @inline(__always)
    public static func looksLikeSIP(_ octets: RawSpan) -> Bool {
        // Media is asked too, every packet of it, and most begins with what no message does.
        guard octets.byteCount > 12, octets.octet(0) & 0x80 == 0, octets.octet(0) >= 0x0A else { return false }
        return hasStartLine(octets)
    }

    @usableFromInline
    static func hasStartLine(_ octets: RawSpan) -> Bool {
        let count = octets.byteCount
        var start = 0
        // Line breaks before the start line are allowed (RFC 3261 §7.5).
        while start < min(count, 8), octets.octet(start) == 0x0D || octets.octet(start) == 0x0A { start += 1 }
        if isVersion(octets, at: start), start + 7 < count, octets.octet(start + 7).isBlank { return true }
        var position = start
        let methodEnd = min(count, start + Limit.methodOctets)
        while position < methodEnd, octets.octet(position).isToken { position += 1 }
        guard position > start, position < count, octets.octet(position).isBlank else { return false }
        let methodStop = position
        let lineLimit = min(count, start + 8_192)
        while position < lineLimit, octets.octet(position) != 0x0A, octets.octet(position) != 0x0D { position += 1 }
        guard position < count else { return false }
        while position > methodStop, octets.octet(position - 1).isBlank { position -= 1 }
        return position - 8 > methodStop && octets.octet(position - 8).isBlank && isVersion(octets, at: position - 7)
    }

    /// `SIP/2.0` in any case at `offset`.
    fileprivate static func isVersion(_ octets: RawSpan, at offset: Int) -> Bool {
        guard offset >= 0, octets.byteCount - offset >= 7 else { return false }
        return octets.octet(offset).asciiLowercased == 0x73 && octets.octet(offset + 1).asciiLowercased == 0x69
            && octets.octet(offset + 2).asciiLowercased == 0x70 && octets.be32(offset + 3) == 0x2F32_2E30
    }

    /// Reads one message and refuses whatever breaks the grammar or lacks a mandatory header (RFC 3261 §8.1.1, §20).
    public static func strict(_ octets: RawSpan, extent: Extent = .datagram) throws(DecodeFailure) -> SIPMessage {
        let decoded = try lax(octets, extent: extent)
        if let failure = decoded.stoppedBy { throw failure }
        try decoded.value.checkMandatoryHeaders()
        return decoded.value
    }

    /// Reads what can be read. Throws only when there is no start line of SIP/2.0 or a limit is passed; `stoppedBy` is
    /// the first thing that breaks the grammar.
    public static func lax(_ octets: RawSpan, extent: Extent = .datagram) throws(DecodeFailure) -> Decoded<SIPMessage> {
        var reader = SIPMessageReader(octets)
        return try reader.read(extent)
    }

    private func checkMandatoryHeaders() throws(DecodeFailure) {
        for header in [SIPHeader.to, .from, .callID, .cseq, .via] where !has(header) {
            throw DecodeFailure(layer: .sip, field: header.name, offset: 0, reason: .invalid("is missing"))
        }
        for header in [SIPHeader.to, .from, .callID, .cseq, .maxForwards, .contentLength] where values(header).count > 1
        {
            throw DecodeFailure(layer: .sip, field: header.name, offset: 0, reason: .invalid("stands twice"))
        }
        guard let cseq else {
            throw DecodeFailure(layer: .sip, field: "CSeq", offset: 0, reason: .invalid("is not a number and a method"))
        }
        guard let method else { return }
        if method != cseq.method {
            throw DecodeFailure(
                layer: .sip, field: "CSeq", offset: 0, reason: .invalid("names another method than the request line"))
        }
        guard let hops = maxForwards, hops <= 255 else {
            throw DecodeFailure(
                layer: .sip, field: "Max-Forwards", offset: 0, reason: .invalid("is missing or not 0…255"))
        }
    }
}

/// One pass over the octets: start line, header fields, body.
private struct SIPMessageReader: ~Escapable {
    let octets: RawSpan
    var position = 0
    /// Where the kept octets begin: behind leading line breaks.
    var origin = 0
    var fields: [SIPMessage.Field] = []
    var oddity: DecodeFailure?

    @_lifetime(copy octets)
    init(_ octets: RawSpan) {
        self.octets = octets
    }

    mutating func read(_ extent: SIPMessage.Extent) throws(DecodeFailure) -> Decoded<SIPMessage> {
        while position < octets.byteCount, octets.octet(position) == 0x0D || octets.octet(position) == 0x0A {
            position += 1
        }
        origin = position
        let startLine = try readStartLine()
        fields.reserveCapacity(16)
        try readFields()
        let available = octets.byteCount - position
        let length = bodyLength(available, extent)
        if length > SIPMessage.Limit.bodyOctets {
            throw failure("body", position, .limit("SIPMessage.Limit.bodyOctets", SIPMessage.Limit.bodyOctets))
        }
        let end = position + length
        let message = SIPMessage(
            startLine: startLine, octets: octets.extracting(origin..<end).copied(), fields: fields,
            bodyStart: position - origin, surplus: available - length)
        return Decoded(message, stoppedBy: oddity)
    }

    private func failure(_ field: String, _ offset: Int, _ reason: DecodeFailure.Reason) -> DecodeFailure {
        DecodeFailure(layer: .sip, field: field, offset: offset, reason: reason)
    }

    private mutating func note(_ field: String, _ offset: Int, _ reason: DecodeFailure.Reason) {
        if oddity == nil { oddity = failure(field, offset, reason) }
    }

    /// The line at `position` without its line break; moves behind the break.
    private mutating func line() -> Range<Int> {
        let start = position
        let count = octets.byteCount
        var end = octets.firstPlace(of: 0x0A, from: start) ?? count
        position = min(count, end + 1)
        if end > start, octets.octet(end - 1) == 0x0D { end -= 1 }
        return start..<end
    }

    private func slice(_ range: Range<Int>) -> ArraySlice<UInt8> { octets.extracting(range).copied()[...] }
    private func string(_ range: Range<Int>) -> String { SIPText.string(octets, range) }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, SIPText.isSpace(octets.octet(start)) { start += 1 }
        while end > start, SIPText.isSpace(octets.octet(end - 1)) { end -= 1 }
        return start..<end
    }

    // MARK: Start line

    private mutating func readStartLine() throws(DecodeFailure) -> SIPMessage.StartLine {
        let start = position
        if octets.byteCount == start { throw failure("start line", start, .short(needed: 1, have: 0)) }
        let whole = line()
        if whole.count > SIPMessage.Limit.headOctets {
            throw failure("start line", start, .limit("SIPMessage.Limit.headOctets", SIPMessage.Limit.headOctets))
        }
        let range = trimmed(whole)
        var wordEnd = range.lowerBound
        while wordEnd < range.upperBound, !octets.octet(wordEnd).isBlank { wordEnd += 1 }
        if wordEnd == range.upperBound { throw failure("start line", start, .invalid("is one word")) }
        let word = range.lowerBound..<wordEnd
        let isResponse = isVersion(word)
        // The blank before an empty reason phrase has to stand (RFC 3261 §7.2).
        if isResponse ? range.lowerBound != whole.lowerBound : range != whole {
            note("start line", start, .invalid("has blanks around it"))
        }
        if isResponse { return try readStatusLine(whole, after: wordEnd) }
        return try readRequestLine(range, method: word)
    }

    private func isVersion(_ range: Range<Int>) -> Bool {
        range.count == 7 && SIPMessage.isVersion(octets, at: range.lowerBound)
    }

    private mutating func readStatusLine(_ line: Range<Int>, after version: Int) throws(DecodeFailure)
        -> SIPMessage.StartLine
    {
        let rest = trimmed(version..<line.upperBound)
        var end = rest.lowerBound
        while end < rest.upperBound, octets.octet(end).isDigit { end += 1 }
        let digits = rest.lowerBound..<end
        let isSeparate = end == rest.upperBound || octets.octet(end).isBlank
        guard isSeparate, digits.count == 3, let status = SIPText.decimal(slice(digits), limit: 700), status >= 100
        else { throw failure("status", rest.lowerBound, .invalid("is not 100…699")) }
        if end == line.upperBound { note("reason phrase", end, .invalid("is missing with its blank")) }
        return .response(status: Int(status), reason: string(trimmed(end..<line.upperBound)))
    }

    private mutating func readRequestLine(_ line: Range<Int>, method: Range<Int>) throws(DecodeFailure)
        -> SIPMessage.StartLine
    {
        guard method.count <= SIPMessage.Limit.methodOctets else {
            throw failure(
                "method", method.lowerBound, .limit("SIPMessage.Limit.methodOctets", SIPMessage.Limit.methodOctets))
        }
        guard method.allSatisfy({ octets.octet($0).isToken }) else {
            throw failure("method", method.lowerBound, .invalid("is not a token"))
        }
        var versionStart = line.upperBound
        while versionStart > method.upperBound, !octets.octet(versionStart - 1).isBlank { versionStart -= 1 }
        guard isVersion(versionStart..<line.upperBound) else {
            throw failure("version", versionStart, .invalid("is not SIP/2.0"))
        }
        let uri = trimmed(method.upperBound..<versionStart)
        if uri.isEmpty { throw failure("Request-URI", method.upperBound, .invalid("is empty")) }
        if uri.count + 2 != versionStart - method.upperBound {
            note("request line", method.upperBound, .invalid("has more than one blank between its parts"))
        }
        if uri.contains(where: { octets.octet($0).isBlank || octets.octet($0) == 0x3C || octets.octet($0) == 0x3E }) {
            note("Request-URI", uri.lowerBound, .invalid("holds blanks or angle brackets"))
        }
        return .request(SIPMethod(octets: slice(method)), uri: string(uri))
    }

    // MARK: Header fields

    /// Reads up to and with the empty line.
    private mutating func readFields() throws(DecodeFailure) {
        while position < octets.byteCount {
            let lineStart = position
            var whole = line()
            if whole.isEmpty { return }
            var isFolded = false
            while position < octets.byteCount, octets.octet(position).isBlank {
                isFolded = true
                whole = whole.lowerBound..<line().upperBound
            }
            if position - origin > SIPMessage.Limit.headOctets {
                throw failure(
                    "headers", lineStart, .limit("SIPMessage.Limit.headOctets", SIPMessage.Limit.headOctets))
            }
            try addField(whole, isFolded: isFolded)
        }
        note("headers", position, .invalid("do not end with an empty line"))
    }

    private mutating func addField(_ line: Range<Int>, isFolded: Bool) throws(DecodeFailure) {
        var colon = line.lowerBound
        while colon < line.upperBound, octets.octet(colon).isToken { colon += 1 }
        let name = line.lowerBound..<colon
        while colon < line.upperBound, SIPText.isSpace(octets.octet(colon)) { colon += 1 }
        guard !name.isEmpty, colon < line.upperBound, octets.octet(colon) == 0x3A else {
            note("header", line.lowerBound, .invalid("is not a name and a colon"))
            return
        }
        guard fields.count < SIPMessage.Limit.headers else {
            throw failure("headers", line.lowerBound, .limit("SIPMessage.Limit.headers", SIPMessage.Limit.headers))
        }
        let value = trimmed(colon + 1..<line.upperBound)
        fields.append(
            SIPMessage.Field(
                header: SIPHeader(octets: octets, in: name), isFolded: isFolded,
                nameStart: UInt32(name.lowerBound - origin), nameEnd: UInt32(name.upperBound - origin),
                valueStart: UInt32(value.lowerBound - origin), valueEnd: UInt32(value.upperBound - origin)))
    }

    // MARK: Body

    private mutating func bodyLength(_ available: Int, _ extent: SIPMessage.Extent) -> Int {
        guard let field = fields.first(where: { $0.header == .contentLength }) else {
            switch extent {
            case .datagram: return available
            case .stream:
                note("Content-Length", position, .invalid("is missing in a stream"))
                return available
            }
        }
        let place = origin + field.value.lowerBound
        let value = slice(place..<origin + field.value.upperBound)
        guard let length = SIPText.decimal(value, limit: Int64(Int32.max)) else {
            note("Content-Length", place, .invalid("is not a number"))
            return available
        }
        if length > available { note("Content-Length", position, .lies(claimed: Int(length), available: available)) }
        return min(Int(length), available)
    }
}
