import FaxCore

/// Redundant audio data (RFC 2198 §3): headers of the older blocks, that of the primary, then the blocks in that order.
///
///     1 PT(7) · timestamp offset (14 bits) · length (10 bits)      older block
///     0 PT(7)                                                       primary, last
public struct RTPRedundancy: Hashable, Sendable {
    public struct Block: Hashable, Sendable {
        public var payloadType: UInt8
        /// Ticks before the packet's timestamp; 0 for the primary.
        public var timestampOffset: UInt16
        /// Place in the payload.
        public var octets: Range<Int>
    }

    /// Oldest first, the primary last.
    public var blocks: [Block]

    public static let maximumBlocks = 32

    public init(_ payload: RawSpan) throws(DecodeFailure) {
        var reader = ByteReader(payload, layer: .rtp)
        var headers: [(type: UInt8, offset: UInt16, length: Int)] = []
        while true {
            let first = try reader.u8("redundancy header")
            if first & 0x80 == 0 {
                headers.append((first, 0, -1))
                break
            }
            guard headers.count < Self.maximumBlocks else {
                throw DecodeFailure(
                    layer: .rtp, field: "redundancy header", offset: reader.offset,
                    reason: .limit("maximumBlocks", Self.maximumBlocks))
            }
            let word = try reader.u24("redundancy header")
            headers.append((first & 0x7F, UInt16(word >> 10), Int(word & 0x3FF)))
        }
        blocks = []
        for header in headers {
            let length = header.length < 0 ? reader.remaining : header.length
            let start = reader.offset
            try reader.skip(length, "redundancy block")
            blocks.append(
                Block(payloadType: header.type, timestampOffset: header.offset, octets: start..<start + length))
        }
    }
}
