import FaxCore

/// `Reason` (RFC 3326): why a request was sent.
public struct SIPReason: Sendable, Hashable {
    /// `SIP`, `Q.850` …
    public var `protocol`: String
    public var cause: Int?
    public var text: String?

    public init(protocol: String, cause: Int? = nil, text: String? = nil) {
        self.protocol = `protocol`
        self.cause = cause
        self.text = text
    }
}

/// `Warning` (RFC 3261 §20.43).
public struct SIPWarning: Sendable, Hashable {
    public var code: Int
    public var agent: String
    public var text: String
}

/// `WWW-Authenticate`, `Proxy-Authenticate`, `Authorization` or `Proxy-Authorization` (RFC 3261 §20.44, RFC 8760).
public struct SIPAuthentication: Sendable, Hashable {
    /// `Digest` …, as spelled.
    public var scheme: String
    public var parameters: [SIPParameter]

    public var realm: String? { parameters["realm"] }
    public var nonce: String? { parameters["nonce"] }
    public var algorithm: String? { parameters["algorithm"] }
    public var username: String? { parameters["username"] }
    public var isStale: Bool { parameters["stale"]?.lowercased() == "true" }

    /// The value of one field; `nil`: it begins with no scheme.
    public init?(_ value: String) {
        let octets = SIPText.trimmed(Array(value.utf8)[...])
        let scheme = octets.prefix { $0.isToken }
        guard !scheme.isEmpty else { return nil }
        self.scheme = SIPText.string(scheme)
        parameters = [SIPParameter](octets: octets.dropFirst(scheme.count), separator: 0x2C)
    }
}

/// `Session-Expires` (RFC 4028 §4).
public struct SIPSessionExpires: Sendable, Hashable {
    public enum Refresher: String, Sendable, Hashable { case uac, uas }

    public var seconds: Int
    public var refresher: Refresher?

    public init(seconds: Int, refresher: Refresher? = nil) {
        self.seconds = seconds
        self.refresher = refresher
    }
}

/// `RAck` (RFC 3262 §7.2).
public struct SIPRAck: Sendable, Hashable {
    public var rSeq: UInt32
    public var cseq: SIPCSeq

    public init(rSeq: UInt32, cseq: SIPCSeq) {
        self.rSeq = rSeq
        self.cseq = cseq
    }
}

/// `Replaces` (RFC 3891 §6.1).
public struct SIPReplaces: Sendable, Hashable {
    public var callID: String
    public var toTag: String?
    public var fromTag: String?
    public var isEarlyOnly: Bool
}

extension SIPMessage {
    public var reasons: [SIPReason] {
        elements(.reason).map { element in
            let parts = SIPText.split(Array(element.utf8)[...], at: 0x3B)
            let parameters = [SIPParameter](octets: Array(element.utf8).drop { $0 != 0x3B }.dropFirst())
            return SIPReason(
                protocol: parts.first.map(SIPText.string) ?? "", cause: parameters["cause"].flatMap { Int($0) },
                text: parameters["text"])
        }
    }

    public var warnings: [SIPWarning] {
        elements(.warning).compactMap { element in
            let octets = Array(element.utf8)[...]
            let words = octets.split(maxSplits: 2, whereSeparator: SIPText.isSpace)
            guard words.count == 3, words[0].count == 3, let code = SIPText.decimal(words[0], limit: 1_000) else {
                return nil
            }
            return SIPWarning(
                code: Int(code), agent: SIPText.string(words[1]), text: SIPText.unquoted(SIPText.trimmed(words[2])))
        }
    }

    /// WWW-Authenticate and Proxy-Authenticate of a 401 or 407.
    public var challenges: [SIPAuthentication] { authentications([.wwwAuthenticate, .proxyAuthenticate]) }

    /// Authorization and Proxy-Authorization of a request.
    public var credentials: [SIPAuthentication] { authentications([.authorization, .proxyAuthorization]) }

    /// One a field: commas stand between parameters here, not between values.
    private func authentications(_ headers: [SIPHeader]) -> [SIPAuthentication] {
        headers.flatMap { values($0) }.compactMap { SIPAuthentication($0) }
    }

    public var sessionExpires: SIPSessionExpires? {
        guard let raw = rawValue(.sessionExpires) else { return nil }
        guard let seconds = SIPText.decimal(raw.prefix { $0 != 0x3B }, limit: 1 << 32) else { return nil }
        let refresher =
            SIPText.parameter("refresher", of: raw).flatMap { .init(rawValue: $0.lowercased()) }
            as SIPSessionExpires.Refresher?
        return SIPSessionExpires(seconds: Int(seconds), refresher: refresher)
    }

    public var rAck: SIPRAck? {
        guard let raw = rawValue(.rAck) else { return nil }
        let words = raw.split(whereSeparator: SIPText.isSpace)
        guard words.count == 3, let rSeq = SIPText.decimal(words[0], limit: 1 << 32),
            let number = SIPText.decimal(words[1], limit: 1 << 31)
        else { return nil }
        return SIPRAck(
            rSeq: UInt32(rSeq), cseq: SIPCSeq(number: UInt32(number), method: SIPMethod(octets: words[2])))
    }

    public var replaces: SIPReplaces? {
        guard let raw = rawValue(.replaces), let callID = SIPText.split(raw, at: 0x3B).first else { return nil }
        let parameters = [SIPParameter](octets: raw.drop { $0 != 0x3B }.dropFirst())
        return SIPReplaces(
            callID: SIPText.string(callID), toTag: parameters["to-tag"], fromTag: parameters["from-tag"],
            isEarlyOnly: parameters["early-only"] != nil)
    }
}
