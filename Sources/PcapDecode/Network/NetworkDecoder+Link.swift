import FaxCore
import FaxWire

extension NetworkDecoder {
    enum EtherType {
        static let ipv4: UInt16 = 0x0800
        static let transparentBridging: UInt16 = 0x6558
        static let vlan: UInt16 = 0x8100
        static let ipv6: UInt16 = 0x86DD
        static let ppp: UInt16 = 0x880B
        static let mpls: UInt16 = 0x8847
        static let mplsMulticast: UInt16 = 0x8848
        static let pppoeSession: UInt16 = 0x8864
        static let erspan: UInt16 = 0x88BE
        static let providerBridge: UInt16 = 0x88A8
        static let oldProviderBridge: UInt16 = 0x9100
        static let erspan3: UInt16 = 0x22EB
    }

    /// IEEE 802.3: destination 6, source 6, EtherType 2.
    @inline(__always)
    mutating func ethernet<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        guard bytes.byteCount &- start >= 14 else {
            return lost(short(.link, "Ethernet header", start, 14, bytes.byteCount - start), &sink)
        }
        mixTag(bytes.be32(start), bytes.be32(start &+ 4), bytes.be32(start &+ 8))
        let type = bytes.be16(start &+ 12)
        if type == EtherType.ipv4 {
            ipv4(bytes, at: start &+ 14, to: &sink)
        } else {
            network(type, bytes, at: start &+ 14, to: &sink)
        }
    }

    /// Every link type but Ethernet.
    mutating func otherLink<Sink: PacketSink & ~Copyable>(_ linkType: LinkType, _ bytes: RawSpan, to sink: inout Sink) {
        switch linkType {
        case .rawIP, .ipv4, .ipv6: anyIP(bytes, at: 0, to: &sink)
        case .linuxSLL: linuxCooked(bytes, to: &sink)
        case .linuxSLL2: linuxCooked2(bytes, to: &sink)
        case .null, .loop: loopback(bytes, to: &sink)
        case .ppp, .pppHDLC: ppp(bytes, at: 0, to: &sink)
        case .pppWithDirection: ppp(bytes, at: 1, to: &sink)
        case .pppoe: pppoe(bytes, at: 0, to: &sink)
        case .ciscoHDLC: ciscoHDLC(bytes, to: &sink)
        default: counts.otherProtocols += 1
        }
    }

    /// What follows an EtherType. Tags of IEEE 802.1Q (and of 802.1ad, several deep) are passed and counted in the link tag.
    mutating func network<Sink: PacketSink & ~Copyable>(
        _ type: UInt16, _ bytes: RawSpan, at start: Int, to sink: inout Sink
    ) {
        var type = type
        var offset = start
        for _ in 0..<Limit.headers {
            switch type {
            case EtherType.ipv4: return ipv4(bytes, at: offset, to: &sink)
            case EtherType.ipv6: return ipv6(bytes, at: offset, to: &sink)
            case EtherType.vlan, EtherType.providerBridge, EtherType.oldProviderBridge:
                guard bytes.byteCount - offset >= 4 else {
                    return lost(short(.link, "VLAN tag", offset, 4, bytes.byteCount - offset), &sink)
                }
                mixTag(UInt32(bytes.be16(offset)), UInt32(type), 0)
                type = bytes.be16(offset + 2)
                offset += 4
            case EtherType.mpls, EtherType.mplsMulticast: return mpls(bytes, at: offset, to: &sink)
            case EtherType.pppoeSession: return pppoe(bytes, at: offset, to: &sink)
            case EtherType.ppp: return ppp(bytes, at: offset, to: &sink)
            default:
                counts.otherProtocols += 1
                return
            }
        }
        lost(tooMany("VLAN tags", .link, offset), &sink)
    }

    /// IPv4 or IPv6 by the version in the first four bits.
    mutating func anyIP<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        guard bytes.byteCount > start else { return lost(short(.ip, "version", start, 1, 0), &sink) }
        switch bytes.octet(start) >> 4 {
        case 4: ipv4(bytes, at: start, to: &sink)
        case 6: ipv6(bytes, at: start, to: &sink)
        default: counts.otherProtocols += 1
        }
    }

    /// LINKTYPE_LINUX_SLL: packet type u16, ARPHRD u16, address length u16, address 8, protocol u16.
    private mutating func linuxCooked<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) {
        guard bytes.byteCount >= 16 else { return lost(short(.link, "SLL header", 0, 16, bytes.byteCount), &sink) }
        mixTag(bytes.be32(0), bytes.be32(6), bytes.be32(10))
        network(bytes.be16(14), bytes, at: 16, to: &sink)
    }

    /// LINKTYPE_LINUX_SLL2: protocol u16, reserved u16, interface u32, ARPHRD u16, packet type u8, address length u8,
    /// address 8.
    private mutating func linuxCooked2<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) {
        guard bytes.byteCount >= 20 else { return lost(short(.link, "SLL2 header", 0, 20, bytes.byteCount), &sink) }
        mixTag(bytes.be32(4), bytes.be32(8), bytes.be32(12) ^ bytes.be32(16))
        network(bytes.be16(0), bytes, at: 20, to: &sink)
    }

    /// LINKTYPE_NULL (the capturing machine's byte order) and LINKTYPE_LOOP (network order): an address family, 2 for
    /// IPv4 and 10, 24, 28 or 30 for IPv6, small enough to tell the order.
    private mutating func loopback<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) {
        guard bytes.byteCount >= 4 else { return lost(short(.link, "address family", 0, 4, bytes.byteCount), &sink) }
        let family = min(bytes.le32(0), bytes.be32(0))
        switch family {
        case 2: ipv4(bytes, at: 4, to: &sink)
        case 10, 24, 28, 30: ipv6(bytes, at: 4, to: &sink)
        default: counts.otherProtocols += 1
        }
    }

    /// RFC 1661, with or without the address and control octets of RFC 1662 and with a compressed protocol field.
    mutating func ppp<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        var offset = start
        if bytes.byteCount - offset >= 2, bytes.be16(offset) == 0xFF03 { offset += 2 }
        guard bytes.byteCount - offset >= 2 else {
            return lost(short(.link, "PPP protocol", offset, 2, bytes.byteCount - offset), &sink)
        }
        let isCompressed = bytes.octet(offset) & 1 == 1
        let type = isCompressed ? UInt16(bytes.octet(offset)) : bytes.be16(offset)
        offset += isCompressed ? 1 : 2
        switch type {
        case 0x0021: ipv4(bytes, at: offset, to: &sink)
        case 0x0057: ipv6(bytes, at: offset, to: &sink)
        case 0x0281, 0x0283: mpls(bytes, at: offset, to: &sink)
        default: counts.otherProtocols += 1
        }
    }

    /// RFC 2516 §4: version and type u8, code u8, session u16, length u16. Only sessions (code 0) carry packets.
    private mutating func pppoe<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        guard bytes.byteCount - start >= 6 else {
            return lost(short(.link, "PPPoE header", start, 6, bytes.byteCount - start), &sink)
        }
        if bytes.octet(start + 1) != 0 {
            counts.otherProtocols += 1
            return
        }
        mixTag(UInt32(bytes.be16(start + 2)), 0x8864, 0)
        ppp(bytes, at: start + 6, to: &sink)
    }

    /// LINKTYPE_C_HDLC: address u8, control u8, EtherType u16.
    private mutating func ciscoHDLC<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) {
        guard bytes.byteCount >= 4 else { return lost(short(.link, "HDLC header", 0, 4, bytes.byteCount), &sink) }
        network(bytes.be16(2), bytes, at: 4, to: &sink)
    }

    /// RFC 3032 §2.1: labels of four octets up to the one whose lowest bit of the third octet is set; then IP.
    private mutating func mpls<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        var offset = start
        for _ in 0..<Limit.headers {
            guard bytes.byteCount - offset >= 4 else {
                return lost(short(.link, "MPLS label", offset, 4, bytes.byteCount - offset), &sink)
            }
            mixTag(bytes.be32(offset) >> 12, 0x8847, 0)
            let isLast = bytes.octet(offset + 2) & 1 == 1
            offset += 4
            if isLast { return anyIP(bytes, at: offset, to: &sink) }
        }
        lost(tooMany("MPLS labels", .link, offset), &sink)
    }

    @inline(__always)
    mutating func mixTag(_ a: UInt32, _ b: UInt32, _ c: UInt32) {
        info.linkTag = Self.mixed(info.linkTag, a, b, c)
    }

    @inline(__always)
    static func mixed(_ tag: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt32 {
        let one = (UInt64(a) << 32 | UInt64(b)) &* 0x9E37_79B9_7F4A_7C15
        let two = (UInt64(tag) << 32 | UInt64(c)) &* 0xC2B2_AE3D_27D4_EB4F
        let mixed = one ^ (two >> 29) ^ two
        return UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32))
    }

    @inline(__always)
    static func tag(ofInterface interface: UInt32) -> UInt32 { interface &* 0x9E37_79B1 }
}
