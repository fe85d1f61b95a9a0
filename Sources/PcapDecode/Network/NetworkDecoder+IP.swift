import FaxCore

extension NetworkDecoder {
    enum Transport {
        static let icmp: UInt8 = 1
        static let ipv4: UInt8 = 4
        static let tcp: UInt8 = 6
        static let udp: UInt8 = 17
        static let ipv6: UInt8 = 41
        static let gre: UInt8 = 47
        static let icmpV6: UInt8 = 58
    }

    /// RFC 791. The total length trims padding; 0 (segmentation offload on the capturing machine) means all there is.
    @inline(__always)
    mutating func ipv4<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        let have = bytes.byteCount &- start
        guard have >= 20 else { return lost(short(.ip, "IPv4 header", start, 20, have), &sink) }
        let first = bytes.octet(start)
        let headerLength = Int(first & 0x0F) &* 4
        guard first >> 4 == 4, headerLength >= 20, headerLength <= have else {
            return lost(badIPv4(first, start), &sink)
        }
        var total = Int(bytes.be16(start &+ 2))
        if total == 0 { total = have }
        guard total >= headerLength else { return lost(lies(.ip, "total length", start + 2, total, have), &sink) }
        info.ipID = UInt32(bytes.be16(start &+ 4))
        info.ttl = bytes.octet(start &+ 8)
        info.source.address = IPAddress(v4: bytes.be32(start &+ 12))
        info.destination.address = IPAddress(v4: bytes.be32(start &+ 16))
        info.fragments = 0
        let payload = bytes.extracting(start &+ headerLength..<start &+ min(total, have))
        let number = bytes.octet(start &+ 9)
        let fragment = bytes.be16(start &+ 6)
        if fragment & 0x3FFF != 0 {
            self.fragment(
                number, offset: Int(fragment & 0x1FFF) * 8, isLast: fragment & 0x2000 == 0, payload,
                lengthOnWire: total - headerLength, to: &sink)
        } else if number == Transport.udp {
            udp(payload, lengthOnWire: total &- headerLength, to: &sink)
        } else {
            transport(number, payload, lengthOnWire: total &- headerLength, to: &sink)
        }
    }

    private func badIPv4(_ first: UInt8, _ start: Int) -> DecodeFailure {
        DecodeFailure(
            layer: .ip, field: "version and header length", offset: start,
            reason: .invalid("version \(first >> 4), header of \(Int(first & 15) * 4) octets"))
    }

    /// RFC 8200: version, traffic class and flow label u32, payload length u16, next header u8, hop limit u8, source 16,
    /// destination 16. A payload length of 0 means all there is (jumbograms, segmentation offload).
    mutating func ipv6<Sink: PacketSink & ~Copyable>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        let have = bytes.byteCount - start
        guard have >= 40 else { return lost(short(.ip, "IPv6 header", start, 40, have), &sink) }
        guard bytes.octet(start) >> 4 == 6 else {
            let reason = DecodeFailure.Reason.invalid("version \(bytes.octet(start) >> 4)")
            return lost(DecodeFailure(layer: .ip, field: "version", offset: start, reason: reason), &sink)
        }
        info.ipID = 0
        info.ttl = bytes.octet(start + 7)
        info.source.address = address(bytes, start + 8)
        info.destination.address = address(bytes, start + 24)
        info.fragments = 0
        var length = Int(bytes.be16(start + 4))
        if length == 0 { length = have - 40 }
        let payload = bytes.extracting(start + 40..<start + 40 + min(length, have - 40))
        extensionHeaders(first: bytes.octet(start + 6), payload, lengthOnWire: length, to: &sink)
    }

    func address(_ bytes: RawSpan, _ offset: Int) -> IPAddress {
        IPAddress(
            high: UInt64(bytes.be32(offset)) << 32 | UInt64(bytes.be32(offset + 4)),
            low: UInt64(bytes.be32(offset + 8)) << 32 | UInt64(bytes.be32(offset + 12)))
    }

    /// RFC 8200 §4, up to the transport or a fragment header.
    private mutating func extensionHeaders<Sink: PacketSink & ~Copyable>(
        first: UInt8, _ bytes: RawSpan, lengthOnWire: Int, to sink: inout Sink
    ) {
        var next = first
        var offset = 0
        for _ in 0..<Limit.headers {
            let isFragment = next == 44
            guard isFragment || NetworkDecoder.isExtension(next) else {
                let payload = bytes.extracting(min(offset, bytes.byteCount)...)
                return transport(next, payload, lengthOnWire: max(0, lengthOnWire - offset), to: &sink)
            }
            guard bytes.byteCount - offset >= 8 else {
                return lost(short(.ip, "extension header", offset, 8, bytes.byteCount - offset), &sink)
            }
            // RFC 4302 §2.2 counts in words less two, the others in eight octets beyond the first eight.
            let units = Int(bytes.octet(offset + 1))
            let length = isFragment ? 8 : next == 51 ? (units + 2) * 4 : (units + 1) * 8
            next = bytes.octet(offset)
            if isFragment {
                let field = bytes.be16(offset + 2)
                info.ipID = bytes.be32(offset + 4)
                // An atomic fragment (RFC 6946) is a whole packet.
                if field & 0xFFF9 != 0 {
                    return fragment(
                        next, offset: Int(field & 0xFFF8), isLast: field & 1 == 0, bytes.extracting((offset + 8)...),
                        lengthOnWire: max(0, lengthOnWire - offset - 8), to: &sink)
                }
            }
            guard length <= bytes.byteCount - offset else {
                return lost(lies(.ip, "extension header", offset + 1, length, bytes.byteCount - offset), &sink)
            }
            offset += length
        }
        lost(tooMany("IPv6 extension headers", .ip, offset), &sink)
    }

    private static func isExtension(_ header: UInt8) -> Bool {
        switch header {
        case 0, 43, 51, 60, 135, 139, 140: true
        default: false
        }
    }

    // MARK: Fragments

    private mutating func fragment<Sink: PacketSink & ~Copyable>(
        _ number: UInt8, offset: Int, isLast: Bool, _ payload: RawSpan, lengthOnWire: Int, to sink: inout Sink
    ) {
        expire(now: info.time, to: &sink)
        let key = FragmentKey(
            source: info.source.address, destination: info.destination.address, id: info.ipID, transport: number)
        let piece = FragmentPiece(offset: offset, lengthOnWire: lengthOnWire, isLast: isLast)
        let result = fragments.add(piece, payload, key: key, info: info)
        switch result {
        case .waiting: break
        case .damaged(let failure): sink.warning(failure, frame: info.frame)
        case .whole(let datagram): deliver(datagram, to: &sink)
        }
    }

    /// Hands out what waited too long for its missing fragments: the octets up to the first hole, as a truncated packet.
    private mutating func expire<Sink: PacketSink & ~Copyable>(now: Instant, to sink: inout Sink) {
        while let datagram = fragments.expired(now: now) { giveUp(datagram, to: &sink) }
        if fragments.isFull, let oldest = fragments.first() { giveUp(oldest, to: &sink) }
    }

    /// Hands out the beginnings of datagrams whose other fragments never came. To be called once behind the last frame.
    public mutating func finish<Sink: PacketSink & ~Copyable>(to sink: inout Sink) {
        while let datagram = fragments.first() { giveUp(datagram, to: &sink) }
    }

    private mutating func giveUp<Sink: PacketSink & ~Copyable>(_ datagram: FragmentedDatagram, to sink: inout Sink) {
        let current = info
        sink.warning(
            DecodeFailure(
                layer: .ip, field: "fragments", offset: datagram.octets.count,
                reason: .invalid("the rest of a fragmented packet is missing")), frame: datagram.info.frame)
        deliver(datagram, to: &sink)
        info = current
    }

    private mutating func deliver<Sink: PacketSink & ~Copyable>(_ datagram: FragmentedDatagram, to sink: inout Sink) {
        let frame = info.frame
        let time = info.time
        info = datagram.info
        if datagram.isWhole {
            info.frame = frame
            info.time = time
        }
        info.fragments = UInt16(clamping: datagram.pieces)
        if datagram.octets.isEmpty { return }
        transport(
            datagram.key.transport, datagram.octets.span.bytes, lengthOnWire: datagram.lengthOnWire, to: &sink)
    }
}
