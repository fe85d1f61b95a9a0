import FaxWire

/// Challenge and answer (RFC 5456 §8.6.13 to §8.6.16).
enum IAX2Proof {
    /// The MD5 of challenge and secret, in hex.
    static func md5(_ challenge: String, _ secret: String, _ hash: SIPDigestHash) -> String {
        hex(hash.md5(Array(challenge.utf8) + Array(secret.utf8)))
    }

    static func hex(_ octets: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// What AUTHREQ and REGAUTH say.
    static func question(_ challenge: String, name: String?, _ settings: IAX2Settings) -> IAX2Elements {
        var elements = IAX2Elements()
        elements.username = name
        elements.authenticationMethods =
            IAX2Authentication.md5 | (settings.takesPlaintext ? IAX2Authentication.plaintext : 0)
        elements.challenge = challenge
        return elements
    }

    /// Whether AUTHREP or REGREQ prove the account.
    static func holds(
        _ elements: IAX2Elements, _ challenge: String, _ account: IAX2Account, _ settings: IAX2Settings
    ) -> Bool {
        guard let secret = account.secret else { return true }
        if let result = elements.md5Result { return isSame(result.lowercased(), md5(challenge, secret, settings.hash)) }
        guard settings.takesPlaintext, let password = elements.password else { return false }
        return isSame(password, secret)
    }

    /// Takes as long for every text of the same length.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
    }
}
