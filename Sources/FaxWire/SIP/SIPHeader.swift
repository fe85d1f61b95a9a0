import FaxCore

/// The header fields that we read by name; all others are kept as `.other` with the name they had.
public enum SIPHeader: UInt8, CaseIterable, Sendable, Hashable {
    case accept, acceptContact, alertInfo, allow, authorization, callID, callInfo, contact, contentDisposition
    case contentEncoding, contentLanguage, contentLength, contentType, cseq, date, diversion, event, expires, from
    case historyInfo, identity, maxForwards, mimeVersion, minExpires, minSE, pAssertedIdentity, pPreferredIdentity
    case proxyAuthenticate, proxyAuthorization, proxyRequire, rAck, reason, recordRoute, referredBy, referSub, referTo
    case rejectContact, remotePartyID, replaces, requestDisposition, require, retryAfter, route, rSeq, server
    case sessionExpires, subject, supported, timestamp, to, unsupported, userAgent, via, warning, wwwAuthenticate
    case other

    /// The name as RFCs spell it.
    public var name: String {
        switch self {
        case .accept: "Accept"
        case .acceptContact: "Accept-Contact"
        case .alertInfo: "Alert-Info"
        case .allow: "Allow"
        case .authorization: "Authorization"
        case .callID: "Call-ID"
        case .callInfo: "Call-Info"
        case .contact: "Contact"
        case .contentDisposition: "Content-Disposition"
        case .contentEncoding: "Content-Encoding"
        case .contentLanguage: "Content-Language"
        case .contentLength: "Content-Length"
        case .contentType: "Content-Type"
        case .cseq: "CSeq"
        case .date: "Date"
        case .diversion: "Diversion"
        case .event: "Event"
        case .expires: "Expires"
        case .from: "From"
        case .historyInfo: "History-Info"
        case .identity: "Identity"
        case .maxForwards: "Max-Forwards"
        case .mimeVersion: "MIME-Version"
        case .minExpires: "Min-Expires"
        case .minSE: "Min-SE"
        case .pAssertedIdentity: "P-Asserted-Identity"
        case .pPreferredIdentity: "P-Preferred-Identity"
        case .proxyAuthenticate: "Proxy-Authenticate"
        case .proxyAuthorization: "Proxy-Authorization"
        case .proxyRequire: "Proxy-Require"
        case .rAck: "RAck"
        case .reason: "Reason"
        case .recordRoute: "Record-Route"
        case .referredBy: "Referred-By"
        case .referSub: "Refer-Sub"
        case .referTo: "Refer-To"
        case .rejectContact: "Reject-Contact"
        case .remotePartyID: "Remote-Party-ID"
        case .replaces: "Replaces"
        case .requestDisposition: "Request-Disposition"
        case .require: "Require"
        case .retryAfter: "Retry-After"
        case .route: "Route"
        case .rSeq: "RSeq"
        case .server: "Server"
        case .sessionExpires: "Session-Expires"
        case .subject: "Subject"
        case .supported: "Supported"
        case .timestamp: "Timestamp"
        case .to: "To"
        case .unsupported: "Unsupported"
        case .userAgent: "User-Agent"
        case .via: "Via"
        case .warning: "Warning"
        case .wwwAuthenticate: "WWW-Authenticate"
        case .other: ""
        }
    }

    /// The one-letter form of the IANA registry, if there is one.
    public var compactForm: UInt8? {
        switch self {
        case .acceptContact: UInt8(ascii: "a")
        case .referredBy: UInt8(ascii: "b")
        case .contentType: UInt8(ascii: "c")
        case .requestDisposition: UInt8(ascii: "d")
        case .contentEncoding: UInt8(ascii: "e")
        case .from: UInt8(ascii: "f")
        case .callID: UInt8(ascii: "i")
        case .rejectContact: UInt8(ascii: "j")
        case .supported: UInt8(ascii: "k")
        case .contentLength: UInt8(ascii: "l")
        case .contact: UInt8(ascii: "m")
        case .event: UInt8(ascii: "o")
        case .referTo: UInt8(ascii: "r")
        case .subject: UInt8(ascii: "s")
        case .to: UInt8(ascii: "t")
        case .allow, .accept, .alertInfo, .authorization, .callInfo, .contentDisposition, .contentLanguage, .cseq,
            .date,
            .diversion, .expires, .historyInfo, .maxForwards, .mimeVersion, .minExpires, .minSE, .pAssertedIdentity,
            .pPreferredIdentity, .proxyAuthenticate, .proxyAuthorization, .proxyRequire, .rAck, .reason, .recordRoute,
            .referSub, .remotePartyID, .replaces, .require, .retryAfter, .route, .rSeq, .server, .timestamp,
            .unsupported, .userAgent, .warning, .wwwAuthenticate, .other:
            nil
        case .identity: UInt8(ascii: "y")
        case .sessionExpires: UInt8(ascii: "x")
        case .via: UInt8(ascii: "v")
        }
    }

    private struct Known: Sendable {
        var name: ShortName
        var header: SIPHeader
    }

    /// Names and compact forms, by length, and where those of each length begin.
    private static let known: (all: [Known], starts: [Int]) = {
        var byLength = [[Known]](repeating: [], count: ShortName.longest + 1)
        func add(_ octets: [UInt8], _ header: SIPHeader) {
            guard let name = ShortName(lowercased: octets.span.bytes, 0..<octets.count) else { return }
            byLength[name.count].append(Known(name: name, header: header))
        }
        for header in allCases where header != .other {
            add(Array(header.name.utf8), header)
            if let letter = header.compactForm { add([letter], header) }
        }
        var starts = [0]
        for names in byLength { starts.append(starts[starts.count - 1] + names.count) }
        return (byLength.flatMap { $0 }, starts)
    }()

    /// Recognises a name in any case, long or compact (RFC 3261 §7.3.1, §7.3.3).
    init(octets: RawSpan, in range: Range<Int>) {
        self = .other
        guard let name = ShortName(lowercased: octets, range) else { return }
        let known = Self.known
        for place in known.starts[name.count]..<known.starts[name.count + 1] where known.all[place].name == name {
            self = known.all[place].header
            return
        }
    }

    public init(name: String) {
        let octets = Array(name.utf8)
        self.init(octets: octets.span.bytes, in: 0..<octets.count)
    }
}

extension UInt8 {
    @inlinable var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
    @inlinable var isBlank: Bool { self == 0x20 || self == 0x09 }
    @inlinable var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// `token` of RFC 3261 §25.1.
    @inlinable var isToken: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x21, 0x25, 0x2A, 0x5F, 0x2B, 0x60, 0x27, 0x7E: true
        default: false
        }
    }
}
