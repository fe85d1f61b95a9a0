/// Session descriptions (RFC 8866), line by line: media, ports and codecs stay.
extension MaskedText {
    mutating func sdp(_ range: Range<Int>) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = first(of: 0x0A, in: start..<range.upperBound) ?? range.upperBound
            let line = trimmed(start..<end)
            if line.count >= 2, octets[line.lowerBound + 1] == 0x3D {
                sdp(line: octets[line.lowerBound], line.lowerBound + 2..<line.upperBound)
            } else {
                anything(line)
            }
            start = end + 1
        }
    }

    private mutating func sdp(line type: UInt8, _ value: Range<Int>) {
        switch Unicode.Scalar(type) {
        case "o":
            let parts = parts(value, separator: 0x20)
            identity(parts[0])
            if parts.count > 2 { session(parts[1], version: parts[2]) }
            if parts.count > 5 { host(parts[5]) }
        case "c":
            let parts = parts(value, separator: 0x20)
            if parts.count > 2 { host(parts[2].lowerBound..<(first(of: 0x2F, in: parts[2]) ?? parts[2].upperBound)) }
        case "s", "i", "e", "p", "u": anything(value)
        case "k": token((first(of: 0x3A, in: value) ?? value.lowerBound)..<value.upperBound)
        case "a": attribute(value)
        case "v", "t", "r", "z", "b", "m": break
        default: anything(value)
        }
    }

    /// The version often begins as the number of the session, and counts on from there.
    private mutating func session(_ id: Range<Int>, version: Range<Int>) {
        let step = UInt64(text(id)).flatMap { id in
            UInt64(text(version)).flatMap { $0 >= id && $0 - id < 10_000 ? $0 - id : nil }
        }
        token(id)
        guard let step, let new = UInt64(text(id)), case let digits = String(new &+ step),
            digits.utf8.count == version.count
        else { return token(version) }
        put(digits, right: version)
    }

    private mutating func attribute(_ range: Range<Int>) {
        guard let colon = first(of: 0x3A, in: range) else { return }
        let value = colon + 1..<range.upperBound
        let name = text(range.lowerBound..<colon)
        switch name {
        case "rtcp":
            let parts = parts(value, separator: 0x20)
            if parts.count > 3 { host(parts[3]) }
        case "crypto": crypto(value)
        case "fingerprint": token((first(of: 0x20, in: value) ?? value.lowerBound)..<value.upperBound)
        case "candidate", "remote-candidates": candidate(value)
        case "ice-ufrag", "ice-pwd", "msid", "label", "mid", "tls-id", "key-mgmt", "cname": token(value)
        case "ssrc": token((first(of: 0x20, in: value) ?? value.upperBound)..<value.upperBound)
        case let name where name.hasPrefix("t38") || Self.plainAttributes.contains(name): break
        default: anything(value)
        }
    }

    private static let plainAttributes: Set<String> = [
        "rtpmap", "fmtp", "ptime", "maxptime", "sendrecv", "sendonly", "recvonly", "inactive", "setup", "connection",
        "group", "rtcp-mux", "rtcp-rsize", "silencesupp", "rtcp-fb", "rtcp-xr", "extmap", "ice-options", "charset",
        "lang", "sdplang", "type", "quality", "framerate", "ecan", "gpmd", "sqn", "cdsc", "cpar", "cparmin", "cparmax",
        "pcfg", "tcap", "acap", "acfg", "csup", "creq", "curr", "des", "conf", "udpmaxvariation", "vnd.sec.t38",
    ]

    /// The value of an `a=crypto` as it stands in the sanitised SDP.
    static func crypto(_ value: String, _ names: Pseudonyms) -> String {
        var text = MaskedText(Array(value.utf8), names)
        text.crypto(0..<text.octets.count)
        return String(decoding: text.octets, as: UTF8.self)
    }

    /// `1 AES_CM_128_HMAC_SHA1_80 inline:key|lifetime|MKI` (RFC 4568 §9.1)
    private mutating func crypto(_ range: Range<Int>) {
        let parts = parts(range, separator: 0x20)
        for part in parts.dropFirst(2) where !part.isEmpty {
            let start = first(of: 0x3A, in: part).map { $0 + 1 } ?? part.lowerBound
            token(start..<(first(of: 0x7C, in: start..<part.upperBound) ?? part.upperBound))
        }
    }

    /// `foundation component transport priority address port typ …` (RFC 8839 §5.1), or `component address port` of
    /// remote candidates.
    private mutating func candidate(_ range: Range<Int>) {
        for part in parts(range, separator: 0x20) {
            let text = text(part)
            if text.contains(".") || text.contains(":") { host(part) }
        }
        let first = parts(range, separator: 0x20)[0]
        token(first)
    }
}
