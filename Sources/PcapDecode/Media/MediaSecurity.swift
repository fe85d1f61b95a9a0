import FaxWire

/// How a party protects what it sends, by the SDPs it wrote (RFC 4568): each party's keys stand in its own.
struct MediaSecurity {
    /// `false`: its SDPs say plain RTP; `nil`: none of its SDPs is known.
    private(set) var isProtected: Bool?
    /// In order of announcement, each once.
    private(set) var keys: [SRTPKey] = []
    /// The attributes that they stand in, as spelled.
    private(set) var attributes: [String] = []
    /// Suites that cannot be opened here, and DTLS (RFC 5764), whose keys are in no SDP.
    private(set) var unsupported: [String] = []

    init() {}

    /// `sessions`: those of the sending party.
    init(_ sessions: [NegotiatedMedia]) {
        for media in sessions where media.kind == .audio {
            let isSecure = media.isSecured
            // What was agreed counts, not what was offered beside it.
            if isProtected == nil || media.accepted { isProtected = isSecure }
            if media.transport.contains("TLS/"), isSecure { note(unsupported: "DTLS-SRTP") }
            for text in media.crypto {
                guard let crypto = try? SDPCrypto(text) else { continue }
                let usable = SRTPKey.keys(crypto)
                if usable.isEmpty { note(unsupported: crypto.suite) }
                if !usable.isEmpty, !attributes.contains(text) { attributes.append(text) }
                for key in usable where !keys.contains(key) { keys.append(key) }
            }
        }
        if !keys.isEmpty, isProtected == false, sessions.contains(where: { $0.accepted && $0.isSecured }) {
            isProtected = true
        }
    }

    private mutating func note(unsupported name: String) {
        if !unsupported.contains(name) { unsupported.append(name) }
    }
}

extension NegotiatedMedia {
    /// SRTP by its profile, or plain RTP's profile with keys (senders that try).
    var isSecured: Bool { !crypto.isEmpty || transport.hasOctets(of: "SAVP") }
}

extension String {
    /// Contains these octets; `contains` would compare characters, which costs more than a stream's other figures.
    fileprivate func hasOctets(of part: StaticString) -> Bool {
        part.withUTF8Buffer { part in utf8.indices.contains { utf8[$0...].starts(with: part) } }
    }
}
