import FaxWire

/// A SIP message whose names, numbers, addresses and tokens are replaced; every line keeps its length.
struct SIPMask {
    private var text: MaskedText

    /// The octets of a message, from its start line on, as far as they are there.
    static func masked(_ octets: [UInt8], _ names: Pseudonyms) -> [UInt8] {
        var mask = SIPMask(text: MaskedText(octets, names))
        mask.message(0..<octets.count)
        return mask.text.octets
    }

    private mutating func message(_ range: Range<Int>) {
        let lines = headerLines(range)
        guard let start = lines.headers.first else { return }
        startLine(start)
        var contentType = ""
        for line in lines.headers.dropFirst() {
            guard let colon = text.first(of: 0x3A, in: line) else {
                text.identity(line)
                continue
            }
            let name = SIPMask.fullName(text.text(text.trimmed(line.lowerBound..<colon)))
            let value = text.trimmed(colon + 1..<line.upperBound)
            if name == "content-type" { contentType = text.text(value) }
            header(name, value)
        }
        if let body = lines.body, !body.isEmpty { self.body(body, contentType) }
    }

    /// Header lines with what is folded onto them (RFC 3261 §7.3.1), and what follows the empty line.
    private func headerLines(_ range: Range<Int>) -> (headers: [Range<Int>], body: Range<Int>?) {
        var headers: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = text.first(of: 0x0A, in: start..<range.upperBound) ?? range.upperBound
            let line = start..<end
            let next = min(end + 1, range.upperBound)
            if text.trimmed(line).isEmpty, end < range.upperBound {
                if !headers.isEmpty { return (headers, next..<range.upperBound) }
            } else if let last = headers.last, [0x20, 0x09].contains(text.octets[start]) {
                headers[headers.count - 1] = last.lowerBound..<end
            } else {
                headers.append(line)
            }
            start = next
        }
        return (headers, nil)
    }

    private mutating func startLine(_ line: Range<Int>) {
        let start = text.text(line)
        if start.hasPrefix("sip/2.0 ") || start.hasPrefix("http/1.") { return text.mention(line) }
        let parts = text.parts(text.trimmed(line), separator: 0x20)
        guard parts.count >= 3 else { return }
        text.uri(parts[1].lowerBound..<parts[parts.count - 2].upperBound)
    }

    // MARK: Headers

    private mutating func header(_ name: String, _ value: Range<Int>) {
        switch name {
        case "via": for part in text.elements(value) { text.via(part) }
        case "from", "to", "contact", "route", "record-route", "p-asserted-identity", "p-preferred-identity",
            "remote-party-id", "diversion", "history-info", "refer-to", "referred-by", "path", "service-route",
            "p-associated-uri", "p-called-party-id", "reply-to", "alert-info", "error-info", "call-info",
            "p-profile-key", "p-served-user":
            for part in text.elements(value) { text.nameAddress(part) }
        case "call-id", "in-reply-to": text.callID(value)
        case "replaces", "target-dialog", "join":
            let parts = text.parts(value, separator: 0x3B)
            text.callID(parts[0])
            for part in parts.dropFirst() { text.parameter(part) }
        case "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate",
            "authentication-info", "proxy-authentication-info":
            text.credentials(value)
        case "warning": for part in text.elements(value) { text.warning(part) }
        case "user-agent", "server", "reason", "x-asterisk-hangupcause", "x-asterisk-hangupcausecode":
            if name == "user-agent" || name == "server" { text.learnProduct(value) }
            text.mention(value)
        case "subject", "organization": text.identity(value)
        case let name where SIPMask.plainHeaders.contains(name): break
        default: text.identity(value)
        }
    }

    /// Headers that name nobody.
    private static let plainHeaders: Set<String> = [
        "cseq", "max-forwards", "content-type", "content-length", "content-disposition", "content-encoding",
        "content-language", "expires", "min-expires", "session-expires", "min-se", "allow", "allow-events", "supported",
        "require", "proxy-require", "unsupported", "accept", "accept-encoding", "accept-language", "accept-contact",
        "reject-contact", "request-disposition", "retry-after", "rack", "rseq", "event", "subscription-state", "date",
        "timestamp", "priority", "privacy", "mime-version", "p-early-media", "refer-sub", "security-client",
        "security-server", "security-verify", "recv-info", "flow-timer", "max-breadth", "answer-mode", "sip-etag",
        "sip-if-match", "upgrade", "connection", "sec-websocket-protocol", "sec-websocket-version",
        "sec-websocket-extensions",
    ]

    private static let compact: [String: String] = [
        "i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length", "c": "content-type",
        "f": "from", "s": "subject", "k": "supported", "t": "to", "v": "via", "o": "event", "r": "refer-to",
        "b": "referred-by", "u": "allow-events", "x": "session-expires", "a": "accept-contact", "j": "reject-contact",
        "d": "request-disposition", "y": "identity", "n": "identity-info",
    ]

    private static func fullName(_ name: String) -> String { compact[name] ?? name }

    // MARK: Body

    private mutating func body(_ range: Range<Int>, _ contentType: String) {
        if contentType.hasPrefix("application/sdp") {
            text.sdp(range)
        } else if contentType.hasPrefix("message/sipfrag") || contentType.hasPrefix("message/sip") {
            message(range)
        } else if contentType.hasPrefix("multipart/") {
            multipart(range)
        } else if contentType.isEmpty, text.octets[range].starts(with: Array("v=".utf8)) {
            text.sdp(range)
        } else {
            text.anything(range)
        }
    }

    /// Parts between lines that begin with two hyphens (RFC 2046 §5.1), each with headers of its own.
    private mutating func multipart(_ range: Range<Int>) {
        var boundaries: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = text.first(of: 0x0A, in: start..<range.upperBound) ?? range.upperBound
            if end - start >= 2, text.octets[start] == 0x2D, text.octets[start + 1] == 0x2D {
                boundaries.append(start..<end)
            }
            start = end + 1
        }
        guard let first = boundaries.first else { return text.anything(range) }
        text.anything(range.lowerBound..<first.lowerBound)
        for (index, boundary) in boundaries.enumerated() {
            let end = index + 1 < boundaries.count ? boundaries[index + 1].lowerBound : range.upperBound
            part(min(boundary.upperBound + 1, end)..<end)
        }
    }

    private mutating func part(_ range: Range<Int>) {
        let lines = headerLines(range)
        var type = ""
        for line in lines.headers {
            guard let colon = text.first(of: 0x3A, in: line) else {
                text.anything(line)
                continue
            }
            let name = text.text(text.trimmed(line.lowerBound..<colon))
            let value = text.trimmed(colon + 1..<line.upperBound)
            if name == "content-type" {
                type = text.text(value)
            } else if !SIPMask.plainHeaders.contains(name) {
                text.identity(value)
            }
        }
        if let body = lines.body, !body.isEmpty { self.body(body, type) }
    }
}
