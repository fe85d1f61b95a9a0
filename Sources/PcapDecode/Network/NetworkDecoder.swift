import FaxCore
import FaxWire

/// From a frame's octets to UDP, TCP and ICMP: link layer, tags, tunnels, IP, fragments. Allocates nothing for a packet
/// that is neither fragmented nor damaged.
///
///     while let frame = reader.next() { decoder.decode(frame, reader.bytes, to: &sink) }
public struct NetworkDecoder {
    public enum Limit {
        /// Tunnels inside tunnels.
        public static let depth: UInt8 = 8
        /// Tags of 802.1Q, MPLS labels, IPv6 extension headers in a row.
        public static let headers = 16
    }

    /// What was passed over, by kind.
    public struct Counts: Sendable, Hashable {
        /// Frames whose link type or network protocol is not read (ARP, LLDP …).
        public var otherProtocols = 0
        /// IP packets of another transport (SCTP, ESP, OSPF …).
        public var otherTransports = 0
    }

    public internal(set) var counts = Counts()
    var info = PacketInfo()

    public init() {}

    /// Decodes one frame and hands what it carries to `sink`.
    @inline(__always)
    public mutating func decode<Sink: PacketSink>(_ frame: FrameHeader, _ bytes: RawSpan, to sink: inout Sink) {
        info.frame = frame.ref
        info.time = frame.time
        info.depth = 0
        info.hepType = 0
        info.linkTag = frame.interface &* 0x9E37_79B1
        switch frame.linkType {
        case .ethernet: ethernet(bytes, at: 0, to: &sink)
        default: counts.otherProtocols += 1
        }
    }

    func short(_ layer: DecodeFailure.Layer, _ field: String, _ offset: Int, _ needed: Int, _ have: Int)
        -> DecodeFailure
    {
        DecodeFailure(layer: layer, field: field, offset: offset, reason: .short(needed: needed, have: max(0, have)))
    }
}
