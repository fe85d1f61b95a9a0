import FaxCore
import FaxWire

extension NetworkDecoder {
    private enum Port {
        static let vxlan: UInt16 = 4789
        /// What Linux used before the number above was assigned.
        static let linuxVXLAN: UInt16 = 8472
    }

    /// What an IP packet carries. `lengthOnWire` is the length that IP gives, `payload` what the file holds of it.
    mutating func transport<Sink: PacketSink & ~Copyable>(
        _ number: UInt8, _ payload: RawSpan, lengthOnWire: Int, to sink: inout Sink
    ) {
        switch number {
        case Transport.udp: udp(payload, lengthOnWire: lengthOnWire, to: &sink)
        case Transport.tcp: tcp(payload, lengthOnWire: lengthOnWire, to: &sink)
        case Transport.icmp: icmp(payload, kind: ICMPKind.v4, to: &sink)
        case Transport.icmpV6: icmp(payload, kind: ICMPKind.v6, to: &sink)
        case Transport.ipv4, Transport.ipv6, Transport.gre: tunnel(number, payload, to: &sink)
        default: counts.otherTransports += 1
        }
    }

    /// RFC 768: source port, destination port, length, checksum. A length of 0 means all that IP carries (RFC 2675 §4).
    @inline(__always)
    mutating func udp<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, lengthOnWire: Int, to sink: inout Sink) {
        guard bytes.byteCount >= 8 else { return lost(short(.udp, "header", 0, 8, bytes.byteCount), &sink) }
        var length = Int(bytes.be16(4))
        if length > lengthOnWire || length < 8 {
            if length != 0 { lost(lies(.udp, "length", 4, length, lengthOnWire), &sink) }
            length = max(8, lengthOnWire)
        }
        info.transport = Transport.udp
        info.source.port = bytes.be16(0)
        info.destination.port = bytes.be16(2)
        info.checksum = bytes.be16(6)
        info.payloadLengthOnWire = length &- 8
        info.isTruncated = bytes.byteCount < length
        let payload = bytes.extracting(8..<min(length, bytes.byteCount))
        if payload.byteCount >= 8, wraps(payload.be32(0), info.destination.port) {
            if wrapped(payload, to: &sink) { return }
        }
        sink.udp(info, payload: payload)
    }

    /// Whether a datagram may hold other packets: a first look that costs next to nothing.
    @inline(__always)
    func wraps(_ first: UInt32, _ port: UInt16) -> Bool {
        first == HEP.magic || port == Port.vxlan || port == Port.linuxVXLAN
    }

    /// Hands out what HEP or VXLAN carries; `false` when the datagram turns out to be neither.
    @inline(never)
    private mutating func wrapped<Sink: PacketSink & ~Copyable>(_ payload: RawSpan, to sink: inout Sink) -> Bool {
        payload.be32(0) == HEP.magic ? hep(payload, to: &sink) > 0 : vxlan(payload, to: &sink)
    }

    /// RFC 9293 §3.1.
    mutating func tcp<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, lengthOnWire: Int, to sink: inout Sink) {
        guard bytes.byteCount >= 20 else { return lost(short(.tcp, "header", 0, 20, bytes.byteCount), &sink) }
        let headerLength = Int(bytes.octet(12) >> 4) &* 4
        guard headerLength >= 20, headerLength <= bytes.byteCount else {
            return lost(lies(.tcp, "data offset", 12, headerLength, bytes.byteCount), &sink)
        }
        info.transport = Transport.tcp
        info.source.port = bytes.be16(0)
        info.destination.port = bytes.be16(2)
        info.checksum = bytes.be16(16)
        info.payloadLengthOnWire = max(0, lengthOnWire &- headerLength)
        info.isTruncated = bytes.byteCount < lengthOnWire
        let segment = TCPSegmentInfo(
            sequence: bytes.be32(4), acknowledgment: bytes.be32(8),
            flags: TCPSegmentInfo.Flags(rawValue: bytes.octet(13) & 0x3F), window: bytes.be16(14))
        let payload = bytes.extracting(headerLength...)
        if payload.byteCount >= 8, payload.be32(0) == HEP.magic, hepMessages(payload, to: &sink) { return }
        sink.tcp(info, segment: segment, payload: payload)
    }

    // MARK: ICMP

    /// RFC 792 and RFC 4443: type u8, code u8, checksum u16, rest u32, then the packet that caused the error.
    private mutating func icmp<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, kind: ICMPKind, to sink: inout Sink) {
        guard bytes.byteCount >= 8 else { return lost(short(.ip, "ICMP header", 0, 8, bytes.byteCount), &sink) }
        guard let what = kind.error(type: bytes.octet(0), code: bytes.octet(1)),
            var notice = quote(bytes.extracting(8...))
        else { return }
        notice.what = what
        info.source.port = 0
        info.destination.port = 0
        info.transport = kind == .v4 ? Transport.icmp : Transport.icmpV6
        info.checksum = bytes.be16(2)
        info.payloadLengthOnWire = bytes.byteCount - 8
        info.isTruncated = false
        sink.icmp(info, notice: notice)
    }

    /// Addresses and ports of the packet that an error quotes; `nil` when too little of it is there.
    private func quote(_ bytes: RawSpan) -> ICMPNotice? {
        guard bytes.byteCount >= 20 else { return nil }
        switch bytes.octet(0) >> 4 {
        case 4:
            return quote(
                bytes, bytes.octet(9), ports: Int(bytes.octet(0) & 15) * 4, IPAddress(v4: bytes.be32(12)),
                IPAddress(v4: bytes.be32(16)))
        case 6 where bytes.byteCount >= 40:
            return quote(bytes, bytes.octet(6), ports: 40, address(bytes, 8), address(bytes, 24))
        default: return nil
        }
    }

    private func quote(
        _ bytes: RawSpan, _ number: UInt8, ports offset: Int, _ source: IPAddress, _ destination: IPAddress
    ) -> ICMPNotice {
        let hasPorts = (number == Transport.udp || number == Transport.tcp) && bytes.byteCount >= offset + 4
        return ICMPNotice(
            what: "", quotedSource: Endpoint(source, hasPorts ? bytes.be16(offset) : 0),
            quotedDestination: Endpoint(destination, hasPorts ? bytes.be16(offset + 2) : 0), quotedProtocol: number)
    }
}

