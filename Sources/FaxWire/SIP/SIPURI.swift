import FaxCore

/// A URI as SIP uses them (RFC 3261 §19.1; `tel:` RFC 3966). Reading never fails: what is not understood stays in `rest`.
public struct SIPURI: Sendable, Hashable {
    /// Lower case: `sip`, `sips`, `tel` …; empty when there is no scheme.
    public var scheme: String
    /// As spelled, escapes left in; for `tel:` the number.
    public var user: String?
    public var password: String?
    /// Without the brackets of IPv6; `nil` for schemes without a host.
    public var host: String?
    public var port: UInt16?
    public var parameters: [SIPParameter]
    /// `?name=value&…` as spelled.
    public var headers: String?
    /// What follows the scheme when the scheme is not `sip`, `sips` or `tel`.
    public var rest: String?

    public init(_ text: String) {
        let octets = SIPText.trimmed(Array(text.utf8)[...])
        parameters = []
        guard let colon = octets.firstIndex(of: 0x3A), octets[..<colon].allSatisfy(\.isToken), colon > octets.startIndex
        else {
            scheme = ""
            rest = SIPText.string(octets)
            return
        }
        scheme = SIPText.string(octets[..<colon]).lowercased()
        let behind = octets[(colon + 1)...]
        switch scheme {
        case "sip", "sips": readSIP(behind)
        case "tel":
            let end = behind.firstIndex(of: 0x3B) ?? behind.endIndex
            user = SIPText.string(behind[..<end])
            if end < behind.endIndex { parameters = .init(octets: behind[(end + 1)...]) }
        default: rest = SIPText.string(behind)
        }
    }

    private mutating func readSIP(_ octets: ArraySlice<UInt8>) {
        var place = octets
        // A user part may hold `;` and `?`, so the `@` is looked for first.
        if let at = place.lastIndex(of: 0x40) {
            let userInfo = place[..<at]
            let end = userInfo.firstIndex(of: 0x3A) ?? at
            user = SIPText.string(userInfo[..<end])
            if end < at { password = SIPText.string(userInfo[(end + 1)...]) }
            place = place[(at + 1)...]
        }
        if let mark = place.firstIndex(of: 0x3F) {
            headers = SIPText.string(place[(mark + 1)...])
            place = place[..<mark]
        }
        if let semicolon = place.firstIndex(of: 0x3B) {
            parameters = .init(octets: place[(semicolon + 1)...])
            place = place[..<semicolon]
        }
        (host, port) = SIPURI.hostPort(place)
    }

    /// Reads `host`, `host:port`, `[IPv6]:port`; also a bare IPv6 address as some write it.
    static func hostPort(_ octets: ArraySlice<UInt8>) -> (host: String?, port: UInt16?) {
        let octets = SIPText.trimmed(octets)
        func port(_ digits: ArraySlice<UInt8>) -> UInt16? { SIPText.decimal(digits, limit: 65_536).map { UInt16($0) } }
        if octets.first == 0x5B, let close = octets.firstIndex(of: 0x5D) {
            let host = SIPText.string(octets[(octets.startIndex + 1)..<close])
            let behind = SIPText.trimmed(octets[(close + 1)...])
            return (host, behind.first == 0x3A ? port(behind.dropFirst()) : nil)
        }
        guard let colon = octets.firstIndex(of: 0x3A) else {
            return (octets.isEmpty ? nil : SIPText.string(octets), nil)
        }
        if octets[(colon + 1)...].contains(0x3A) { return (SIPText.string(octets), nil) }
        return (SIPText.string(SIPText.trimmed(octets[..<colon])), port(octets[(colon + 1)...]))
    }

    /// The host in the first address of a list, as `SIPNameAddress` and `SIPURI` read it; `nil` for `*` and the like.
    static func hostOfAddress(_ octets: ArraySlice<UInt8>) -> String? {
        var start = octets.startIndex
        var end = octets.endIndex
        if let bracket = SIPText.firstOutsideQuotes(0x3C, in: octets) {
            start = bracket + 1
            end = octets[start...].firstIndex(of: 0x3E) ?? end
        } else {
            // Without brackets what follows `;` belongs to the header (RFC 3261 §20.10).
            end = octets.firstIndex { $0 == 0x3B || $0 == 0x2C } ?? end
        }
        guard let colon = octets[start..<end].firstIndex(of: 0x3A) else { return nil }
        let scheme = SIPText.trimmed(octets[start..<colon])
        guard (3...4).contains(scheme.count),
            scheme.elementsEqual(
                "sips".utf8.prefix(scheme.count),
                by: {
                    $0.asciiLowercased == $1
                })
        else { return nil }
        var place = octets[(colon + 1)..<end]
        if let at = place.lastIndex(of: 0x40) { place = place[(at + 1)...] }
        if let mark = place.firstIndex(where: { $0 == 0x3F || $0 == 0x3B }) { place = place[..<mark] }
        return hostPort(place).host
    }

    /// Scheme, user and host without password, port and parameters: `sip:5551234@pbx.example`, `tel:+15551234`.
    public var plain: String {
        if let rest { return scheme.isEmpty ? rest : "\(scheme):\(rest)" }
        let place = host.map { $0.contains(":") ? "[\($0)]" : $0 }
        switch (user, place) {
        case (let user?, let place?): return "\(scheme):\(user)@\(place)"
        case (let user?, nil): return "\(scheme):\(user)"
        case (nil, let place?): return "\(scheme):\(place)"
        case (nil, nil): return "\(scheme):"
        }
    }
}

/// One Via value (RFC 3261 §20.42).
public struct SIPVia: Sendable, Hashable {
    /// Upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`, `SCTP` …
    public var transport: String
    public var host: String
    public var port: UInt16?
    public var parameters: [SIPParameter]

    public var branch: String? { parameters["branch"] }
    public var received: String? { parameters["received"] }
    /// `nil`: no such parameter or no value yet.
    public var rport: UInt16? { parameters["rport"].flatMap { UInt16($0) } }

    public init(transport: String, host: String, port: UInt16? = nil, parameters: [SIPParameter] = []) {
        self.transport = transport
        self.host = host
        self.port = port
        self.parameters = parameters
    }

    /// Reads `SIP / 2.0 / UDP host : port ;parameters`, with blanks where the grammar allows them.
    public init?(_ text: String) {
        let octets = Array(text.utf8)[...]
        guard let first = octets.firstIndex(of: 0x2F), let second = octets[(first + 1)...].firstIndex(of: 0x2F)
        else { return nil }
        let behind = SIPText.trimmed(octets[(second + 1)...])
        let transport = behind.prefix { $0.isToken }
        let sentBy = behind.dropFirst(transport.count)
        let end = sentBy.firstIndex(of: 0x3B) ?? sentBy.endIndex
        let place = SIPURI.hostPort(sentBy[..<end])
        guard !transport.isEmpty, let host = place.host else { return nil }
        self.transport = SIPText.string(transport).uppercased()
        self.host = host
        port = place.port
        parameters = end < sentBy.endIndex ? .init(octets: sentBy[(end + 1)...]) : []
    }
}
