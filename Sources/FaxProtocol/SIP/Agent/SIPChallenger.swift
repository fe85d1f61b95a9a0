import FaxCore
import FaxWire

/// What an agent demands of those who call it.
public struct SIPCredentialDemand: Sendable, Hashable {
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case md5 = "MD5"
        case sha256 = "SHA-256"
    }

    public var realm: String
    public var users: [SIPCredentials]
    public var algorithm: Algorithm
    /// Requests that one nonce is good for; the next one is told that it is stale.
    public var usesPerNonce: UInt32

    public init(
        realm: String, users: [SIPCredentials], algorithm: Algorithm = .md5, usesPerNonce: UInt32 = 1_000
    ) {
        self.realm = realm
        self.users = users
        self.algorithm = algorithm
        self.usesPerNonce = usesPerNonce
    }
}

/// Challenges requests and checks what comes back (RFC 3261 §22.2, RFC 7616 §3.3 and §3.4.6).
struct SIPChallenger: Sendable {
    private let demand: SIPCredentialDemand
    private let hash: SIPDigestHash
    private var nonce: String
    /// The counter has to grow with every request (RFC 7616 §3.4.5).
    private var lastCounter: UInt32 = 0

    init(_ demand: SIPCredentialDemand, hash: SIPDigestHash, random: inout SeededRandom) {
        self.demand = demand
        self.hash = hash
        nonce = random.sipToken() + random.sipToken()
    }

    /// - Returns: the challenge that a 401 carries; `nil`: the request may pass.
    mutating func check(_ request: SIPMessage, random: inout SeededRandom) -> SIPMessageDraft.Header? {
        guard
            let given = request.credentials.first(where: {
                $0.scheme.lowercased() == "digest" && $0.realm == demand.realm
            }), isRight(given, request)
        else { return challenge(isStale: false) }
        let counter = given.parameters["nc"].flatMap { UInt32($0, radix: 16) } ?? 0
        guard given.nonce == nonce, counter > lastCounter, counter <= demand.usesPerNonce else {
            nonce = random.sipToken() + random.sipToken()
            lastCounter = 0
            return challenge(isStale: true)
        }
        lastCounter = counter
        return nil
    }

    private func challenge(isStale: Bool) -> SIPMessageDraft.Header {
        var text = "Digest realm=\"\(demand.realm.filter { $0 != "\"" && $0 != "\\" })\", nonce=\"\(nonce)\""
        text += ", qop=\"auth,auth-int\", algorithm=\(demand.algorithm.rawValue)"
        if isStale { text += ", stale=true" }
        return SIPMessageDraft.Header(SIPHeader.wwwAuthenticate.name, text)
    }

    private func isRight(_ given: SIPAuthentication, _ request: SIPMessage) -> Bool {
        guard let user = demand.users.first(where: { $0.username == given.username }),
            let method = request.method, let uri = given.parameters["uri"], let nonce = given.nonce,
            let algorithm = SIPDigestAlgorithm.named(given.algorithm),
            algorithm.rawValue == demand.algorithm.rawValue,
            let protection = given.parameters["qop"].flatMap(SIPDigestResponse.Protection.init(rawValue:)),
            let counter = given.parameters["nc"].flatMap({ UInt32($0, radix: 16) })
        else { return false }
        let expected = SIPDigestResponse(
            hash: hash, algorithm: algorithm, realm: demand.realm, nonce: nonce, protection: protection,
            counter: counter, clientNonce: given.parameters["cnonce"] ?? "")
        let value = expected.value(
            username: user.username, password: user.password, method: method, uri: uri, body: Array(request.body))
        return given.parameters["response"]?.lowercased() == value
    }
}
