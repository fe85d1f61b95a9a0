import FaxCore

extension SessionDescription {
    /// Reads a description and refuses what RFC 8866 does not allow.
    public static func strict(_ octets: RawSpan) throws(DecodeFailure) -> SessionDescription {
        let decoded = lax(octets)
        if let failure = decoded.stoppedBy { throw failure }
        let description = decoded.value
        for (line, isThere) in [
            ("v=", description.version == 0), ("o=", description.origin != nil), ("s=", description.name != nil),
            ("t=", !description.times.isEmpty),
        ] where !isThere {
            throw DecodeFailure(layer: .sdp, field: line, offset: 0, reason: .invalid("is missing or not valid"))
        }
        for media in description.media where media.port != 0 && description.connection(of: media) == nil {
            throw DecodeFailure(layer: .sdp, field: "c=", offset: 0, reason: .invalid("is missing for m=\(media.kind)"))
        }
        return description
    }

    /// Reads what can be read, lines in any order; `stoppedBy` is the first line that makes no sense (it is kept in
    /// `otherLines`).
    public static func lax(_ octets: RawSpan) -> Decoded<SessionDescription> {
        var reader = SDPReader(octets)
        reader.read()
        return Decoded(reader.description, stoppedBy: reader.oddity)
    }

    public static func lax(_ octets: ArraySlice<UInt8>) -> Decoded<SessionDescription> {
        lax(octets.span.bytes)
    }
}

/// Reads line by line: what stands behind an `m=` line belongs to it. Lines and words are places in the octets; text is
/// made of what is kept.
private struct SDPReader: ~Escapable {
    let octets: RawSpan
    let isCut: Bool
    var position = 0
    var description = SessionDescription()
    var media: MediaDescription?
    /// Of the part being read: they stand apart so that adding one moves nothing else.
    var attributes: [SDPAttribute] = []
    var oddity: DecodeFailure?

    @_lifetime(copy span)
    init(_ span: RawSpan) {
        let end = min(span.byteCount, SessionDescription.Limit.octets)
        isCut = end < span.byteCount
        octets = span.extracting(0..<end)
    }

    mutating func read() {
        let count = octets.byteCount
        if isCut { note("octets", count, .limit("SessionDescription.Limit.octets", count)) }
        var lines = 0
        while position < count {
            let start = position
            let line = nextLine()
            if line.isEmpty { continue }
            lines += 1
            if lines > SessionDescription.Limit.lines {
                note("lines", start, .limit("SessionDescription.Limit.lines", SessionDescription.Limit.lines))
                break
            }
            readLine(line, at: start)
        }
        closeMedia()
    }

    private mutating func note(_ field: String, _ offset: Int, _ reason: DecodeFailure.Reason) {
        if oddity == nil { oddity = DecodeFailure(layer: .sdp, field: field, offset: offset, reason: reason) }
    }

    // MARK: Places

    /// Lines end with CRLF; a lone LF or CR is taken too.
    private mutating func nextLine() -> Range<Int> {
        let start = position
        let count = octets.byteCount
        while position < count, octets.octet(position) != 0x0A, octets.octet(position) != 0x0D { position += 1 }
        defer { position += 1 }
        return trimmed(start..<position)
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, SIPText.isSpace(octets.octet(start)) { start += 1 }
        while end > start, SIPText.isSpace(octets.octet(end - 1)) { end -= 1 }
        return start..<end
    }

    /// The place of the first `octet` in `range`, or its end.
    private func first(_ octet: UInt8, in range: Range<Int>) -> Int {
        var place = range.lowerBound
        while place < range.upperBound, octets.octet(place) != octet { place += 1 }
        return place
    }

