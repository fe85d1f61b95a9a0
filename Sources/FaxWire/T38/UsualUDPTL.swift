import FaxCore

/// A UDPTL packet as nearly all are, read at one look: whole, with a primary IFP and a count of secondaries, none of them
/// empty, every length in one octet (T.38 9.1). Of such a packet ``UDPTLLayout`` tells nothing more.
public struct UsualUDPTL: Sendable {
    public let sequence: UInt16
    private let primaryLength: UInt8
    private let secondaries: UInt8

    /// Where the primary IFP stands.
    public var primary: Range<Int> {
        Range(uncheckedBounds: (Self.primaryStart, Self.primaryStart + Int(primaryLength)))
    }
    /// How many secondaries follow.
    public var entries: Int { Int(secondaries) }

    /// Behind the number and the length.
    private static let primaryStart = 3

    /// `nil`: another kind of packet, or none.
    @inline(__always)
    public init?(_ bytes: RawSpan) {
        let byteCount = bytes.byteCount
        guard byteCount > Self.primaryStart, let length = Self.length(bytes, 2) else { return nil }
        // Of FEC the first bit is set.
        var end = Self.primaryStart &+ length
        guard byteCount &- end >= 2, bytes.octet(end) < 0x80, bytes.octet(end &+ 1) < 0x80 else { return nil }
        sequence = bytes.be16(0)
        primaryLength = UInt8(truncatingIfNeeded: length)
        secondaries = bytes.octet(end &+ 1)
        end &+= 2
        for _ in 0..<secondaries {
            guard end < byteCount, let length = Self.length(bytes, end) else { return nil }
            end &+= 1 &+ length
        }
        guard end == byteCount else { return nil }
    }

    /// X.691 11.9, of one octet and above 0.
    @inline(__always)
    private static func length(_ bytes: RawSpan, _ offset: Int) -> Int? {
        let length = bytes.octet(offset)
        return length > 0 && length < 0x80 ? Int(length) : nil
    }
}
