import CSRTP
import FaxWire

/// The keys of one direction as libsrtp wants them.
struct SRTPKey: Hashable {
    enum Suite: String {
        case aesCM128SHA1Tag80 = "AES_CM_128_HMAC_SHA1_80"
        case aesCM128SHA1Tag32 = "AES_CM_128_HMAC_SHA1_32"

        var tagLength: Int {
            switch self {
            case .aesCM128SHA1Tag80: 10
            case .aesCM128SHA1Tag32: 4
            }
        }
    }

    /// AES-128 key and 112-bit salt (RFC 4568 §6.2.1).
    static let length = 30

    var suite: Suite
    var keyAndSalt: [UInt8]
    /// Octets of the MKI before the tag (RFC 3711 §3.1).
    var identifierLength = 0
    var isEncrypted = true
    var isAuthenticated = true

    /// Those of an attribute that can be used here; empty: another suite, a key derivation rate, or a key too short.
    static func keys(_ crypto: SDPCrypto) -> [SRTPKey] {
        guard let suite = Suite(rawValue: crypto.suite.uppercased()) else { return [] }
        let parameters = crypto.parameters.map { $0.uppercased() }
        if parameters.contains(where: { $0.hasPrefix("KDR=") && $0 != "KDR=0" }) { return [] }
        return crypto.keys.filter { $0.keyAndSalt.count == length }.map { key in
            SRTPKey(
                suite: suite, keyAndSalt: key.keyAndSalt, identifierLength: key.identifierLength,
                isEncrypted: !parameters.contains("UNENCRYPTED_SRTP"),
                isAuthenticated: !parameters.contains("UNAUTHENTICATED_SRTP"))
        }
    }

    /// Octets that an SRTP packet has behind its payload.
    var trailer: Int { identifierLength + tagLength }
    var tagLength: Int { isAuthenticated ? suite.tagLength : 0 }
}

/// What opens or seals the packets of one SSRC that one key protects (RFC 3711). One owner of one libsrtp session; it follows
/// the roll-over counter by the order of the packets.
struct SRTPSession: ~Copyable {
    enum Outcome: Equatable {
        /// The packet's length without the trailer.
        case opened(length: Int)
        /// Its number was seen before.
        case repeated
        /// Its number lies behind everything that can still be told from a repetition.
        case old
        case refused
    }

    /// How far behind the highest number a packet can be opened.
    static let window = 1_024

    private let session: OpaquePointer
    private let key: SRTPKey

    private static let isReady = srtp_init() == srtp_err_status_ok

    /// `nil` when libsrtp gives no session.
    init?(_ key: SRTPKey, isSending: Bool = false) {
        guard let created = Self.create(key, isSending) else { return nil }
        session = created
        self.key = key
    }

    private static func create(_ key: SRTPKey, _ isSending: Bool) -> OpaquePointer? {
        guard isReady, key.keyAndSalt.count == SRTPKey.length else { return nil }
        var created: OpaquePointer?
        var octets = key.keyAndSalt
        let status = octets.withUnsafeMutableBufferPointer { octets in
            var policy = srtp_policy_t()
            describe(key, &policy.rtp)
            describe(key, &policy.rtcp)
            policy.ssrc.type = isSending ? ssrc_any_outbound : ssrc_any_inbound
            policy.allow_repeat_tx = 1
            policy.key = octets.baseAddress
            policy.window_size = UInt(window)
            return srtp_create(&created, &policy)
        }
        return status == srtp_err_status_ok ? created : nil
    }

    deinit { _ = srtp_dealloc(session) }

    private static func describe(_ key: SRTPKey, _ policy: inout srtp_crypto_policy_t) {
        switch key.suite {
        case _ where !key.isAuthenticated: srtp_crypto_policy_set_aes_cm_128_null_auth(&policy)
        case .aesCM128SHA1Tag80: srtp_crypto_policy_set_rtp_default(&policy)
        case .aesCM128SHA1Tag32: srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy)
        }
        if !key.isEncrypted { policy.sec_serv = key.isAuthenticated ? sec_serv_auth : sec_serv_none }
    }

    /// Opens a packet in place.
    mutating func open(_ packet: inout [UInt8]) -> Outcome {
        // The MKI is not authenticated (RFC 3711 §3.1): the rest is a packet without one.
        if key.identifierLength > 0 {
            let end = packet.count - key.tagLength
            guard end - key.identifierLength >= RTPHeader.fixedLength else { return .refused }
            packet.removeSubrange(end - key.identifierLength..<end)
        }
        var length = Int32(clamping: packet.count)
        let status = packet.withUnsafeMutableBytes { srtp_unprotect(session, $0.baseAddress, &length) }
        switch status {
        case srtp_err_status_ok: return .opened(length: max(0, min(Int(length), packet.count)))
        case srtp_err_status_replay_fail: return .repeated
        case srtp_err_status_replay_old, srtp_err_status_pkt_idx_old: return .old
        default: return .refused
        }
    }

    /// The packet sealed, with `identifier` (the MKI) before its tag; `nil` when libsrtp refuses it.
    mutating func seal(_ packet: [UInt8], identifier: ArraySlice<UInt8>) -> [UInt8]? {
        var octets = packet + [UInt8](repeating: 0, count: Self.trailerLimit)
        var length = Int32(clamping: packet.count)
        let status = octets.withUnsafeMutableBytes { srtp_protect(session, $0.baseAddress, &length) }
        guard status == srtp_err_status_ok, Int(length) >= key.tagLength, Int(length) <= octets.count else {
            return nil
        }
        octets.removeLast(octets.count - Int(length))
        octets.insert(contentsOf: identifier, at: octets.count - key.tagLength)
        return octets
    }

    /// libsrtp writes no more behind a packet (SRTP_MAX_TRAILER_LEN).
    private static let trailerLimit = 144
}