    /// What stands between the spaces of `range`.
    private func words(_ range: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = first(0x20, in: start..<range.upperBound)
            if end > start {
                if words.isEmpty { words.reserveCapacity(8) }
                words.append(start..<end)
            }
            start = end + 1
        }
        return words
    }

    private func text(_ range: Range<Int>) -> String { SIPText.string(octets, range) }

    private func decimal(_ range: Range<Int>, limit: Int64) -> Int? {
        SIPText.decimal(octets.extracting(range), limit: limit).map(Int.init)
    }

    // MARK: Lines

    private mutating func readLine(_ line: Range<Int>, at offset: Int) {
        let type = octets.octet(line.lowerBound)
        guard type.isToken, line.count >= 2, octets.octet(line.lowerBound + 1) == 0x3D else {
            note("line", offset, .invalid("is not type=value"))
            keep(SessionDescription.Line("?", text(line)))
            return
        }
        let value = trimmed(line.lowerBound + 2..<line.upperBound)
        let letter = type.asciiLowercased
        if !take(letter, value) {
            let name = Character(Unicode.Scalar(letter))
            note("\(name)=", offset, .invalid("does not read as \(name)= does"))
            keep(SessionDescription.Line(name, text(value)))
        }
    }

    private mutating func keep(_ line: SessionDescription.Line) {
        if media != nil { media?.otherLines.append(line) } else { description.otherLines.append(line) }
    }

    /// `false`: the line makes no sense. Lines of types that we do not model are kept and do make sense.
    private mutating func take(_ letter: UInt8, _ value: Range<Int>) -> Bool {
        switch letter {
        case UInt8(ascii: "a"): return takeAttribute(value)
        case UInt8(ascii: "m"): return takeMedia(value)
        case UInt8(ascii: "c"): return takeConnection(value)
        case UInt8(ascii: "b"): return takeBandwidth(value)
        case UInt8(ascii: "o"): return takeOrigin(value)
        case UInt8(ascii: "v"):
            description.version = decimal(value, limit: 1_000)
            return description.version != nil
        case UInt8(ascii: "s"):
            description.name = text(value)
            return true
        case UInt8(ascii: "t"):
            description.times.append(text(value))
            return true
        case UInt8(ascii: "i") where media != nil:
            let title = text(value)
            media?.title = title
            return true
        case UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "e"), UInt8(ascii: "p"), UInt8(ascii: "r"),
            UInt8(ascii: "z"), UInt8(ascii: "k"):
            keep(SessionDescription.Line(Character(Unicode.Scalar(letter)), text(value)))
            return true
        default: return false
        }
    }

    private mutating func takeOrigin(_ value: Range<Int>) -> Bool {
        let words = words(value)
        guard words.count == 6 else { return false }
        description.origin = .init(
            user: text(words[0]), sessionID: text(words[1]), sessionVersion: text(words[2]), family: text(words[4]),
            address: text(words[5]))
        return true
    }

    private mutating func takeConnection(_ value: Range<Int>) -> Bool {
        let words = words(value)
        guard words.count == 3, words[0].count == 2, octets.octet(words[0].lowerBound).asciiLowercased == 0x69,
            octets.octet(words[0].lowerBound + 1).asciiLowercased == 0x6E
        else { return false }
        let cut = first(0x2F, in: words[2])
        let connection = SDPConnection(
            family: text(words[1]), address: text(words[2].lowerBound..<cut), suffix: text(cut..<words[2].upperBound))
        if media != nil { media?.connection = connection } else { description.connection = connection }
        return true
    }

    private mutating func takeBandwidth(_ value: Range<Int>) -> Bool {
        let colon = first(0x3A, in: value)
        guard colon < value.upperBound else { return false }
        let bandwidth = SDPBandwidth(type: text(value.lowerBound..<colon), value: text(colon + 1..<value.upperBound))
        if media != nil { media?.bandwidths.append(bandwidth) } else { description.bandwidths.append(bandwidth) }
        return true
    }

    private mutating func takeAttribute(_ value: Range<Int>) -> Bool {
        guard !value.isEmpty else { return false }
        let colon = first(0x3A, in: value)
        let attribute = SDPAttribute(
            text(value.lowerBound..<colon), colon < value.upperBound ? text(colon + 1..<value.upperBound) : nil)
        attributes.append(attribute)
        return true
    }

    private mutating func takeMedia(_ value: Range<Int>) -> Bool {
        closeMedia()
        guard description.media.count < SessionDescription.Limit.media else {
            note("m=", position, .limit("SessionDescription.Limit.media", SessionDescription.Limit.media))
            return true
        }
        let words = words(value)
        guard words.count >= 3 else { return false }
        let slash = first(0x2F, in: words[1])
        guard let port = decimal(words[1].lowerBound..<slash, limit: 65_536) else { return false }
        var line = MediaDescription(
            kind: text(words[0]), port: UInt16(port), transport: text(words[2]),
            formats: words.dropFirst(3).map { text($0) })
        line.portCount = decimal(min(slash + 1, words[1].upperBound)..<words[1].upperBound, limit: 65_536)
        attributes.reserveCapacity(8)
        media = line
        return true
    }

    /// The part being read is over: the session's, or that of a medium.
    private mutating func closeMedia() {
        if var media {
            media.attributes = attributes
            description.media.append(media)
        } else {
            description.attributes += attributes
        }
        attributes = []
        media = nil
    }
}
