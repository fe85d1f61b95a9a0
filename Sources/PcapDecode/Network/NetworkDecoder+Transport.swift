import FaxCore

extension NetworkDecoder {
    /// What an IP packet carries. `lengthOnWire` is the length that IP gives, `payload` what the file holds of it.
    mutating func transport<Sink: PacketSink>(
        _ number: UInt8, _ payload: RawSpan, lengthOnWire: Int, to sink: inout Sink
    ) {
        switch number {
        case Transport.udp: udp(payload, lengthOnWire: lengthOnWire, to: &sink)
        case Transport.tcp: tcp(payload, lengthOnWire: lengthOnWire, to: &sink)
        default: counts.otherTransports += 1
        }
    }

    /// RFC 768: source port, destination port, length, checksum. A length of 0 means all that IP carries (RFC 2675 §4).
    @inline(__always)
    mutating func udp<Sink: PacketSink>(_ bytes: RawSpan, lengthOnWire: Int, to sink: inout Sink) {
        guard bytes.byteCount >= 8 else {
            sink.warning(short(.udp, "header", 0, 8, bytes.byteCount), frame: info.frame)
            return
        }
        var length = Int(bytes.be16(4))
        if length > lengthOnWire || length < 8 {
            if length != 0 {
                sink.warning(
                    DecodeFailure(
                        layer: .udp, field: "length", offset: 4,
                        reason: .lies(claimed: length, available: lengthOnWire)), frame: info.frame)
            }
            length = lengthOnWire
        }
        info.transport = Transport.udp
        info.source.port = bytes.be16(0)
        info.destination.port = bytes.be16(2)
        info.checksum = bytes.be16(6)
        info.payloadLengthOnWire = length &- 8
        info.isTruncated = bytes.byteCount < length
        sink.udp(info, payload: bytes.extracting(8..<min(length, bytes.byteCount)))
    }

    /// RFC 9293 §3.1.
    mutating func tcp<Sink: PacketSink>(_ bytes: RawSpan, lengthOnWire: Int, to sink: inout Sink) {
        guard bytes.byteCount >= 20 else {
            sink.warning(short(.tcp, "header", 0, 20, bytes.byteCount), frame: info.frame)
            return
        }
        let headerLength = Int(bytes.octet(12) >> 4) &* 4
        guard headerLength >= 20, headerLength <= bytes.byteCount else {
            sink.warning(
                DecodeFailure(
                    layer: .tcp, field: "data offset", offset: 12,
                    reason: .lies(claimed: headerLength, available: bytes.byteCount)), frame: info.frame)
            return
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
        sink.tcp(info, segment: segment, payload: bytes.extracting(headerLength...))
    }
}
