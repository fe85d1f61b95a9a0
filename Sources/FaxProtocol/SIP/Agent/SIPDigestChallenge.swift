import FaxWire

/// What a digest challenge asks for (RFC 7616 §3.3), and its answer (§3.4): of SIP, and of HTTP as devices have it.
public struct SIPDigestChallenge: Sendable, Hashable {
    public let realm: String
    public let nonce: String
    public let isStale: Bool
    private let opaque: String?
    let algorithm: SIPDigestAlgorithm
    /// `nil`: the form of RFC 2069.
    let protection: SIPDigestResponse.Protection?

    /// - Returns: `nil` where it is no digest, or of a kind that is not known here.
    public init?(_ given: SIPAuthentication) {
        guard given.scheme.lowercased() == "digest", let realm = given.realm, let nonce = given.nonce,
            let algorithm = SIPDigestAlgorithm.named(given.algorithm)
        else { return nil }
        if let offered = given.parameters["qop"] {
            let names = offered.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() }
            guard let protection = Self.best(of: names) else { return nil }
            self.protection = protection
        } else {
            protection = nil
        }
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        isStale = given.isStale
        opaque = given.parameters["opaque"]
    }

    private static func best(of names: [String]) -> SIPDigestResponse.Protection? {
        names.contains("auth") ? .auth : names.contains("auth-int") ? .authInt : nil
    }

    /// The best algorithm is 0 (RFC 8760 §2.4).
    var rank: Int {
        switch algorithm {
        case .sha256: 0
        case .sha256Session: 1
        case .md5: 2
        case .md5Session: 3
        }
    }

    public func isBetter(than other: SIPDigestChallenge) -> Bool { rank < other.rank }

    /// The value of Authorization or Proxy-Authorization.
    /// - Parameters:
    ///   - method: methods of HTTP are `.other`.
    ///   - counter: how often the nonce has been used, this time included.
    public func answer(
        _ credentials: SIPCredentials, method: SIPMethod, uri: String, body: [UInt8], counter: UInt32,
        clientNonce: String, hash: SIPDigestHash
    ) -> String {
        let digest = response(counter: counter, clientNonce: clientNonce, hash)
        let value = digest.value(
            username: credentials.username, password: credentials.password, method: method, uri: uri, body: body)
        var fields = [
            "username=\(Self.quoted(credentials.username))", "realm=\(Self.quoted(realm))",
            "nonce=\(Self.quoted(nonce))", "uri=\(Self.quoted(uri))", "response=\"\(value)\"",
            "algorithm=\(algorithm.rawValue)",
        ]
        if let protection {
            fields += ["qop=\(protection.rawValue)", "nc=\(digest.counterText)", "cnonce=\"\(clientNonce)\""]
        } else if algorithm.isSession {
            fields.append("cnonce=\"\(clientNonce)\"")
        }
        if let opaque { fields.append("opaque=\(Self.quoted(opaque))") }
        return "Digest " + fields.joined(separator: ", ")
    }

    /// Whether an Authorization answers this challenge with the right password. That counters grow is for the caller.
    public func isAnswered(
        by given: SIPAuthentication, _ credentials: SIPCredentials, method: SIPMethod, body: [UInt8],
        hash: SIPDigestHash
    ) -> Bool {
        guard given.scheme.lowercased() == "digest", given.nonce == nonce, given.realm == realm,
            given.username == credentials.username, let uri = given.parameters["uri"],
            (given.parameters["qop"] == nil) == (protection == nil)
        else { return false }
        let counter = given.parameters["nc"].flatMap { UInt32($0, radix: 16) } ?? 0
        let digest = response(counter: counter, clientNonce: given.parameters["cnonce"] ?? "", hash)
        let value = digest.value(
            username: credentials.username, password: credentials.password, method: method, uri: uri, body: body)
        return given.parameters["response"]?.lowercased() == value
    }

    private func response(counter: UInt32, clientNonce: String, _ hash: SIPDigestHash) -> SIPDigestResponse {
        SIPDigestResponse(
            hash: hash, algorithm: algorithm, realm: realm, nonce: nonce, protection: protection, counter: counter,
            clientNonce: clientNonce)
    }

    private static func quoted(_ text: String) -> String {
        var escaped = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { escaped.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped + "\""
    }
}
