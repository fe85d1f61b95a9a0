import FaxCore
import FaxWire

/// Makes whole Ethernet frames with IPv4 (UDP also over IPv6) and UDP or TCP around a payload, checksums right.
public enum FrameMaker {
    public static func udp(from: Endpoint, to: Endpoint, payload: [UInt8], ipID: UInt16 = 0) -> [UInt8] {
        var segment = ByteWriter()
        segment.u16(from.port)
        segment.u16(to.port)
        segment.u16(UInt16(truncatingIfNeeded: 8 + payload.count))
        segment.u16(0)
        segment.raw(payload)
        guard from.address.isV4, to.address.isV4 else {
            return ip6(from.address, to.address, transport: 17, checksumAt: 6, segment.bytes)
        }
        return ip(from.address, to.address, transport: 17, checksumAt: 6, segment.bytes, ipID: ipID)
    }

    /// RFC 8200 §3, with the checksum of §8.1.
    private static func ip6(
        _ from: IPAddress, _ to: IPAddress, transport: UInt8, checksumAt: Int, _ segment: [UInt8]
    ) -> [UInt8] {
        var frame = ByteWriter()
        frame.raw([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xDD, 0x60, 0, 0, 0])
        frame.u16(UInt16(truncatingIfNeeded: segment.count))
        frame.raw([transport, 64])
        for address in [from, to] {
            frame.u64(address.high)
            frame.u64(address.low)
        }
        frame.raw(segment)
        var sum = InternetChecksum()
        sum.add(frame.bytes, 22..<54)
        sum.add(Int(transport))
        sum.add(segment.count)
        sum.add(frame.bytes, 54..<54 + segment.count)
        frame.patch16(sum.value == 0 ? 0xFFFF : sum.value, at: 54 + checksumAt)
        return frame.bytes
    }

    /// A segment with PSH and ACK.
    public static func tcp(
        from: Endpoint, to: Endpoint, sequence: UInt32, acknowledgement: UInt32 = 1, payload: [UInt8], ipID: UInt16 = 0
    ) -> [UInt8] {
        var segment = ByteWriter()
        segment.u16(from.port)
        segment.u16(to.port)
        segment.u32(sequence)
        segment.u32(acknowledgement)
        segment.u16(0x5018)
        segment.u16(0xFFFF)
        segment.u32(0)
        segment.raw(payload)
        guard from.address.isV4, to.address.isV4 else {
            return ip6(from.address, to.address, transport: 6, checksumAt: 16, segment.bytes)
        }
        return ip(from.address, to.address, transport: 6, checksumAt: 16, segment.bytes, ipID: ipID)
    }

    /// - Parameters:
    ///   - checksumAt: offset of the checksum in `segment`, which holds 0 there; `nil` leaves it.
    ///   - fragment: flags and offset as the header has them.
    static func ip(
        _ from: IPAddress, _ to: IPAddress, transport: UInt8, checksumAt: Int?, _ segment: [UInt8], ipID: UInt16,
        fragment: UInt16 = 0
    ) -> [UInt8] {
        var frame = ByteWriter()
        frame.raw([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0])
        frame.u16(UInt16(truncatingIfNeeded: 20 + segment.count))
        frame.u16(ipID)
        frame.u16(fragment)
        frame.raw([64, transport, 0, 0])
        frame.u32(from.v4)
        frame.u32(to.v4)
        frame.raw(segment)
        var header = InternetChecksum()
        header.add(frame.bytes, 14..<34)
        frame.patch16(header.value, at: 24)
        guard let checksumAt else { return frame.bytes }
        var sum = InternetChecksum()
        sum.add(frame.bytes, 26..<34)
        sum.add(Int(transport))
        sum.add(segment.count)
        sum.add(frame.bytes, 34..<34 + segment.count)
        frame.patch16(sum.value == 0 ? 0xFFFF : sum.value, at: 34 + checksumAt)
        return frame.bytes
    }
}