/// The errors of ICMP and ICMPv6 in words.
enum ICMPKind {
    case v4, v6

    /// `nil` for what is no error (echo, neighbour discovery …).
    func error(type: UInt8, code: UInt8) -> String? {
        switch self {
        case .v4: ICMPKind.v4Error(type, code)
        case .v6: ICMPKind.v6Error(type, code)
        }
    }

    private static func v4Error(_ type: UInt8, _ code: UInt8) -> String? {
        switch (type, code) {
        case (3, 0), (3, 6), (3, 11): "network unreachable"
        case (3, 1), (3, 7), (3, 8), (3, 12): "host unreachable"
        case (3, 2): "protocol unreachable"
        case (3, 3): "port unreachable"
        case (3, 4): "fragmentation needed"
        case (3, 5): "source route failed"
        case (3, 9), (3, 10), (3, 13), (3, 14), (3, 15): "administratively prohibited"
        case (3, _): "destination unreachable, code \(code)"
        case (4, _): "source quench"
        case (5, _): "redirect"
        case (11, 0): "time to live exceeded"
        case (11, _): "fragment reassembly time exceeded"
        case (12, _): "parameter problem"
        default: nil
        }
    }

    private static func v6Error(_ type: UInt8, _ code: UInt8) -> String? {
        switch (type, code) {
        case (1, 0): "network unreachable"
        case (1, 1), (1, 5), (1, 6): "administratively prohibited"
        case (1, 2), (1, 3): "host unreachable"
        case (1, 4): "port unreachable"
        case (1, _): "destination unreachable, code \(code)"
        case (2, _): "packet too big"
        case (3, 0): "time to live exceeded"
        case (3, _): "fragment reassembly time exceeded"
        case (4, _): "parameter problem"
        default: nil
        }
    }
}
