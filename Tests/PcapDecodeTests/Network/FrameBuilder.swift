import FaxCore
import PcapDecode

/// Builds frames layer by layer, from the inside out.
enum Build {
    static func udp(_ payload: [UInt8], from: UInt16 = 5060, to: UInt16 = 5062, length: Int? = nil) -> [UInt8] {
        var writer = ByteWriter()
        writer.u16(from)
        writer.u16(to)
        writer.u16(UInt16(length ?? payload.count + 8))
        writer.u16(0xBEEF)
        writer.raw(payload)
        return writer.bytes
    }

    static func ipv4(
        _ payload: [UInt8], protocol number: UInt8 = 17, from: UInt32 = 0x0A00_0001, to: UInt32 = 0x0A00_0002,
        id: UInt16 = 7, fragment: UInt16 = 0, options: [UInt8] = [], totalLength: Int? = nil
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(0x40 | UInt8(5 + options.count / 4))
        writer.u8(0)
        writer.u16(UInt16(totalLength ?? 20 + options.count + payload.count))
        writer.u16(id)
        writer.u16(fragment)
        writer.u8(64)
        writer.u8(number)
        writer.u16(0)
        writer.u32(from)
        writer.u32(to)
        writer.raw(options)
        writer.raw(payload)
        return writer.bytes
    }

    static func tcp(_ payload: [UInt8], sequence: UInt32 = 1, flags: UInt8 = 0x18) -> [UInt8] {
        var writer = ByteWriter()
        writer.u16(5060)
        writer.u16(40_000)
        writer.u32(sequence)
        writer.u32(0)
        writer.u8(0x60)
        writer.u8(flags)
        writer.u16(512)
        writer.u32(0)
        writer.u32(0x0101_0101)
        writer.raw(payload)
        return writer.bytes
    }

    /// `2001:db8::1` to `2001:db8::2`.
    static func ipv6(_ payload: [UInt8], next: UInt8 = 17, length: Int? = nil) -> [UInt8] {
        var writer = ByteWriter()
        writer.u32(0x6000_0000)
        writer.u16(UInt16(length ?? payload.count))
        writer.u8(next)
        writer.u8(64)
        for last: UInt64 in [1, 2] {
            writer.u64(0x2001_0DB8_0000_0000)
            writer.u64(last)
        }
        writer.raw(payload)
        return writer.bytes
    }

    static func gre(_ payload: [UInt8], flags: UInt16 = 0, type: UInt16, fields: [UInt8] = []) -> [UInt8] {
        [UInt8(flags >> 8), UInt8(flags & 255), UInt8(type >> 8), UInt8(type & 255)] + fields + payload
    }

    static func hep(_ payload: [UInt8], packed: Bool = false) -> [UInt8] {
        func chunk(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
            let length = value.count + 6
            return [0, 0, 0, type, UInt8(length >> 8), UInt8(length & 255)] + value
        }
        let chunks =
            chunk(1, [2]) + chunk(2, [6]) + chunk(3, [192, 0, 2, 1]) + chunk(4, [192, 0, 2, 2])
            + chunk(7, [0x13, 0xC4])
            + chunk(8, [0x13, 0xC5]) + chunk(9, [0x65, 0x53, 0xF1, 0x00]) + chunk(10, [0, 0, 0, 5]) + chunk(11, [1])
            + chunk(packed ? 16 : 15, payload)
        let length = chunks.count + 6
        return [UInt8]("HEP3".utf8) + [UInt8(length >> 8), UInt8(length & 255)] + chunks
    }

    static func ethernet(_ payload: [UInt8], type: UInt16 = 0x0800, padding: Int = 0) -> [UInt8] {
        [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, UInt8(type >> 8), UInt8(type & 255)] + payload
            + [UInt8](repeating: 0, count: padding)
    }
}

/// Keeps what the decoder delivers.
struct RecordingSink: PacketSink {
    struct Packet {
        var info: PacketInfo
        var segment: TCPSegmentInfo?
        var payload: [UInt8]
    }

    var packets: [Packet] = []
    var notices: [(info: PacketInfo, notice: ICMPNotice)] = []
    var warnings: [DecodeFailure] = []

    mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        packets.append(Packet(info: info, segment: nil, payload: payload.copied()))
    }

    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {
        packets.append(Packet(info: info, segment: segment, payload: payload.copied()))
    }

    mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) { notices.append((info, notice)) }
    mutating func warning(_ failure: DecodeFailure, frame: FrameRef) { warnings.append(failure) }
}
