import FaxCore

/// RTCP packets (RFC 3550 §6), read laxly from a compound packet.
public enum RTCPPacket: Hashable, Sendable {
    case senderReport(SenderReport)
    case receiverReport(ssrc: UInt32, blocks: [ReportBlock])
    case sourceDescription([SourceName])
    case bye(ssrcs: [UInt32], reason: String?)
    /// APP, XR, feedback and what else there is: only its type and length.
    case other(type: UInt8, octets: Int)

    public struct SenderReport: Hashable, Sendable {
        public var ssrc: UInt32
        /// Seconds since 1900 in 32.32 fixed point.
        public var ntpTime: UInt64
        public var rtpTimestamp: UInt32
        public var packets: UInt32
        public var octets: UInt32
        public var blocks: [ReportBlock]

        public init(
            ssrc: UInt32, ntpTime: UInt64, rtpTimestamp: UInt32, packets: UInt32, octets: UInt32, blocks: [ReportBlock]
        ) {
            self.ssrc = ssrc
            self.ntpTime = ntpTime
            self.rtpTimestamp = rtpTimestamp
            self.packets = packets
            self.octets = octets
            self.blocks = blocks
        }
    }

    /// What a receiver says of one source (RFC 3550 §6.4.1).
    public struct ReportBlock: Hashable, Sendable {
        public var ssrc: UInt32
        /// Lost since the report before, in 1/256.
        public var fractionLost: UInt8
        /// Lost in all; duplicates can make it negative.
        public var cumulativeLost: Int32
        public var highestSequence: UInt32
        /// In ticks of the RTP timestamp.
        public var jitter: UInt32
        public var lastSenderReport: UInt32
        /// In 1/65536 s.
        public var delaySinceSenderReport: UInt32

        public init(
            ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, highestSequence: UInt32, jitter: UInt32,
            lastSenderReport: UInt32, delaySinceSenderReport: UInt32
        ) {
            self.ssrc = ssrc
            self.fractionLost = fractionLost
            self.cumulativeLost = cumulativeLost
            self.highestSequence = highestSequence
            self.jitter = jitter
            self.lastSenderReport = lastSenderReport
            self.delaySinceSenderReport = delaySinceSenderReport
        }
    }

    public struct SourceName: Hashable, Sendable {
        public var ssrc: UInt32
        public var canonicalName: String?

        public init(ssrc: UInt32, canonicalName: String?) {
            self.ssrc = ssrc
            self.canonicalName = canonicalName
        }
    }

    /// Packets read from one compound packet.
    public static let maximumPackets = 64
    private static let typeRange: ClosedRange<UInt8> = 200...207

    /// Everything up to what does not fit.
    public static func read(_ bytes: RawSpan) -> Decoded<[RTCPPacket]> {
        var packets: [RTCPPacket] = []
        var reader = ByteReader(bytes, layer: .rtcp)
        do throws(DecodeFailure) {
            while !reader.isAtEnd {
                guard packets.count < maximumPackets else {
                    throw DecodeFailure(
                        layer: .rtcp, field: "compound packet", offset: reader.offset,
                        reason: .limit("maximumPackets", maximumPackets))
                }
                packets.append(try one(&reader))
            }
            return Decoded(packets)
        } catch {
            return Decoded(packets, stoppedBy: error)
        }
    }

    private static func one(_ reader: inout ByteReader) throws(DecodeFailure) -> RTCPPacket {
        let first = try reader.u8("version")
        guard first >> 6 == 2 else { throw reader.invalid("version", "version \(first >> 6), not 2") }
        let type = try reader.u8("packet type")
        let length = 4 * Int(try reader.u16("length"))
        var body = ByteReader(try reader.slice(length, "packet"), layer: .rtcp)
        let count = Int(first & 0x1F)
        switch type {
        case 200:
            return .senderReport(
                SenderReport(
                    ssrc: try body.u32("SSRC"), ntpTime: try body.u64("NTP time"),
                    rtpTimestamp: try body.u32("RTP timestamp"), packets: try body.u32("packet count"),
                    octets: try body.u32("octet count"), blocks: try blocks(&body, count)))
        case 201:
            return .receiverReport(ssrc: try body.u32("SSRC"), blocks: try blocks(&body, count))
        case 202:
            return .sourceDescription(try sources(&body, count))
        case 203:
            var ssrcs: [UInt32] = []
            for _ in 0..<count { ssrcs.append(try body.u32("SSRC")) }
            return .bye(ssrcs: ssrcs, reason: body.isAtEnd ? nil : try text(&body))
        default:
            return .other(type: type, octets: length)
        }
    }

    private static func blocks(_ body: inout ByteReader, _ count: Int) throws(DecodeFailure) -> [ReportBlock] {
        var blocks: [ReportBlock] = []
        for _ in 0..<count {
            let ssrc = try body.u32("SSRC")
            let fraction = try body.u8("fraction lost")
            let lost = try body.u24("cumulative lost")
            blocks.append(
                ReportBlock(
                    ssrc: ssrc, fractionLost: fraction, cumulativeLost: Int32(bitPattern: lost << 8) >> 8,
                    highestSequence: try body.u32("highest sequence"), jitter: try body.u32("jitter"),
                    lastSenderReport: try body.u32("last SR"), delaySinceSenderReport: try body.u32("delay since SR")))
        }
        return blocks
    }

    private static func sources(_ body: inout ByteReader, _ count: Int) throws(DecodeFailure) -> [SourceName] {
        var sources: [SourceName] = []
        for _ in 0..<count {
            var source = SourceName(ssrc: try body.u32("SSRC"), canonicalName: nil)
            while true {
                let item = try body.u8("SDES item")
                if item == 0 { break }
                let value = try text(&body)
                if item == 1 { source.canonicalName = value }
            }
            // The list ends on a word.
            try body.skip(min(body.remaining, (4 - body.offset % 4) % 4), "SDES padding")
            sources.append(source)
        }
        return sources
    }

    private static func text(_ body: inout ByteReader) throws(DecodeFailure) -> String {
        let length = Int(try body.u8("text length"))
        return String(decoding: try body.copy(length, "text"), as: UTF8.self)
    }

    /// Version, a packet type of RTCP and a first length that fits (RFC 3550 A.2, RFC 5761 §4). What follows may be
    /// encrypted (SRTCP) and is not looked at.
    public static func looksLike(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 8 && bytes.octet(0) >> 6 == 2 && typeRange.contains(bytes.octet(1))
            && 4 + 4 * Int(bytes.be16(2)) <= bytes.byteCount
    }
}
