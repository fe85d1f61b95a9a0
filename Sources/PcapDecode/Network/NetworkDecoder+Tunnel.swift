import FaxCore

extension NetworkDecoder {
    /// IP in IP (RFC 2003), IPv6 in IPv4 (RFC 4213) and GRE.
    mutating func tunnel<Sink: PacketSink & ~Copyable>(_ number: UInt8, _ bytes: RawSpan, to sink: inout Sink) {
        guard enter(&sink) else { return }
        switch number {
        case Transport.gre: gre(bytes, to: &sink)
        default: anyIP(bytes, at: 0, to: &sink)
        }
    }

    /// Counts a layer of tunnel; `false` when there are too many. What came before goes into the link tag, so that a
    /// packet seen inside and outside of its tunnel is known as two captures of one.
    private mutating func enter<Sink: PacketSink & ~Copyable>(_ sink: inout Sink) -> Bool {
        guard info.depth < Limit.depth else {
            lost(
                DecodeFailure(
                    layer: .tunnel, field: "nesting", offset: 0, reason: .limit("depth", Int(Limit.depth))), &sink)
            return false
        }
        info.depth += 1
        let outer = info.source.address.low ^ info.destination.address.low
        mixTag(UInt32(truncatingIfNeeded: outer), UInt32(truncatingIfNeeded: outer >> 32), UInt32(info.depth))
        return true
    }

    /// RFC 2784 and RFC 2890: flags and version u16, EtherType u16, then by flags checksum and reserved u32, key u32,
    /// sequence u32. Version 1 (PPTP, RFC 2637) adds an acknowledgment.
    private mutating func gre<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) {
        guard bytes.byteCount >= 4 else { return lost(short(.tunnel, "GRE header", 0, 4, bytes.byteCount), &sink) }
        let flags = bytes.be16(0)
        let type = bytes.be16(2)
        let hasSequence = flags & 0x1000 != 0
        var offset = 4
        if flags & 0xC000 != 0 { offset += 4 }
        if flags & 0x2000 != 0 { offset += 4 }
        if hasSequence { offset += 4 }
        if flags & 7 == 1, flags & 0x0080 != 0 { offset += 4 }
        guard bytes.byteCount >= offset else {
            return lost(short(.tunnel, "GRE header", 0, offset, bytes.byteCount), &sink)
        }
        switch type {
        case EtherType.transparentBridging: ethernet(bytes, at: offset, to: &sink)
        // ERSPAN type I has neither sequence nor header, type II has both; type III names itself (12 octets, 8 more
        // when the lowest bit says so).
        case EtherType.erspan: ethernet(bytes, at: offset + (hasSequence ? 8 : 0), to: &sink)
        case EtherType.erspan3:
            guard bytes.byteCount >= offset + 12 else {
                return lost(short(.tunnel, "ERSPAN header", offset, 12, bytes.byteCount - offset), &sink)
            }
            ethernet(bytes, at: offset + 12 + (bytes.octet(offset + 11) & 1 == 1 ? 8 : 0), to: &sink)
        default: network(type, bytes, at: offset, to: &sink)
        }
    }

    /// RFC 7348 §5: flags u8 (0x08: the identifier counts), reserved 3, identifier 3, reserved 1, an Ethernet frame.
    /// The port alone proves nothing: `false` when the octets do not look like it.
    mutating func vxlan<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, to sink: inout Sink) -> Bool {
        guard bytes.byteCount >= 8 + 14 + 20, bytes.octet(0) & 0x08 != 0, bytes.octet(7) == 0 else { return false }
        let version = bytes.octet(22) >> 4
        switch bytes.be16(20) {
        case EtherType.ipv4 where version == 4, EtherType.ipv6 where version == 6: break
        case EtherType.vlan, EtherType.providerBridge: break
        default: return false
        }
        guard enter(&sink) else { return true }
        ethernet(bytes, at: 8, to: &sink)
        return true
    }
}
