/// The checksum of IPv4, UDP and TCP (RFC 1071).
struct InternetChecksum {
    private var sum: UInt64 = 0

    /// Adds the octets of `range`; an odd last octet counts as the upper half of a word.
    mutating func add(_ octets: [UInt8], _ range: Range<Int>) {
        octets.withUnsafeBytes { bytes in
            var offset = range.lowerBound
            while offset + 4 <= range.upperBound {
                sum &+= UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
                offset += 4
            }
            while offset + 2 <= range.upperBound {
                sum &+= UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
                offset += 2
            }
            if offset < range.upperBound { sum &+= UInt64(bytes[offset]) << 8 }
        }
    }

    mutating func add(_ value: Int) { sum &+= UInt64(truncatingIfNeeded: value) }

    var value: UInt16 {
        var folded = sum
        while folded >> 16 != 0 { folded = (folded & 0xFFFF) + (folded >> 16) }
        return ~UInt16(truncatingIfNeeded: folded)
    }
}
