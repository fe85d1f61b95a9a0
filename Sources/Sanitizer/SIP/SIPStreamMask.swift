import FaxWire

/// SIP over TCP and over WebSocket (RFC 3261 §18.3, RFC 7118): message by message in the octets of a connection.
struct SIPStreamMask {
    private let octets: [UInt8]
    private let names: Pseudonyms
    private var result: [UInt8]
    private(set) var messages = 0

    private init(_ octets: [UInt8], _ names: Pseudonyms) {
        self.octets = octets
        self.names = names
        result = [UInt8](repeating: 0, count: octets.count)
    }

    /// What is none of these becomes zeros.
    static func masked(_ octets: [UInt8], _ names: Pseudonyms) -> (octets: [UInt8], messages: Int) {
        var mask = SIPStreamMask(octets, names)
        mask.read()
        return (mask.result, mask.messages)
    }

    private mutating func read() {
        var place = 0
        while place < octets.count {
            let octet = octets[place]
            if octet == 0x0D || octet == 0x0A {
                result[place] = octet
                place += 1
            } else if begins(place), SIPMessage.looksLikeSIP(octets.span.bytes.extracting(place...)) {
                place = message(place)
            } else if let end = upgrade(place) {
                return webSocket(end)
            } else {
                place = nextLine(place)
            }
        }
    }

    private func begins(_ place: Int) -> Bool { place == 0 || octets[place - 1] == 0x0A }

    private func nextLine(_ place: Int) -> Int {
        octets[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? octets.count
    }

    private mutating func message(_ start: Int) -> Int {
        let headers = headersEnd(start)
        let end = min(octets.count, headers + (contentLength(start..<headers) ?? 0))
        put(SIPMask.masked(Array(octets[start..<end]), names), at: start)
        messages += 1
        return max(end, start + 1)
    }

    private mutating func put(_ new: [UInt8], at start: Int) {
        result.replaceSubrange(start..<start + new.count, with: new)
    }

    /// Behind the empty line.
    private func headersEnd(_ start: Int) -> Int {
        var line = start
        while line < octets.count {
            let next = nextLine(line)
            if octets[line..<next].allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { return next }
            line = next
        }
        return octets.count
    }

    private func contentLength(_ range: Range<Int>) -> Int? {
        var line = range.lowerBound
        while line < range.upperBound {
            let next = nextLine(line)
            let text = String(
                decoding: Pseudonyms.lowercased(Array(octets[line..<min(next, range.upperBound)])), as: UTF8.self)
            if let colon = text.firstIndex(of: ":") {
                let name = text[..<colon].filter { !$0.isWhitespace }
                if name == "content-length" || name == "l" {
                    return Int(text[text.index(after: colon)...].filter(\.isNumber)).map { min($0, 1 << 20) }
                }
            }
            line = next
        }
        return nil
    }

    // MARK: WebSocket

    /// The end of the opening handshake (RFC 6455 §4) that begins at `place`; its headers are replaced.
    private mutating func upgrade(_ place: Int) -> Int? {
        let starts = ["GET ", "HTTP/1.1 101"].map { Array($0.utf8) }
        guard starts.contains(where: { octets[place...].starts(with: $0) }) else { return nil }
        let end = headersEnd(place)
        // Any other HTTP is none of this.
        let head = String(decoding: Pseudonyms.lowercased(Array(octets[place..<end])), as: UTF8.self)
        guard head.contains("upgrade: websocket") else { return nil }
        put(SIPMask.masked(Array(octets[place..<end]), names), at: place)
        return end
    }

    private struct Part {
        var place: Range<Int>
        var key: [UInt8]
    }

    /// Frames to the end: what several of them carry together is one message (RFC 6455 §5).
    private mutating func webSocket(_ start: Int) {
        var place = start
        var parts: [Part] = []
        while octets.count - place >= 2 {
            let isLast = octets[place] & 0x80 != 0
            let kind = octets[place] & 0x0F
            let isMasked = octets[place + 1] & 0x80 != 0
            var length = Int(octets[place + 1] & 0x7F)
            var header = 2
            let wide = length == 126 ? 2 : length == 127 ? 8 : 0
            guard octets.count - place >= 2 + wide + (isMasked ? 4 : 0) else { return }
            if wide > 0 {
                length = octets[place + 2..<place + 2 + wide].reduce(0) { ($0 & 0xFF_FFFF_FFFF) << 8 | Int($1) }
                header += wide
            }
            let key = isMasked ? Array(octets[place + header..<place + header + 4]) : [0, 0, 0, 0]
            header += isMasked ? 4 : 0
            put(Array(octets[place..<place + header]), at: place)
            let end = length > octets.count - place - header ? octets.count : place + header + length
            let part = Part(place: place + header..<end, key: key)
            if kind >= 8 {
                write([UInt8](repeating: 0, count: part.place.count), to: [part])
            } else {
                parts.append(part)
                if isLast || end == octets.count {
                    message(parts)
                    parts = []
                }
            }
            place = end
        }
    }

    private mutating func message(_ parts: [Part]) {
        let text = parts.flatMap { part in
            zip(part.place, 0...).map { octets[$0] ^ part.key[$1 & 3] }
        }
        if SIPMessage.looksLikeSIP(text.span.bytes) {
            messages += 1
            write(SIPMask.masked(text, names), to: parts)
        } else {
            write(text.map { $0 == 0x0D || $0 == 0x0A ? $0 : 0 }, to: parts)
        }
    }

    private mutating func write(_ text: [UInt8], to parts: [Part]) {
        var source = text.makeIterator()
        for part in parts {
            for (place, index) in zip(part.place, 0...) {
                guard let octet = source.next() else { return }
                result[place] = octet ^ part.key[index & 3]
            }
        }
    }
}
