import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// What is kept of one packet of media to find it in the other capture.
struct PacketMark: Sendable {
    var frame: FrameRef
    var time: Instant
    /// Payload of RTP; primary IFP packet of UDPTL.
    var content: ContentMark
    /// All that stands behind the number: payload and header of RTP but SSRC, sequence number and timestamp; UDPTL with
    /// its repair data.
    var whole: ContentMark
    var timestamp: UInt32
    var ssrc: UInt32
    var length: UInt32
    var number: UInt16
    var payloadType: UInt8
    var ttl: UInt8
    /// Its content does not come again by chance.
    var isTelling: Bool
    /// The capture holds only the beginning of it.
    var isCut: Bool

    init(_ info: PacketInfo, _ octets: RawSpan, rtp: RTPHeader) {
        let payload = octets.extracting(rtp.payload)
        frame = info.frame
        time = info.time
        content = ContentMark(payload)
        whole = content
        timestamp = rtp.timestamp
        ssrc = rtp.ssrc
        length = UInt32(clamping: info.payloadLengthOnWire)
        number = rtp.sequence
        payloadType = rtp.payloadType
        ttl = info.ttl
        isTelling = payload.isTelling
        isCut = info.isTruncated
    }

    /// `nil`: too short to have a number.
    init?(_ info: PacketInfo, udptl octets: RawSpan) {
        let layout = UDPTLLayout(octets)
        guard layout.byteCount >= 2 else { return nil }
        let primary = octets.extracting(layout.primary)
        frame = info.frame
        time = info.time
        content = ContentMark(primary)
        whole = ContentMark(octets.extracting(2..<octets.byteCount))
        timestamp = 0
        ssrc = 0
        length = UInt32(clamping: info.payloadLengthOnWire)
        number = layout.sequence
        payloadType = 0
        ttl = info.ttl
        isTelling = primary.isTelling
        isCut = info.isTruncated
    }
}

/// The packets of one stream of a call, in order of the capture.
struct MarkedStream: Sendable {
    var card: CallCard.Stream
    var marks: [PacketMark] = []

    var isT38: Bool { card.kind == .udptl }
}
