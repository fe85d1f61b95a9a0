import FaxCore
import FaxWire

/// The hash functions of digest authentication (RFC 7616), given from outside: octets in, 16 or 32 octets out.
public struct SIPDigestHash: Sendable {
    public var md5: @Sendable ([UInt8]) -> [UInt8]
    public var sha256: @Sendable ([UInt8]) -> [UInt8]

    public init(md5: @escaping @Sendable ([UInt8]) -> [UInt8], sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.md5 = md5
        self.sha256 = sha256
    }
}

public struct SIPCredentials: Sendable, Hashable {
    public var username: String
    public var password: String
    /// `nil`: for any realm.
    public var realm: String?

    public init(username: String, password: String, realm: String? = nil) {
        self.username = username
        self.password = password
        self.realm = realm
    }
}

/// The algorithms that we answer, the preferred one first (RFC 8760 §2.4).
enum SIPDigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    case sha256 = "SHA-256"
    case sha256Session = "SHA-256-sess"
    case md5 = "MD5"
    case md5Session = "MD5-sess"

    var isSession: Bool {
        switch self {
        case .sha256, .md5: false
        case .sha256Session, .md5Session: true
        }
    }

    /// - Returns: `nil` for an algorithm that we do not know; a challenge without one means MD5.
    static func named(_ name: String?) -> SIPDigestAlgorithm? {
        guard let name else { return .md5 }
        return allCases.first { $0.rawValue.lowercased() == name.lowercased() }
    }
}

/// The arithmetic of RFC 7616 §3.4.
struct SIPDigestResponse {
    enum Protection: String, Sendable, Hashable { case auth, authInt = "auth-int" }

    var hash: SIPDigestHash
    var algorithm: SIPDigestAlgorithm
    var realm: String
    var nonce: String
    /// `nil`: the form of RFC 2069, without counter and client nonce.
    var protection: Protection?
    var counter: UInt32
    var clientNonce: String

    var counterText: String {
        let digits = String(counter, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    }

    func value(username: String, password: String, method: SIPMethod, uri: String, body: [UInt8]) -> String {
        var secret = hex("\(username):\(realm):\(password)")
        if algorithm.isSession { secret = hex("\(secret):\(nonce):\(clientNonce)") }
        guard let protection else { return hex("\(secret):\(nonce):\(hex("\(method.name):\(uri)"))") }
        let request =
            switch protection {
            case .auth: hex("\(method.name):\(uri)")
            case .authInt: hex("\(method.name):\(uri):\(hex(body))")
            }
        return hex("\(secret):\(nonce):\(counterText):\(clientNonce):\(protection.rawValue):\(request)")
    }

    private func hex(_ text: String) -> String { hex(Array(text.utf8)) }

    private func hex(_ octets: [UInt8]) -> String {
        let digest =
            switch algorithm {
            case .md5, .md5Session: hash.md5(octets)
            case .sha256, .sha256Session: hash.sha256(octets)
            }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for octet in digest {
            text.append(digits[Int(octet >> 4)])
            text.append(digits[Int(octet & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
