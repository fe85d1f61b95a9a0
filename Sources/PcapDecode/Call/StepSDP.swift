import FaxCore
import FaxWire

/// The session description of one SIP message, as far as faults of negotiation show in it.
public struct StepSDP: Sendable, Hashable {
    public struct Line: Sendable, Hashable {
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
        let media = description.media.map { MediaTraits($0).at(port: $0.port, in: description) }
        self.init(media, in: description, oddity)
    }

    /// - Parameter session: what stands before the media lines.
    init(_ media: [MediaTraits.Placed], in session: SessionDescription, _ oddity: DecodeFailure?) {
        origin = session.origin.flatMap { IPAddress($0.address) }
        lines = media.map(\.line)
        faults = media.isEmpty ? ["there is no m-line at all"] : media.flatMap(\.faults)
        if faults.isEmpty, let oddity { faults.append("\(oddity.field): \(oddity.reasonText)") }
    }
}

/// What Session-Expires of a message says (RFC 4028).
public struct StepTimer: Sendable, Hashable {
    public var interval: Duration
    /// `nil`: not said.
    public var refresher: Party?
}
