import FaxCore

extension NetworkDecoder {
    enum Transport {
        static let tcp: UInt8 = 6
        static let udp: UInt8 = 17
    }

    /// RFC 791. The total length trims padding; 0 (segmentation offload on the capturing machine) means all there is.
    @inline(__always)
    mutating func ipv4<Sink: PacketSink>(_ bytes: RawSpan, at start: Int, to sink: inout Sink) {
        let have = bytes.byteCount &- start
        guard have >= 20 else {
            sink.warning(short(.ip, "IPv4 header", start, 20, have), frame: info.frame)
            return
        }
        let first = bytes.octet(start)
        let headerLength = Int(first & 0x0F) &* 4
        guard first >> 4 == 4, headerLength >= 20, headerLength <= have else {
            sink.warning(badIPv4(bytes, start), frame: info.frame)
            return
        }
        var total = Int(bytes.be16(start &+ 2))
        if total == 0 { total = have }
        guard total >= headerLength else {
            sink.warning(
                DecodeFailure(
                    layer: .ip, field: "total length", offset: start + 2,
                    reason: .lies(claimed: total, available: have)), frame: info.frame)
            return
        }
        info.ipID = UInt32(bytes.be16(start &+ 4))
        info.ttl = bytes.octet(start &+ 8)
        info.source.address = IPAddress(v4: bytes.be32(start &+ 12))
        info.destination.address = IPAddress(v4: bytes.be32(start &+ 16))
        info.fragments = 0
        let payload = bytes.extracting(start &+ headerLength..<start &+ min(total, have))
        let proto = bytes.octet(start &+ 9)
        if bytes.be16(start &+ 6) & 0x3FFF != 0 {
            // A fragment.
        } else if proto == Transport.udp {
            udp(payload, lengthOnWire: total &- headerLength, to: &sink)
        } else {
            transport(proto, payload, lengthOnWire: total &- headerLength, to: &sink)
        }
    }

    private func badIPv4(_ bytes: RawSpan, _ start: Int) -> DecodeFailure {
        let first = bytes.octet(start)
        return DecodeFailure(
            layer: .ip, field: "version and header length", offset: start,
            reason: .invalid("version \(first >> 4), header of \(Int(first & 15) * 4) octets"))
    }
}
