import FaxCore

/// What a TCF shows: it should be 1.5 s of zeros (T.30 5.3.6.1.3).
struct TrainingCheck {
    var longestZeroRunBits = 0
    var errors = 0
    /// Ones before the first zero.
    var leadingOneBits = 0

    /// Octets as on the line. Ones at the very beginning and end are lead-in and tail of the modem, not errors.
    init(_ octets: [UInt8]) {
        var run = 0
        var ones = 0
        var seenZeroRun = false
        var tail = 0
        for octet in octets {
            leadingOneBits += octet.leadingOnes
            if octet != 0xFF { break }
        }
        let span = octets.span.bytes
        var place = 0
        while place < span.byteCount {
            let zeros = span.zeroOctets(from: place)
            if zeros > 0 {
                run += 8 * zeros
                seenZeroRun = true
                tail = 0
                place += zeros
                continue
            }
            let octet = span.octet(place)
            place += 1
            for bit in (0..<8).reversed() {
                if octet >> UInt8(bit) & 1 == 0 {
                    run += 1
                    continue
                }
                longestZeroRunBits = max(longestZeroRunBits, run)
                run = 0
                if seenZeroRun {
                    ones += 1
                    tail += 1
                }
            }
        }
        longestZeroRunBits = max(longestZeroRunBits, run)
        errors = tail <= Self.tailBits ? ones - tail : ones
    }

    /// Ones this few after the last zero octet are the end of the signal.
    private static let tailBits = 16
}

extension RawSpan {
    /// How many octets in a row are 0 from `start` on.
    fileprivate func zeroOctets(from start: Int) -> Int {
        var end = start
        while end + 8 <= byteCount, unsafeLoadUnaligned(fromByteOffset: end, as: UInt64.self) == 0 { end += 8 }
        while end < byteCount, octet(end) == 0 { end += 1 }
        return end - start
    }
}

extension UInt8 {
    /// Ones before the first zero, most significant bit first.
    fileprivate var leadingOnes: Int { (~self).leadingZeroBitCount }
}
