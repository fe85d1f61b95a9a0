import FaxCore
import FaxWire

extension NetworkDecoder {
    /// The way of nearly every packet in one piece: Ethernet, IPv4 without options and fragments, UDP, all of it there
    /// and nothing inside it. What it hands out is what the general way would; `false`: that one has to look.
    ///
    /// The values stay in registers from the octets to the sink; ``info`` is not touched.
    @inline(__always)
    func plainUDP<Sink: PacketSink & ~Copyable>(_ frame: FrameHeader, _ bytes: RawSpan, to sink: inout Sink) -> Bool {
        let (ip, udp, payload) = (14, 34, 42)
        let have = bytes.byteCount
        guard have >= payload, frame.linkType == .ethernet, bytes.be16(12) == EtherType.ipv4,
            bytes.octet(ip) == 0x45, bytes.be16(ip &+ 6) & 0x3FFF == 0, bytes.octet(ip &+ 9) == Transport.udp
        else { return false }
        let total = Int(bytes.be16(ip &+ 2))
        let length = Int(bytes.be16(udp &+ 4))
        guard total <= have &- ip, length >= 8, length <= total &- 20 else { return false }
        let (source, destination) = (bytes.be16(udp), bytes.be16(udp &+ 2))
        if length >= 16, wraps(bytes.be32(payload), destination) { return false }
        let tag = Self.mixed(
            Self.tag(ofInterface: frame.interface), bytes.be32(0), bytes.be32(4), bytes.be32(8))
        sink.udp(
            PacketInfo(
                frame: frame.ref, time: frame.time,
                source: Endpoint(IPAddress(v4: bytes.be32(ip &+ 12)), source),
                destination: Endpoint(IPAddress(v4: bytes.be32(ip &+ 16)), destination),
                ipID: UInt32(bytes.be16(ip &+ 4)), ttl: bytes.octet(ip &+ 8), checksum: bytes.be16(udp &+ 6),
                linkTag: tag, payloadLength: length &- 8),
            payload: bytes.extracting(payload..<udp &+ length))
        return true
    }
}
