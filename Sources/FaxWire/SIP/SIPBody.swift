import FaxCore

extension SIPMessage {
    /// `Content-Type` without parameters, lower case, such as `application/sdp`; `nil` without the header.
    public var contentType: String? {
        rawValue(.contentType).map { Self.mediaType($0) }
    }

    private static func mediaType(_ value: ArraySlice<UInt8>) -> String {
        SIPText.string(value.prefix { $0 != 0x3B }.filter { !SIPText.isSpace($0) }[...]).lowercased()
    }

    /// The session description of this message: the body itself, or the first `application/sdp` part of a multipart
    /// body (RFC 2046 §5.1), nested ones too. A body without Content-Type that begins with `v=0` is one as well.
    public var sdp: ArraySlice<UInt8>? {
        guard !body.isEmpty else { return nil }
        guard let type = rawValue(.contentType) else {
            return body.starts(with: "v=0".utf8) ? body : nil
        }
        return Self.findSDP(type: type, body: body, depth: 0)
    }

    /// Multipart bodies inside multipart bodies are followed this deep.
    static let multipartDepth = 3
    /// Parts of one multipart body that are looked at.
    static let multipartParts = 32

    private static func findSDP(type: ArraySlice<UInt8>, body: ArraySlice<UInt8>, depth: Int) -> ArraySlice<UInt8>? {
        // As nearly all are spelled.
        if type.elementsEqual("application/sdp".utf8) { return body }
        let name = mediaType(type)
        if name == "application/sdp" { return body }
        guard name.hasPrefix("multipart/"), depth < multipartDepth,
            let boundary = SIPText.parameter("boundary", of: type)
        else { return nil }
        for part in parts(of: body, boundary: Array(boundary.utf8)) {
            guard let type = part.type else { continue }
            if let found = findSDP(type: type, body: part.body, depth: depth + 1) { return found }
        }
        return nil
    }

    private struct Part {
        var type: ArraySlice<UInt8>?
        var body: ArraySlice<UInt8>
    }

    /// Cuts at lines that begin with `--boundary`; an unclosed last part reaches to the end.
    private static func parts(of body: ArraySlice<UInt8>, boundary: [UInt8]) -> [Part] {
        let delimiter = [0x2D, 0x2D] + boundary
        var parts: [Part] = []
        var partStart: Int?
        var lineStart = body.startIndex
        while lineStart < body.endIndex, parts.count < multipartParts {
            let lineEnd = body[lineStart...].firstIndex(of: 0x0A) ?? body.endIndex
            if body[lineStart..<lineEnd].starts(with: delimiter) {
                if let start = partStart {
                    parts.append(part(body[start..<withoutBreak(body, before: lineStart, from: start)]))
                }
                partStart = min(lineEnd + 1, body.endIndex)
                if body[lineStart..<lineEnd].dropFirst(delimiter.count).starts(with: [0x2D, 0x2D]) { return parts }
            }
            lineStart = lineEnd + 1
        }
        if let start = partStart, start < body.endIndex { parts.append(part(body[start...])) }
        return parts
    }

    /// The line break before a delimiter belongs to the delimiter.
    private static func withoutBreak(_ body: ArraySlice<UInt8>, before end: Int, from start: Int) -> Int {
        var end = end
        if end > start, body[end - 1] == 0x0A { end -= 1 }
        if end > start, body[end - 1] == 0x0D { end -= 1 }
        return end
    }

    /// Header lines up to an empty one, folding allowed, then the content.
    private static func part(_ octets: ArraySlice<UInt8>) -> Part {
        var lineStart = octets.startIndex
        var type: ArraySlice<UInt8>?
        var isInType = false
        while lineStart < octets.endIndex {
            let lineEnd = octets[lineStart...].firstIndex(of: 0x0A) ?? octets.endIndex
            let whole = octets[lineStart..<lineEnd]
            let line = SIPText.trimmed(whole)
            lineStart = min(lineEnd + 1, octets.endIndex)
            if line.isEmpty { break }
            if let first = whole.first, first.isBlank, isInType, let begun = type {
                type = octets[begun.startIndex..<line.endIndex]
                continue
            }
            isInType = false
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            let name = SIPText.string(SIPText.trimmed(line[..<colon])).lowercased()
            guard name == "content-type" || name == "c" else { continue }
            type = SIPText.trimmed(line[(colon + 1)...])
            isInType = true
        }
        return Part(type: type, body: octets[lineStart...])
    }
}
