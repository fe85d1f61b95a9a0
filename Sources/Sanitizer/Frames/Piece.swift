import FaxCore

/// Octets of one frame.
struct Piece: Hashable {
    /// Index in ``CaptureImage/frames``.
    var frame: Int
    var range: Range<Int>
}

/// A UDP datagram (or what a tunnel, HEP or fragments made of one), by the places where its octets stand.
struct Datagram {
    var source: Endpoint
    var destination: Endpoint
    /// In order; several when it came in IP fragments.
    var pieces: [Piece]
    /// The capture or the fragments hold only its beginning.
    var isCut: Bool
    /// What HEP says that it carries (1 = SIP, 5 = RTCP …); 0 outside of HEP.
    var hepType: UInt8 = 0
    var time: Instant

    /// The frame that completed it.
    var frame: Int { pieces.last?.frame ?? 0 }
}

/// The payload of a TCP segment and its place in its stream.
struct Segment {
    var source: Endpoint
    var destination: Endpoint
    var sequence: UInt32
    var isStart: Bool
    var piece: Piece
    var time: Instant
}

/// An Internet checksum: where its field stands and which octets it covers (without the field itself). Every range
/// starts on an even octet of what is summed.
struct ChecksumPlace {
    var frame: Int
    var field: Int
    var covered: [Piece]
    /// UDP: a field of 0 means that there is none, and a sum of 0 is sent as ffff (RFC 768).
    var isUDP: Bool
}

/// An address in a frame's headers.
struct AddressPlace {
    var piece: Piece
    var kind: Pseudonyms.Kind
}
