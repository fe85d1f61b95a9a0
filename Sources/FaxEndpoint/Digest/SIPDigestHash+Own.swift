import FaxProtocol
import FaxReport

extension SIPDigestHash {
    /// MD5 and SHA-256 of our own.
    static let own = SIPDigestHash(md5: { MD5.digest($0) }, sha256: { SHA256.digest($0) })
}
