import FaxCore
import Foundation

/// One `a=crypto` attribute (RFC 4568 §4): keys with which the party that wrote it protects what it sends.
///
///     1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 UNENCRYPTED_SRTCP
public struct SDPCrypto: Sendable, Hashable {
    public struct Key: Sendable, Hashable {
        /// Master key and master salt, one behind the other.
        public var keyAndSalt: [UInt8]
        /// Packets, as spelled.
        public var lifetime: String?
        /// Octets of the key's identifier in every packet; 0: none.
        public var identifierLength: Int
        public var identifier: UInt64
    }

    public var tag: Int
    /// As spelled.
    public var suite: String
    public var keys: [Key]
    /// `UNENCRYPTED_SRTP`, `KDR=1` … as spelled.
    public var parameters: [String]

    /// RFC 3711 §3.1 allows keys without a limit, RFC 4568 §6.1 identifiers up to 128 octets; more than a few are not sent.
    public static let maximumKeys = 8
    static let maximumIdentifier = 128

    /// Reads what stands behind `a=crypto:`.
    public init(_ text: String) throws(DecodeFailure) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard words.count >= 3, words[0].utf8.count <= 9, let tag = Int(words[0]), tag >= 0 else {
            throw Self.failure("crypto", "no tag, suite and key")
        }
        self.tag = tag
        suite = words[1]
        parameters = Array(words.dropFirst(3))
        keys = []
        for key in words[2].split(separator: ";") {
            guard keys.count < Self.maximumKeys else {
                throw DecodeFailure(
                    layer: .sdp, field: "crypto keys", offset: 0, reason: .limit("maximumKeys", Self.maximumKeys))
            }
            keys.append(try Self.key(key))
        }
        if keys.isEmpty { throw Self.failure("crypto key", "none") }
    }

    private static func key(_ text: Substring) throws(DecodeFailure) -> Key {
        guard text.count > 7, text.prefix(7).lowercased() == "inline:" else {
            throw failure("crypto key", "the method is not inline")
        }
        let parts = text.dropFirst(7).split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        // Some senders leave the padding of base 64 out.
        let base = parts[0].trimmingCharacters(in: ["="])
        let padding = String(repeating: "=", count: (4 - base.utf8.count % 4) % 4)
        guard let octets = Data(base64Encoded: base + padding), !octets.isEmpty else {
            throw failure("crypto key", "not base 64")
        }
        var key = Key(keyAndSalt: Array(octets), lifetime: nil, identifierLength: 0, identifier: 0)
        for part in parts.dropFirst() where !part.isEmpty {
            let halves = part.split(separator: ":", omittingEmptySubsequences: false)
            guard halves.count == 2 else {
                key.lifetime = part
                continue
            }
            guard let value = UInt64(halves[0]), let length = Int(halves[1]), (1...maximumIdentifier).contains(length)
            else { throw failure("crypto key", "its MKI is no number and length") }
            key.identifier = value
            key.identifierLength = length
        }
        return key
    }

    private static func failure(_ field: String, _ reason: String) -> DecodeFailure {
        DecodeFailure(layer: .sdp, field: field, offset: 0, reason: .invalid(reason))
    }
}
