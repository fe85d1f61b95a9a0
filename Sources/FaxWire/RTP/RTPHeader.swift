import FaxCore

/// The header of an RTP packet (RFC 3550 §5.1) and where its payload stands:
///
///     V=2 P X CC (1) · M PT (1) · sequence (2) · timestamp (4) · SSRC (4) · CSRC (4 each) · extension · payload · padding
@frozen
public struct RTPHeader: Hashable, Sendable {
    public var marker: Bool
    public var payloadType: UInt8
    public var sequence: UInt16
    public var timestamp: UInt32
    public var ssrc: UInt32
    public var csrcCount: UInt8
    /// Profile word of the header extension, when there is one.
    public var extensionProfile: UInt16?
    /// The payload in the packet, without padding.
    public var payload: Range<Int>
    public var paddingLength: UInt8
    /// The padding count does not fit the packet; the payload was taken to the end.
    public var hasBadPadding: Bool

    public static let fixedLength = 12

    /// A header to write.
    public init(
        marker: Bool = false, payloadType: UInt8, sequence: UInt16, timestamp: UInt32, ssrc: UInt32
    ) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
        csrcCount = 0
        extensionProfile = nil
        payload = Self.fixedLength..<Self.fixedLength
        paddingLength = 0
        hasBadPadding = false
    }

    /// `nil`: no RTP header fits; ``failure(_:)`` tells why. Lax about padding.
    @inlinable
    @inline(__always)
    public init?(_ bytes: RawSpan) {
        let count = bytes.byteCount
        guard count >= 12 else { return nil }
        let first = bytes.octet(0)
        guard first >> 6 == 2 else { return nil }
        let second = bytes.octet(1)
        marker = second & 0x80 != 0
        payloadType = second & 0x7F
        sequence = bytes.be16(2)
        timestamp = bytes.be32(4)
        ssrc = bytes.be32(8)
        csrcCount = first & 0x0F
        var start = 12 + 4 * Int(csrcCount)
        extensionProfile = nil
        paddingLength = 0
        hasBadPadding = false
        if first & 0x10 != 0 {
            guard count >= start + 4 else { return nil }
            extensionProfile = bytes.be16(start)
            start += 4 + 4 * Int(bytes.be16(start + 2))
        }
        guard count >= start else { return nil }
        var end = count
        if first & 0x20 != 0 {
            let padding = bytes.octet(count - 1)
            if padding > 0, Int(padding) <= count - start {
                paddingLength = padding
                end -= Int(padding)
            } else {
                hasBadPadding = true
            }
        }
        payload = start..<end
    }

    /// Why ``init(_:)-(RawSpan)`` finds no header.
    public static func failure(_ bytes: RawSpan) -> DecodeFailure? {
        var reader = ByteReader(bytes, layer: .rtp)
        do throws(DecodeFailure) {
            let first = try reader.u8("version")
            if first >> 6 != 2 {
                return DecodeFailure(
                    layer: .rtp, field: "version", offset: 0, reason: .invalid("version \(first >> 6), not 2"))
            }
            try reader.skip(11, "fixed header")
            try reader.skip(4 * Int(first & 0x0F), "CSRC list")
            guard first & 0x10 != 0 else { return nil }
            try reader.skip(2, "extension profile")
            try reader.skip(4 * Int(try reader.u16("extension length")), "extension")
            return nil
        } catch {
            return error
        }
    }

    /// Strict: also refuses padding that does not fit.
    public static func read(_ bytes: RawSpan) throws(DecodeFailure) -> RTPHeader {
        guard let header = RTPHeader(bytes) else {
            throw failure(bytes)
                ?? DecodeFailure(layer: .rtp, field: "header", offset: 0, reason: .invalid("not RTP"))
        }
        if header.hasBadPadding {
            let claimed = Int(bytes.octet(bytes.byteCount - 1))
            throw DecodeFailure(
                layer: .rtp, field: "padding", offset: bytes.byteCount - 1,
                reason: .lies(claimed: claimed, available: header.payload.count))
        }
        return header
    }

    /// The contributing sources (RFC 3550 §5.1), at most 15.
    public func csrcs(_ bytes: RawSpan) -> [UInt32] {
        (0..<Int(csrcCount)).compactMap { index in
            let offset = Self.fixedLength + 4 * index
            return bytes.byteCount >= offset + 4 ? bytes.be32(offset) : nil
        }
    }

    /// The packet with a payload, without CSRCs, extension and padding.
    public func packet(payload: some Sequence<UInt8>) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(0x80)
        writer.u8((marker ? 0x80 : 0) | payloadType & 0x7F)
        writer.u16(sequence)
        writer.u32(timestamp)
        writer.u32(ssrc)
        writer.raw(payload)
        return writer.bytes
    }

    /// The fixed header into the first ``fixedLength`` octets of `buffer`, which must have them.
    public func write(into buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(buffer.count >= Self.fixedLength)
        buffer[0] = 0x80
        buffer[1] = (marker ? 0x80 : 0) | payloadType & 0x7F
        buffer[2] = UInt8(sequence >> 8)
        buffer[3] = UInt8(truncatingIfNeeded: sequence)
        var shift: UInt32 = 24
        for index in 0..<4 {
            buffer[4 + index] = UInt8(truncatingIfNeeded: timestamp >> shift)
            buffer[8 + index] = UInt8(truncatingIfNeeded: ssrc >> shift)
            shift &-= 8
        }
    }

    /// Version, lengths and padding fit, and the payload type is not one that RTCP's packet types would give
    /// (RFC 5761 §4: 64–95). True of 1 in 5 random packets, so look at more than one.
    @inlinable
    public static func looksLike(_ bytes: RawSpan) -> Bool {
        guard let header = RTPHeader(bytes), !header.hasBadPadding else { return false }
        return !(64...95).contains(header.payloadType) && !header.payload.isEmpty
    }
}
