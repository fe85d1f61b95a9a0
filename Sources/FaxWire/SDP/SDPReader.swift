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
private struct SDPReader: ~Escapable {
    let octets: RawSpan
    var position = 0
    var description = SessionDescription()
    var media: MediaDescription?
    var oddity: DecodeFailure?

    @_lifetime(copy octets)
    init(_ octets: RawSpan) {
        self.octets = octets
    }

    mutating func read() {
        var lines = 0
        let end = min(octets.byteCount, SessionDescription.Limit.octets)
        if end < octets.byteCount { note("octets", end, .limit("SessionDescription.Limit.octets", end)) }
        while position < end {
            let start = position
            let line = nextLine(end)
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
    private mutating func nextLine(_ end: Int) -> ArraySlice<UInt8> {
        let start = position
        while position < end, octets.octet(position) != 0x0A, octets.octet(position) != 0x0D { position += 1 }
        let line = octets.extracting(start..<position).copied()[...]
        position += 1
        return SIPText.trimmed(line)
    }

    private mutating func readLine(_ line: ArraySlice<UInt8>, at offset: Int) {
        guard let type = line.first, type.isToken, line.count >= 2, line[line.startIndex + 1] == 0x3D else {
            note("line", offset, .invalid("is not type=value"))
            keep(SessionDescription.Line("?", SIPText.string(line)))
            return
        }
        let letter = Character(Unicode.Scalar(type.asciiLowercased))
        let value = SIPText.string(SIPText.trimmed(line.dropFirst(2)))
        if !take(letter, value) {
            note("\(letter)=", offset, .invalid("does not read as \(letter)= does"))
            keep(SessionDescription.Line(letter, value))
        }
    }

    private mutating func keep(_ line: SessionDescription.Line) {
        if media != nil { media?.otherLines.append(line) } else { description.otherLines.append(line) }
    }

    /// `false`: the line makes no sense. Lines of types that we do not model are kept and do make sense.
    private mutating func take(_ letter: Character, _ value: String) -> Bool {
        switch letter {
        case "v":
            description.version = Int(value)
            return description.version != nil
        case "o": return takeOrigin(value)
        case "s":
            description.name = value
            return true
        case "t":
            description.times.append(value)
            return true
        case "c": return takeConnection(value)
        case "b": return takeBandwidth(value)
        case "a": return takeAttribute(value)
        case "m": return takeMedia(value)
        case "i" where media != nil:
            media?.title = value
            return true
        case "i", "u", "e", "p", "r", "z", "k":
            keep(SessionDescription.Line(letter, value))
            return true
        default: return false
        }
    }

    private mutating func takeOrigin(_ value: String) -> Bool {
        let words = value.split(separator: " ").map(String.init)
        guard words.count == 6 else { return false }
        description.origin = .init(
            user: words[0], sessionID: words[1], sessionVersion: words[2], family: words[4], address: words[5])
        return true
    }

    private mutating func takeConnection(_ value: String) -> Bool {
        let words = value.split(separator: " ")
        guard words.count == 3, words[0].uppercased() == "IN" else { return false }
        let cut = words[2].firstIndex(of: "/") ?? words[2].endIndex
        let connection = SDPConnection(
            family: String(words[1]), address: String(words[2][..<cut]), suffix: String(words[2][cut...]))
        if media != nil { media?.connection = connection } else { description.connection = connection }
        return true
    }

    private mutating func takeBandwidth(_ value: String) -> Bool {
        guard let colon = value.firstIndex(of: ":") else { return false }
        let bandwidth = SDPBandwidth(
            type: String(value[..<colon]), value: String(value[value.index(after: colon)...]))
        if media != nil { media?.bandwidths.append(bandwidth) } else { description.bandwidths.append(bandwidth) }
        return true
    }

    private mutating func takeAttribute(_ value: String) -> Bool {
        guard !value.isEmpty else { return false }
        let colon = value.firstIndex(of: ":")
        let attribute = SDPAttribute(
            String(value[..<(colon ?? value.endIndex)]), colon.map { String(value[value.index(after: $0)...]) })
        if media != nil { media?.attributes.append(attribute) } else { description.attributes.append(attribute) }
        return true
    }

    private mutating func takeMedia(_ value: String) -> Bool {
        closeMedia()
        guard description.media.count < SessionDescription.Limit.media else {
            note("m=", position, .limit("SessionDescription.Limit.media", SessionDescription.Limit.media))
            return true
        }
        let words = value.split(separator: " ").map(String.init)
        guard words.count >= 3 else { return false }
        let ports = words[1].split(separator: "/", maxSplits: 1)
        guard let first = ports.first, let port = UInt16(first) else { return false }
        var line = MediaDescription(kind: words[0], port: port, transport: words[2], formats: Array(words.dropFirst(3)))
        if ports.count > 1 { line.portCount = Int(ports[1]) }
        media = line
        return true
    }

    private mutating func closeMedia() {
        if let media { description.media.append(media) }
        media = nil
    }
}
