import FaxCore
import FaxProtocol
import FaxWire
import Foundation

/// Answers a device's challenge, never before it came: `Digest` (MD5, SHA-256, with and without qop) before `Basic`. A
/// password that was refused is not tried again.
struct HTTPLogin: Sendable {
    let credentials: DeviceCredentials
    private let hash: SIPDigestHash
    private var random: SeededRandom
    private var challenge: Challenge?
    private var uses: UInt32 = 0

    private enum Challenge: Sendable {
        case basic(realm: String)
        case digest(SIPDigestChallenge)

        var realm: String {
            switch self {
            case .basic(let realm): realm
            case .digest(let challenge): challenge.realm
            }
        }
    }

    init(_ credentials: DeviceCredentials, hash: SIPDigestHash, random: SeededRandom) {
        self.credentials = credentials
        self.hash = hash
        self.random = random
    }

    /// Takes the challenges of a 401.
    /// - Parameter wasAnswered: the request that it answers had carried credentials.
    mutating func take(_ reply: HTTPReply, wasAnswered: Bool) throws(ATAFailure) {
        let offered = reply.values("WWW-Authenticate").compactMap { SIPAuthentication($0) }
        let digests = offered.compactMap { SIPDigestChallenge($0) }
        let next: Challenge
        if let best = digests.min(by: { $0.isBetter(than: $1) }) {
            next = .digest(best)
        } else if let basic = offered.first(where: { $0.scheme.lowercased() == "basic" }) {
            next = .basic(realm: basic.realm ?? "")
        } else {
            throw .refused(status: 401, "a login that is neither Digest nor Basic")
        }
        guard credentials.password != nil else { throw .passwordWanted(realm: next.realm) }
        if wasAnswered, !isStale(next) { throw .wrongPassword(user: credentials.user) }
        challenge = next
        uses = 0
    }

    private func isStale(_ next: Challenge) -> Bool {
        if case .digest(let challenge) = next { challenge.isStale } else { false }
    }

    /// The header that answers what was asked; `nil`: nothing was.
    mutating func header(for call: HTTPCall) -> HTTPCall.Header? {
        guard let challenge, let password = credentials.password else { return nil }
        switch challenge {
        case .basic:
            let text = Data("\(credentials.user):\(password)".utf8).base64EncodedString()
            return HTTPCall.Header("Authorization", "Basic " + text)
        case .digest(let challenge):
            uses &+= 1
            let nonce = String(random.next(), radix: 16)
            let value = challenge.answer(
                SIPCredentials(username: credentials.user, password: password), method: .other(call.method.rawValue),
                uri: call.target, body: call.body, counter: uses, clientNonce: nonce, hash: hash)
            return HTTPCall.Header("Authorization", value)
        }
    }
}

/// Who logs in at a device.
public struct DeviceCredentials: Sendable, Hashable {
    public var user: String
    /// `nil`: none was given.
    public var password: String?

    public init(user: String = "admin", password: String? = nil) {
        self.user = user
        self.password = password
    }
}
