import FaxCore
import FaxWire

/// The session description of one SIP message, as far as faults of negotiation show in it.
public struct StepSDP: Sendable {
    public struct Line: Sendable {
        public var kind: NegotiatedMedia.Kind
        /// Upper case: `RTP/AVP`, `UDPTL` …
        public var transport: String
        /// 0: refused or switched off.
        public var port: UInt16
        /// The line's own address, else the session's; `nil`: none, or a host name.
        public var address: IPAddress?
        /// Where media is wanted; `nil`: port 0, or no usable address.
        var endpoint: Endpoint?
        var rtcpPort: UInt16?
        public var direction: MediaDirection
        public var codecs: [UInt8: PayloadFormat]
        public var preference: [UInt8]
        /// The T.38 attributes, where the line means T.38.
        public var t38: T38Parameters?
        /// SRTP or DTLS by transport, keys or fingerprint.
        public var isEncrypted: Bool
        /// Payload types meant for voice-band data (V.152).
        public var voiceBandDataTypes: [UInt8]
        /// SDES keys as spelled.
        var crypto: [String]
        public var packetTimeMs: Double?

        public var isActive: Bool { port != 0 }
        var isT38: Bool { t38 != nil }
        public var isImage: Bool { kind == .image || t38 != nil }
        public var isAudio: Bool { kind == .audio && t38 == nil }
    }

    /// Address of `o=`; `nil`: none, or a host name.
    public var origin: IPAddress?
    public var lines: [Line]
    /// What is written wrongly, in words.
    public var faults: [String]

    public var image: Line? { lines.first { $0.isImage && $0.isActive } }
    public var audio: Line? { lines.first { $0.isAudio && $0.isActive } }
}

extension StepSDP {
    init(_ description: SessionDescription, _ oddity: DecodeFailure?) {
        origin = description.origin.flatMap { IPAddress($0.address) }
        lines = description.media.map { Line($0, in: description) }
        faults = Self.faults(description, oddity)
    }

    private static func faults(_ description: SessionDescription, _ oddity: DecodeFailure?) -> [String] {
        var faults: [String] = []
        if description.media.isEmpty { faults.append("there is no m-line at all") }
        for media in description.media {
            for attribute in media.attributes {
                guard let value = attribute.value else { continue }
                if attribute.name == "rtpmap", !namesEncoding(value) {
                    faults.append("a=rtpmap:\(value.prefix(40)) names no encoding")
                }
                // The search is dear, and nearly no value has such a sign.
                if value.utf8.contains(UInt8(ascii: "=")), attribute.name.hasPrefix("T38"), value.contains("a=T38") {
                    faults.append("a line break is missing in a=\(attribute.name):\(value.prefix(60))")
                }
            }
            if media.isImage, media.port != 0, description.connection(of: media) == nil {
                faults.append("the image line has no c=")
            }
        }
        if faults.isEmpty, let oddity { faults.append("\(oddity.field): \(oddity.reasonText)") }
        return faults
    }

    /// Whether something stands behind the payload type of `a=rtpmap`.
    private static func namesEncoding(_ value: String) -> Bool {
        value.utf8.drop { $0 == 0x20 }.drop { $0 != 0x20 }.contains { $0 != 0x20 }
    }
}

extension StepSDP.Line {
    fileprivate init(_ media: MediaDescription, in description: SessionDescription) {
        kind = media.isAudio ? .audio : media.isImage ? .image : .other(media.kind)
        transport = media.transport.uppercased()
        port = media.port
        let address = description.connection(of: media)?.ip
        self.address = address
        endpoint = address.flatMap { media.port == 0 || $0.isUnspecified ? nil : Endpoint($0, media.port) }
        rtcpPort = media.hasRTCPMux ? media.port : media.rtcp?.port
        direction = description.direction(of: media)
        codecs = Dictionary(media.payloadFormats.map { ($0.type, $0.format) }, uniquingKeysWith: { first, _ in first })
        preference = media.preference
        t38 = media.isT38 ? media.t38 : nil
        let isPlain = transport == "RTP/AVP" || transport == "UDPTL"
        crypto = media.crypto
        isEncrypted =
            !isPlain && (transport.contains("SAVP") || transport.contains("TLS")) || !crypto.isEmpty
            || !media.fingerprints.isEmpty
        voiceBandDataTypes = media.voiceBandDataTypes
        packetTimeMs = media.packetTimeMs
    }
}

/// What Session-Expires of a message says (RFC 4028).
public struct StepTimer: Sendable, Hashable {
    public var interval: Duration
    /// `nil`: not said.
    public var refresher: Party?
}
