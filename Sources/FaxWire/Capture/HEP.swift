import FaxCore

/// The Homer Encapsulation Protocol, version 3: `HEP3`, length u16 of all, then chunks of vendor u16, type u16, length
/// u16 (with these six) and value.
public enum HEP {
    /// `HEP3`
    public static let magic: UInt32 = 0x4845_5033
    public static let headerLength = 6

    /// The length that a message claims for itself; `nil` when the octets do not begin like one.
    public static func length(_ bytes: RawSpan) -> Int? {
        guard bytes.byteCount >= headerLength, bytes.be32(0) == magic else { return nil }
        let length = Int(bytes.be16(4))
        return length >= headerLength ? length : nil
    }

    /// What the generic chunks (vendor 0) say. Fields stay `nil` when their chunk is missing.
    public struct Message: Sendable, Hashable {
        public var transport: UInt8?
        public var source: IPAddress?
        public var destination: IPAddress?
        public var sourcePort: UInt16?
        public var destinationPort: UInt16?
        public var seconds: UInt32?
        public var microseconds: UInt32?
        /// 1 = SIP, 5 = RTCP report, 34 = RTP report …
        public var payloadType: UInt8?
        public var agent: UInt32?
        public var correlation: String?
        /// Place of the payload in the message.
        public var payload: Range<Int>?
        /// The payload is packed with zlib (chunk 16).
        public var isPacked = false

        public init() {}

        /// Time stamp of the captured packet, where both chunks are there.
        public var time: Instant? {
            guard let seconds, let microseconds else { return nil }
            return Instant(nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(microseconds) * 1000)
        }
    }

    /// Reads a message as far as its chunks are sound; unknown and vendor chunks are passed over.
    public static func read(_ bytes: RawSpan) -> Decoded<Message> {
        var message = Message()
        var reader = ByteReader(bytes, layer: .hep)
        do throws(DecodeFailure) {
            guard try reader.u32("magic") == magic else { throw reader.invalid("magic", "is not HEP3") }
            let claimed = Int(try reader.u16("length"))
            let end = min(claimed, bytes.byteCount)
            while reader.offset + 6 <= end {
                let vendor = try reader.u16("vendor")
                let type = try reader.u16("chunk type")
                let length = Int(try reader.u16("chunk length"))
                guard length >= 6, length - 6 <= end - reader.offset else {
                    throw DecodeFailure(
                        layer: .hep, field: "chunk length", offset: reader.offset - 2,
                        reason: .lies(claimed: length, available: end - reader.offset + 6))
                }
                let start = reader.offset
                let value = try reader.slice(length - 6, "chunk")
                if vendor == 0 { message.take(type, value, at: start) }
            }
            if claimed > bytes.byteCount {
                throw DecodeFailure(
                    layer: .hep, field: "length", offset: 4,
                    reason: .lies(claimed: claimed, available: bytes.byteCount))
            }
        } catch {
            return Decoded(message, stoppedBy: error)
        }
        return Decoded(message)
    }
}

extension HEP.Message {
    fileprivate mutating func take(_ type: UInt16, _ value: RawSpan, at start: Int) {
        switch (type, value.byteCount) {
        case (2, 1...): transport = value.octet(0)
        case (3, 4...): source = IPAddress(v4: value.be32(0))
        case (4, 4...): destination = IPAddress(v4: value.be32(0))
        case (5, 16...): source = HEP.address(value)
        case (6, 16...): destination = HEP.address(value)
        case (7, 2...): sourcePort = value.be16(0)
        case (8, 2...): destinationPort = value.be16(0)
        case (9, 4...): seconds = value.be32(0)
        case (10, 4...): microseconds = value.be32(0)
        case (11, 1...): payloadType = value.octet(0)
        case (12, 4...): agent = value.be32(0)
        case (15, _), (16, _):
            payload = start..<start + value.byteCount
            isPacked = type == 16
        case (17, _): correlation = String(decoding: value.copied(), as: UTF8.self)
        default: break
        }
    }
}

extension HEP {
    fileprivate static func address(_ value: RawSpan) -> IPAddress {
        IPAddress(
            high: UInt64(value.be32(0)) << 32 | UInt64(value.be32(4)),
            low: UInt64(value.be32(8)) << 32 | UInt64(value.be32(12)))
    }
}
