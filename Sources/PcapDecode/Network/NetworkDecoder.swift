import FaxCore
import FaxWire

/// From a frame's octets to UDP, TCP and ICMP: link layer, tags, tunnels, IP, fragments. Allocates nothing for a packet
/// that is neither fragmented nor damaged.
///
///     while let frame = reader.next() { decoder.decode(frame, reader.bytes, to: &sink) }
///     decoder.finish(to: &sink)
public struct NetworkDecoder {
    public enum Limit {
        /// Tunnels inside tunnels.
        public static let depth: UInt8 = 8
        /// VLAN tags, MPLS labels, IPv6 extension headers in a row.
        public static let headers = 16
        /// Octets that a packed HEP payload may unpack to.
        public static let hepUnpackedOctets = 1 << 18
    }

    /// What was passed over, by kind.
    public struct Counts: Sendable, Hashable {
        /// Frames whose link type or network protocol is not read (ARP, LLDP …).
        public var otherProtocols = 0
        /// IP packets of another transport (SCTP, UDP-Lite, ESP, OSPF …).
        public var otherTransports = 0
    }

    public internal(set) var counts = Counts()
    var info = PacketInfo()
    var fragments = FragmentTable()

    public init() {}

    /// Decodes one frame and hands what it carries to `sink`.
    @inline(__always)
    public mutating func decode<Sink: PacketSink & ~Copyable>(
        _ frame: FrameHeader, _ bytes: RawSpan, to sink: inout Sink
    ) {
        if !plainUDP(frame, bytes, to: &sink) { general(frame, bytes, to: &sink) }
    }

    /// Every frame but those of ``plainUDP(_:_:to:)``.
    mutating func general<Sink: PacketSink & ~Copyable>(_ frame: FrameHeader, _ bytes: RawSpan, to sink: inout Sink) {
        info.frame = frame.ref
        info.time = frame.time
        info.depth = 0
        info.hepType = 0
        info.linkTag = Self.tag(ofInterface: frame.interface)
        if frame.linkType == .ethernet {
            ethernet(bytes, at: 0, to: &sink)
        } else {
            otherLink(frame.linkType, bytes, to: &sink)
        }
    }

    // MARK: Failures

    /// Tells what stopped the decoding of the current frame.
    @inline(never)
    func lost<Sink: PacketSink & ~Copyable>(_ failure: DecodeFailure, _ sink: inout Sink) {
        sink.warning(failure, frame: info.frame)
    }

    @inline(never)
    func short(
        _ layer: DecodeFailure.Layer, _ field: String, _ offset: Int, _ needed: Int, _ have: Int
    ) -> DecodeFailure {
        DecodeFailure(layer: layer, field: field, offset: offset, reason: .short(needed: needed, have: max(0, have)))
    }

    @inline(never)
    func lies(
        _ layer: DecodeFailure.Layer, _ field: String, _ offset: Int, _ claimed: Int, _ available: Int
    ) -> DecodeFailure {
        DecodeFailure(
            layer: layer, field: field, offset: offset,
            reason: .lies(claimed: claimed, available: max(0, available)))
    }

    func tooMany(_ what: String, _ layer: DecodeFailure.Layer, _ offset: Int) -> DecodeFailure {
        DecodeFailure(layer: layer, field: what, offset: offset, reason: .limit("headers", Limit.headers))
    }
}
