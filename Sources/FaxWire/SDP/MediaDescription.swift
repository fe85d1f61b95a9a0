import FaxCore

/// One `m=` line with what belongs to it (RFC 8866 §5.14).
public struct MediaDescription: Sendable, Hashable {
    /// `audio`, `image`, `video` … as spelled.
    public var kind: String
    /// 0: refused or switched off.
    public var port: UInt16
    /// The count behind `/`, if any.
    public var portCount: Int?
    /// As spelled: `RTP/AVP`, `udptl` …
    public var transport: String
    /// Payload types, or `t38` for UDPTL, as spelled.
    public var formats: [String]
    public var title: String?
    public var connection: SDPConnection?
    public var bandwidths: [SDPBandwidth] = []
    public var attributes: [SDPAttribute] = []
    /// Lines of other types and lines that make no sense.
    public var otherLines: [SessionDescription.Line] = []

    public init(kind: String, port: UInt16, transport: String, formats: [String]) {
        self.kind = kind
        self.port = port
        self.transport = transport
        self.formats = formats
    }

    public var isAudio: Bool { kind.equalsIgnoringCase("audio") }
    public var isImage: Bool { kind.equalsIgnoringCase("image") }
    /// RTP in any profile.
    public var isRTP: Bool { transport.containsIgnoringCase("rtp/") }

    /// Whether the line means T.38: over UDPTL or TCP (T.38 Annex D), or as RTP payload (RFC 4612).
    public var isT38: Bool {
        if formats.contains(where: { $0.equalsIgnoringCase("t38") }) { return true }
        if transport.containsIgnoringCase("udptl") { return true }
        guard isRTP, attributes.contains(where: { $0.value?.containsIgnoringCase("t38/") ?? false }) else {
            return false
        }
        return payloadFormats.contains { $0.format.encoding.equalsIgnoringCase("t38") }
    }

    /// Payload types in the order of the m-line with their encodings by rtpmap, else by the static table; types that
    /// neither names are left out.
    public var payloadFormats: [(type: UInt8, format: PayloadFormat)] {
        guard isRTP else { return [] }
        let maps = byPayloadType("rtpmap")
        let parameters = byPayloadType("fmtp")
        return preference.compactMap { type in
            let map = maps.first { $0.type == type }.flatMap { PayloadFormat(rtpmap: $0.value) }
            guard var format = map ?? PayloadFormat.assigned(type) else { return nil }
            format.parameters = parameters.first { $0.type == type }.map { SIPText.string($0.value) }
            return (type, format)
        }
    }

    /// Payload types in the order of the m-line, each once.
    public var preference: [UInt8] {
        var types: [UInt8] = []
        for format in formats {
            guard let type = UInt8(format), type < 128, !types.contains(type) else { continue }
            types.append(type)
        }
        return types
    }

    /// `a=rtpmap:TYPE value` and its like: the first one of each type.
    private func byPayloadType(_ name: String) -> [(type: UInt8, value: ArraySlice<UInt8>)] {
        var table: [(type: UInt8, value: ArraySlice<UInt8>)] = []
        for attribute in attributes where attribute.name.equalsIgnoringCase(name) {
            guard let value = attribute.value, !value.isEmpty else { continue }
            let text = SIPText.trimmed(Array(value.utf8)[...])
            let digits = text.prefix { $0.isDigit }
            guard let type = SIPText.decimal(digits, limit: 128), !table.contains(where: { $0.type == type })
            else { continue }
            table.append((UInt8(type), SIPText.trimmed(text.dropFirst(digits.count))))
        }
        return table
    }

    /// The line's own attribute (RFC 8866 §6.7); `nil`: none, and ``SessionDescription/direction(of:)`` tells.
    public var direction: MediaDirection? { MediaDirection(attributes) }
    /// `a=ptime` in milliseconds.
    public var packetTimeMs: Double? { number("ptime") }
    public var maximumPacketTimeMs: Double? { number("maxptime") }

    private func number(_ name: String) -> Double? {
        attributes.first(name).flatMap { Double($0.filter { $0 != " " }) }.flatMap { $0 > 0 && $0 < 100_000 ? $0 : nil }
    }

    /// `a=rtcp` (RFC 3605): port and, if given, another address.
    public var rtcp: (port: UInt16, address: IPAddress?)? {
        guard let value = attributes.first("rtcp") else { return nil }
        let words = value.split(separator: " ")
        guard let first = words.first, let port = UInt16(first) else { return nil }
        return (port, words.count >= 4 ? IPAddress(words[3]) : nil)
    }

    /// `a=rtcp-mux` (RFC 5761).
    public var hasRTCPMux: Bool { attributes.first("rtcp-mux") != nil }
    /// SDES keys, as spelled behind `a=crypto:` (RFC 4568).
    public var crypto: [String] { attributes.all("crypto") }
    /// DTLS-SRTP and UDPTL over DTLS (RFC 8122, RFC 7345).
    public var fingerprints: [String] { attributes.all("fingerprint") }

