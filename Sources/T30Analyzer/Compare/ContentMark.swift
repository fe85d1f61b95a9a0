import FaxCore

/// A 64-bit mark of octets: equal octets have equal marks, and different ones hardly ever. Not against forgery.
public struct ContentMark: Hashable, Comparable, Sendable {
    public let value: UInt64

    public init(_ value: UInt64) {
        self.value = value
    }

    /// The mark of `octets`, eight at a time.
    public init(_ octets: RawSpan) {
        let count = octets.byteCount
        var hash = Self.mixed(0x9E37_79B9_7F4A_7C15 ^ UInt64(count))
        var offset = 0
        while offset + 8 <= count {
            hash = Self.mixed(hash ^ (UInt64(octets.be32(offset)) << 32 | UInt64(octets.be32(offset + 4))))
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < count {
            tail = tail << 8 | UInt64(octets.octet(offset))
            offset += 1
        }
        value = Self.mixed(hash ^ tail)
    }

    public static func < (left: ContentMark, right: ContentMark) -> Bool { left.value < right.value }

    /// Steele, Lea and Flood's mixing of 64 bits.
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
