import Testing

@testable import T30Analyzer

/// A TCF's zeros and ones, held against a count of the bits one by one.
struct TrainingCheckTests {
    /// The bits as on the line, most significant first.
    private func count(_ octets: [UInt8]) -> (zeros: Int, ones: Int) {
        var (longest, run, ones) = (0, 0, 0)
        var isInside = false
        for octet in octets {
            if octet == 0 { isInside = true }
            for bit in (0..<8).reversed() {
                if octet >> bit & 1 == 0 {
                    run += 1
                    longest = max(longest, run)
                } else {
                    run = 0
                    if isInside { ones += 1 }
                }
            }
        }
        return (longest, ones)
    }

    @Test(
        arguments: [
            [], [0], [0xFF], [0xFF, 0xFF, 0x0F] + Array(repeating: 0, count: 23) + [0x80],
            Array(repeating: 0, count: 7) + [0x10] + Array(repeating: 0, count: 16),
            Array(repeating: 0, count: 9) + [1, 2] + Array(repeating: 0, count: 5) + [0xF0, 0]
                + Array(repeating: 0, count: 8),
            Array(repeating: 0x55, count: 12) + Array(repeating: 0, count: 31) + [0xFF, 0xFF, 0xFF, 0],
        ] as [[UInt8]])
    func zerosAndOnes(_ octets: [UInt8]) {
        let check = TrainingCheck(octets)
        let counted = count(octets)
        #expect(check.longestZeroRunBits == counted.zeros)
        // The ones behind the last zero octet, up to sixteen, are the end of the signal.
        let tail = octets.lastIndex(of: 0).map { octets[$0...].reduce(0) { $0 + $1.nonzeroBitCount } } ?? 0
        #expect(check.errors == (tail <= 16 ? counted.ones - tail : counted.ones))
    }

    @Test func onesBeforeTheFirstZero() {
        #expect(TrainingCheck([0xFF, 0xFF, 0xE0, 0, 0]).leadingOneBits == 19)
        #expect(TrainingCheck([0x7F, 0]).leadingOneBits == 0)
    }
}