    /// `a=gpmd:TYPE vbd=yes` (V.152): payload types meant for voice-band data.
    public var voiceBandDataTypes: [UInt8] {
        byPayloadType("gpmd").filter {
            SIPText.string($0.value[...].filter { $0 != 0x20 }[...]).containsIgnoringCase("vbd=yes")
        }
        .map(\.type).sorted()
    }

    /// The T.38 attributes of this line, as spelled.
    public var t38: T38Parameters { T38Parameters(sdp: attributes) }

    /// Capabilities beside the current offer (RFC 3407): `a=sqn`, `a=cdsc`, `a=cpar`.
    public var capabilities: SDPCapabilities { SDPCapabilities(attributes) }
}

/// A capability set of RFC 3407: what a party could do besides what it offers now.
public struct SDPCapabilities: Sendable, Hashable {
    public struct Description: Sendable, Hashable {
        public var number: Int?
        public var kind: String
        public var transport: String
        public var formats: [String]
    }

    public var sequence: Int?
    public var descriptions: [Description] = []
    /// `a=cpar` lines as spelled, such as `a=T38FaxVersion:0`.
    public var parameters: [String] = []

    init(_ attributes: [SDPAttribute]) {
        sequence = attributes.first("sqn").flatMap { Int($0.filter { $0 != " " }) }
        for value in attributes.all("cdsc") {
            var words = value.split(separator: " ").map(String.init)
            let number = words.first.flatMap { Int($0) }
            if number != nil { words.removeFirst() }
            guard words.count >= 2 else { continue }
            descriptions.append(
                Description(number: number, kind: words[0], transport: words[1], formats: Array(words.dropFirst(2))))
        }
        parameters = attributes.all("cpar").map { SIPText.string(SIPText.trimmed(Array($0.utf8)[...])) }
    }

    public var offersT38: Bool {
        descriptions.contains {
            $0.kind.equalsIgnoringCase("image") && $0.formats.contains { $0.equalsIgnoringCase("t38") }
        }
    }
}

extension PayloadFormat {
    /// The static assignments of RFC 3551 Table 4 and 5; `nil` for a type that is not assigned.
    public static func assigned(_ type: UInt8) -> PayloadFormat? {
        switch type {
        case 0: PayloadFormat(encoding: "PCMU", clockRate: 8_000)
        case 3: PayloadFormat(encoding: "GSM", clockRate: 8_000)
        case 4: PayloadFormat(encoding: "G723", clockRate: 8_000)
        case 5: PayloadFormat(encoding: "DVI4", clockRate: 8_000)
        case 6: PayloadFormat(encoding: "DVI4", clockRate: 16_000)
        case 7: PayloadFormat(encoding: "LPC", clockRate: 8_000)
        case 8: PayloadFormat(encoding: "PCMA", clockRate: 8_000)
        case 9: PayloadFormat(encoding: "G722", clockRate: 8_000)
        case 10, 11: PayloadFormat(encoding: "L16", clockRate: 44_100)
        case 12: PayloadFormat(encoding: "QCELP", clockRate: 8_000)
        case 13: PayloadFormat(encoding: "CN", clockRate: 8_000)
        case 14: PayloadFormat(encoding: "MPA", clockRate: 90_000)
        case 15: PayloadFormat(encoding: "G728", clockRate: 8_000)
        case 16: PayloadFormat(encoding: "DVI4", clockRate: 11_025)
        case 17: PayloadFormat(encoding: "DVI4", clockRate: 22_050)
        case 18: PayloadFormat(encoding: "G729", clockRate: 8_000)
        case 25: PayloadFormat(encoding: "CelB", clockRate: 90_000)
        case 26: PayloadFormat(encoding: "JPEG", clockRate: 90_000)
        case 28: PayloadFormat(encoding: "nv", clockRate: 90_000)
        case 31: PayloadFormat(encoding: "H261", clockRate: 90_000)
        case 32: PayloadFormat(encoding: "MPV", clockRate: 90_000)
        case 33: PayloadFormat(encoding: "MP2T", clockRate: 90_000)
        case 34: PayloadFormat(encoding: "H263", clockRate: 90_000)
        default: nil
        }
    }

    /// Reads `PCMU/8000` or `L16/44100/2`; `nil` when the encoding is empty. A missing rate reads as 8000.
    init?(rtpmap octets: ArraySlice<UInt8>) {
        let encoding = octets.prefix { $0 != 0x2F }
        guard !encoding.isEmpty else { return nil }
        let digits = octets.dropFirst(encoding.count + 1).prefix { $0 != 0x2F }
        let rate = SIPText.decimal(digits, limit: 1_000_001) ?? 8_000
        self.init(encoding: SIPText.string(encoding), clockRate: rate > 0 ? Int(rate) : 8_000)
    }
}
