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
