import FaxCore

/// Where a UDP or TCP payload comes from: addresses, and what a capture needs to tell packets apart.
public struct PacketInfo: Sendable {
    public var frame: FrameRef
    public var time: Instant
    public var source: Endpoint
    public var destination: Endpoint
    /// IP protocol of the payload's transport (6, 17); what HEP says for a payload carried in HEP.
    public var transport: UInt8
    /// IPv4 identification or that of an IPv6 fragment header, 0 without.
    public var ipID: UInt32
    /// Time to live or hop limit.
    public var ttl: UInt8
    /// The checksum field of UDP or TCP.
    public var checksum: UInt16
    /// A hash of interface, addresses and tags of the link layer: two captures of one packet (the `any` device, span
    /// ports) differ here, a packet sent twice does not.
    public var linkTag: UInt32
    /// The file holds less of the payload than was on the wire.
    public var isTruncated: Bool
    public var payloadLengthOnWire: Int
    /// 0 = not fragmented, else the number of IP fragments that made the datagram; `frame` is that of the last one.
    public var fragments: UInt16
    /// Layers of tunnel around the packet.
    public var depth: UInt8
    /// The payload type of HEP (1 = SIP, 5 = RTCP report …), 0 for packets seen on the wire itself.
    public var hepType: UInt8

    /// A whole UDP datagram that stands in one packet of its own.
    @inline(__always)
    init(
        frame: FrameRef, time: Instant, source: Endpoint, destination: Endpoint, ipID: UInt32, ttl: UInt8,
        checksum: UInt16, linkTag: UInt32, payloadLength: Int
    ) {
        self.frame = frame
        self.time = time
        self.source = source
        self.destination = destination
        transport = 17
        self.ipID = ipID
        self.ttl = ttl
        self.checksum = checksum
        self.linkTag = linkTag
        isTruncated = false
        payloadLengthOnWire = payloadLength
        fragments = 0
        depth = 0
        hepType = 0
    }

    init() {
        frame = FrameRef(number: 0)
        time = .zero
        source = Endpoint(IPAddress(v4: 0), 0)
        destination = source
        transport = 0
        ipID = 0
        ttl = 0
        checksum = 0
        linkTag = 0
        isTruncated = false
        payloadLengthOnWire = 0
        fragments = 0
        depth = 0
        hepType = 0
    }
}

/// What a TCP header says of its segment.
@frozen
public struct TCPSegmentInfo: Sendable, Hashable {
    @frozen
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        @inlinable
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let fin = Flags(rawValue: 0x01)
        public static let syn = Flags(rawValue: 0x02)
        public static let rst = Flags(rawValue: 0x04)
        public static let push = Flags(rawValue: 0x08)
        public static let ack = Flags(rawValue: 0x10)
    }

    public var sequence: UInt32
    public var acknowledgment: UInt32
    public var flags: Flags
    public var window: UInt16

    public init(sequence: UInt32, acknowledgment: UInt32 = 0, flags: Flags = [], window: UInt16 = 0) {
        self.sequence = sequence
        self.acknowledgment = acknowledgment
        self.flags = flags
        self.window = window
    }
}

/// An ICMP or ICMPv6 error and the packet that it quotes.
public struct ICMPNotice: Sendable, Hashable {
    /// Such as `port unreachable`.
    public var what: String
    public var quotedSource: Endpoint
    public var quotedDestination: Endpoint
    /// IP protocol of the quoted packet; ports are 0 unless it is 6 or 17.
    public var quotedProtocol: UInt8
}

/// Takes what ``NetworkDecoder`` finds. Payloads are borrowed: they are gone when the call returns.
public protocol PacketSink: ~Copyable {
    /// A UDP datagram, or a message that HEP carries as a whole (``PacketInfo/hepType`` > 0, whatever its transport).
    mutating func udp(_ info: PacketInfo, payload: RawSpan)
    mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan)
    /// `info` holds who sent the error to whom (ports 0).
    mutating func icmp(_ info: PacketInfo, notice: ICMPNotice)
    mutating func warning(_ failure: DecodeFailure, frame: FrameRef)
}
