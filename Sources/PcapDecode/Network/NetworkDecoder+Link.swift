import FaxCore

extension NetworkDecoder {
    enum EtherType {
        static let ipv4: UInt16 = 0x0800
        static let ipv6: UInt16 = 0x86DD
    }

    /// IEEE 802.3: destination 6, source 6, EtherType 2.
    @inline(__always)
    mutating func ethernet<Sink: PacketSink>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        guard bytes.byteCount &- start >= 14 else {
            sink.warning(short(.link, "Ethernet header", start, 14, bytes.byteCount - start), frame: info.frame)
            return
        }
        mixTag(bytes.be32(start), bytes.be32(start &+ 4), bytes.be32(start &+ 8))
        let type = bytes.be16(start &+ 12)
        if type == EtherType.ipv4 {
            ipv4(bytes, at: start &+ 14, to: &sink)
        } else {
            network(type, bytes, at: start &+ 14, to: &sink)
        }
    }

    /// What follows an EtherType.
    mutating func network<Sink: PacketSink>(_ type: UInt16, _ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        counts.otherProtocols += 1
    }

    @inline(__always)
    mutating func mixTag(_ a: UInt32, _ b: UInt32, _ c: UInt32) {
        let one = (UInt64(a) << 32 | UInt64(b)) &* 0x9E37_79B9_7F4A_7C15
        let two = (UInt64(info.linkTag) << 32 | UInt64(c)) &* 0xC2B2_AE3D_27D4_EB4F
        let mixed = one ^ (two >> 29) ^ two
        info.linkTag = UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32))
    }
}
