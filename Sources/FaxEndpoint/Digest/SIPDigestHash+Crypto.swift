import Crypto
import FaxProtocol

extension SIPDigestHash {
    /// MD5 and SHA-256 of swift-crypto.
    public static let crypto = SIPDigestHash(
        md5: { Array(Insecure.MD5.hash(data: $0)) }, sha256: { Array(SHA256.hash(data: $0)) })
}
