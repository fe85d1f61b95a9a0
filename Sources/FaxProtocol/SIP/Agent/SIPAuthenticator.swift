import FaxCore
import FaxWire

/// Answers challenges of registrars, proxies and peers (RFC 3261 §22, RFC 7616, RFC 8760) and remembers them, so that
/// later requests carry their credentials at once, with the counter of the nonce going on.
struct SIPAuthenticator: Sendable {
    /// Realms of one call that are remembered.
    static let maximumRealms = 8

    private struct Realm: Sendable {
        var isProxy: Bool
        var name: String
        var nonce: String
        var opaque: String?
        var algorithm: SIPDigestAlgorithm
        var protection: SIPDigestResponse.Protection?
        var credentials: SIPCredentials
        var uses: UInt32
    }

    private let credentials: [SIPCredentials]
    private let hash: SIPDigestHash?
    private var realms: [Realm] = []

    init(credentials: [SIPCredentials], hash: SIPDigestHash?) {
        self.credentials = credentials
        self.hash = hash
    }

    /// Takes the challenges of a 401 or 407.
    /// - Returns: whether it makes sense to send the request again. It does not when we have no answer, or when ours was
    ///   refused and the nonce is not just stale.
    mutating func take(_ response: SIPMessage) -> Bool {
        guard hash != nil, let status = response.status else { return false }
        let isProxy = status == 407
        let header: SIPHeader = isProxy ? .proxyAuthenticate : .wwwAuthenticate
        var taken: [String] = []
        var isWorthwhile = false
        let challenges = response.challenges(in: header).compactMap { challenge in
            Self.read(challenge, isProxy: isProxy, credentials: credentials).map { (challenge, $0) }
        }
        // Of several algorithms for one realm the best is answered.
        for (challenge, realm) in challenges.sorted(by: { $0.1.algorithm.rank < $1.1.algorithm.rank })
        where !taken.contains(realm.name) {
            taken.append(realm.name)
            if remember(realm, isStale: challenge.isStale) { isWorthwhile = true }
        }
        return isWorthwhile
    }

    private static func read(
        _ challenge: SIPAuthentication, isProxy: Bool, credentials: [SIPCredentials]
    ) -> Realm? {
        guard challenge.scheme.lowercased() == "digest", let name = challenge.realm, let nonce = challenge.nonce,
            let algorithm = SIPDigestAlgorithm.named(challenge.algorithm),
            let match = credentials.first(where: { $0.realm == name }) ?? credentials.first(where: { $0.realm == nil })
        else { return nil }
        var protection: SIPDigestResponse.Protection?
        if let offered = challenge.parameters["qop"] {
            let names = offered.split(separator: ",").map {
                $0.filter { $0 != " " }.lowercased()
            }
            if names.contains("auth") {
                protection = .auth
            } else if names.contains("auth-int") {
                protection = .authInt
            } else {
                return nil
            }
        }
        return Realm(
            isProxy: isProxy, name: name, nonce: nonce, opaque: challenge.parameters["opaque"], algorithm: algorithm,
            protection: protection, credentials: match, uses: 0)
    }

    private mutating func remember(_ realm: Realm, isStale: Bool) -> Bool {
        guard let index = realms.firstIndex(where: { $0.isProxy == realm.isProxy && $0.name == realm.name }) else {
            guard realms.count < Self.maximumRealms else { return false }
            realms.append(realm)
            return true
        }
        let isNew = realms[index].nonce != realm.nonce
        realms[index] = realm
        // A new nonce without `stale` is what peers send that give one nonce a request; the owner counts attempts.
        return isStale || isNew
    }

    /// Authorization and Proxy-Authorization of a request.
    mutating func headers(
        method: SIPMethod, uri: String, body: [UInt8], random: inout SeededRandom
    ) -> [SIPMessageDraft.Header] {
        guard let hash else { return [] }
        return realms.indices.map { index in
            realms[index].uses &+= 1
            let realm = realms[index]
            let header: SIPHeader = realm.isProxy ? .proxyAuthorization : .authorization
            let clientNonce = random.sipToken()
            return SIPMessageDraft.Header(
                header.name,
                Self.answer(realm, hash: hash, clientNonce: clientNonce, method: method, uri: uri, body: body))
        }
    }

    private static func answer(
        _ realm: Realm, hash: SIPDigestHash, clientNonce: String, method: SIPMethod, uri: String, body: [UInt8]
    ) -> String {
        let digest = SIPDigestResponse(
            hash: hash, algorithm: realm.algorithm, realm: realm.name, nonce: realm.nonce,
            protection: realm.protection, counter: realm.uses, clientNonce: clientNonce)
        let value = digest.value(
            username: realm.credentials.username, password: realm.credentials.password, method: method, uri: uri,
            body: body)
        var fields = [
            "username=\(quoted(realm.credentials.username))", "realm=\(quoted(realm.name))",
            "nonce=\(quoted(realm.nonce))", "uri=\(quoted(uri))", "response=\"\(value)\"",
            "algorithm=\(realm.algorithm.rawValue)",
        ]
        if let protection = realm.protection {
            fields += ["qop=\(protection.rawValue)", "nc=\(digest.counterText)", "cnonce=\"\(clientNonce)\""]
        } else if realm.algorithm.isSession {
            fields.append("cnonce=\"\(clientNonce)\"")
        }
        if let opaque = realm.opaque { fields.append("opaque=\(quoted(opaque))") }
        return "Digest " + fields.joined(separator: ", ")
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

extension SIPDigestAlgorithm {
    fileprivate var rank: Int {
        switch self {
        case .sha256: 0
        case .sha256Session: 1
        case .md5: 2
        case .md5Session: 3
        }
    }
}

extension SIPMessage {
    /// The challenges in one of the two headers.
    fileprivate func challenges(in header: SIPHeader) -> [SIPAuthentication] {
        let count = values(.wwwAuthenticate).count
        switch header {
        case .wwwAuthenticate: return Array(challenges.prefix(count))
        default: return Array(challenges.dropFirst(count))
        }
    }
}
