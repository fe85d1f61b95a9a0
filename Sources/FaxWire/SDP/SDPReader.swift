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

/// Reads line by line: what stands behind an `m=` line belongs to it.
private struct SDPReader {
    /// Copied once; the lines are slices of it.
    let octets: [UInt8]
    let isCut: Bool
    var position = 0
    var description = SessionDescription()
    var media: MediaDescription?
    var oddity: DecodeFailure?

    init(_ span: RawSpan) {
        let end = min(span.byteCount, SessionDescription.Limit.octets)
        isCut = end < span.byteCount
        octets = span.extracting(0..<end).copied()
    }

    mutating func read() {
        if isCut { note("octets", octets.count, .limit("SessionDescription.Limit.octets", octets.count)) }
        var lines = 0
        while position < octets.count {
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

    /// Lines end with CRLF; a lone LF or CR is taken too.
    private mutating func nextLine() -> ArraySlice<UInt8> {
        let start = position
        while position < octets.count, octets[position] != 0x0A, octets[position] != 0x0D { position += 1 }
        let line = octets[start..<position]
        position += 1
        return SIPText.trimmed(line)
    }

    private mutating func readLine(_ line: ArraySlice<UInt8>, at offset: Int) {
        guard let type = line.first, type.isToken, line.count >= 2, line[line.startIndex + 1] == 0x3D else {
            note("line", offset, .invalid("is not type=value"))
            keep(SessionDescription.Line("?", SIPText.string(line)))
            return
        }
        let value = SIPText.trimmed(line.dropFirst(2))
        let letter = type.asciiLowercased
        if !take(letter, value) {
            let name = Character(Unicode.Scalar(letter))
            note("\(name)=", offset, .invalid("does not read as \(name)= does"))
            keep(SessionDescription.Line(name, SIPText.string(value)))
        }
    }

    private mutating func keep(_ line: SessionDescription.Line) {
        if media != nil { media?.otherLines.append(line) } else { description.otherLines.append(line) }
    }

    /// `false`: the line makes no sense. Lines of types that we do not model are kept and do make sense.
    private mutating func take(_ letter: UInt8, _ value: ArraySlice<UInt8>) -> Bool {
        switch letter {
        case UInt8(ascii: "a"): return takeAttribute(value)
        case UInt8(ascii: "m"): return takeMedia(value)
        case UInt8(ascii: "c"): return takeConnection(value)
        case UInt8(ascii: "b"): return takeBandwidth(value)
        case UInt8(ascii: "o"): return takeOrigin(value)
        case UInt8(ascii: "v"):
            description.version = SIPText.decimal(value, limit: 1_000).map(Int.init)
            return description.version != nil
        case UInt8(ascii: "s"):
            description.name = SIPText.string(value)
            return true
        case UInt8(ascii: "t"):
            description.times.append(SIPText.string(value))
            return true
        case UInt8(ascii: "i") where media != nil:
            media?.title = SIPText.string(value)
            return true
        case UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "e"), UInt8(ascii: "p"), UInt8(ascii: "r"),
            UInt8(ascii: "z"), UInt8(ascii: "k"):
            keep(SessionDescription.Line(Character(Unicode.Scalar(letter)), SIPText.string(value)))
            return true
        default: return false
        }
    }

    private mutating func takeOrigin(_ value: ArraySlice<UInt8>) -> Bool {
        let words = value.split(separator: 0x20)
        guard words.count == 6 else { return false }
        description.origin = .init(
            user: SIPText.string(words[0]), sessionID: SIPText.string(words[1]),
            sessionVersion: SIPText.string(words[2]), family: SIPText.string(words[4]),
            address: SIPText.string(words[5]))
        return true
    }

    private mutating func takeConnection(_ value: ArraySlice<UInt8>) -> Bool {
        let words = value.split(separator: 0x20)
        guard words.count == 3, words[0].lazy.map(\.asciiLowercased).elementsEqual("in".utf8) else { return false }
        let cut = words[2].firstIndex(of: 0x2F) ?? words[2].endIndex
        let connection = SDPConnection(
            family: SIPText.string(words[1]), address: SIPText.string(words[2][..<cut]),
            suffix: SIPText.string(words[2][cut...]))
        if media != nil { media?.connection = connection } else { description.connection = connection }
        return true
    }

    private mutating func takeBandwidth(_ value: ArraySlice<UInt8>) -> Bool {
        guard let colon = value.firstIndex(of: 0x3A) else { return false }
        let bandwidth = SDPBandwidth(
            type: SIPText.string(value[..<colon]), value: SIPText.string(value[(colon + 1)...]))
        if media != nil { media?.bandwidths.append(bandwidth) } else { description.bandwidths.append(bandwidth) }
        return true
    }

    private mutating func takeAttribute(_ value: ArraySlice<UInt8>) -> Bool {
        guard !value.isEmpty else { return false }
        let colon = value.firstIndex(of: 0x3A)
        let attribute = SDPAttribute(
            SIPText.string(value[..<(colon ?? value.endIndex)]), colon.map { SIPText.string(value[($0 + 1)...]) })
        if media != nil { media?.attributes.append(attribute) } else { description.attributes.append(attribute) }
        return true
    }

    private mutating func takeMedia(_ value: ArraySlice<UInt8>) -> Bool {
        closeMedia()
        guard description.media.count < SessionDescription.Limit.media else {
            note("m=", position, .limit("SessionDescription.Limit.media", SessionDescription.Limit.media))
            return true
        }
        let words = value.split(separator: 0x20)
        guard words.count >= 3 else { return false }
        let digits = words[1].prefix { $0 != 0x2F }
        guard let port = SIPText.decimal(digits, limit: 65_536) else { return false }
        var line = MediaDescription(
            kind: SIPText.string(words[0]), port: UInt16(port), transport: SIPText.string(words[2]),
            formats: words.dropFirst(3).map(SIPText.string))
        line.portCount = SIPText.decimal(words[1].dropFirst(digits.count + 1), limit: 65_536).map(Int.init)
        media = line
        return true
    }

    private mutating func closeMedia() {
        if let media { description.media.append(media) }
        media = nil
    }
}
