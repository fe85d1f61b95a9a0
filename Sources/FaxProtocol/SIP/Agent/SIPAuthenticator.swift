import FaxCore
import FaxWire

/// Answers challenges of registrars, proxies and peers (RFC 3261 §22, RFC 7616, RFC 8760) and remembers them, so that
/// later requests carry their credentials at once, with the counter of the nonce going on.
struct SIPAuthenticator: Sendable {
    /// Realms of one call that are remembered.
    static let maximumRealms = 8

    private struct Realm: Sendable {
        var isProxy: Bool
        var challenge: SIPDigestChallenge
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
        let challenges = response.challenges(in: header).compactMap { SIPDigestChallenge($0) }
        // Of several algorithms for one realm the best is answered.
        for challenge in challenges.sorted(by: { $0.rank < $1.rank }) where !taken.contains(challenge.realm) {
            guard let match = match(challenge.realm) else { continue }
            taken.append(challenge.realm)
            let realm = Realm(isProxy: isProxy, challenge: challenge, credentials: match, uses: 0)
            if remember(realm) { isWorthwhile = true }
        }
        return isWorthwhile
    }

    private func match(_ realm: String) -> SIPCredentials? {
        credentials.first { $0.realm == realm } ?? credentials.first { $0.realm == nil }
    }

    private mutating func remember(_ realm: Realm) -> Bool {
        guard
            let index = realms.firstIndex(where: {
                $0.isProxy == realm.isProxy && $0.challenge.realm == realm.challenge.realm
            })
        else {
            guard realms.count < Self.maximumRealms else { return false }
            realms.append(realm)
            return true
        }
        let isNew = realms[index].challenge.nonce != realm.challenge.nonce
        realms[index] = realm
        // A new nonce without `stale` is what peers send that give one nonce a request; the owner counts attempts.
        return realm.challenge.isStale || isNew
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
            let value = realm.challenge.answer(
                realm.credentials, method: method, uri: uri, body: body, counter: realm.uses,
                clientNonce: random.sipToken(), hash: hash)
            return SIPMessageDraft.Header(header.name, value)
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
