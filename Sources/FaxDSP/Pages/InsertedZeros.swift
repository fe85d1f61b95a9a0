/// Counts the zeros that HDLC inserts, one behind every five ones in a row (T.30 5.3; ISO/IEC 13239).
struct InsertedZeros {
    /// Bits taken so far.
    private(set) var position = 0
    private(set) var count: Int32 = 0
    private var ones = 0

    @inline(__always)
    mutating func take(_ bit: UInt8) {
        position += 1
        ones = bit == 1 ? ones + 1 : 0
        if ones == 5 {
            count += 1
            ones = 0
        }
    }

    func after(_ bits: RowCoder.Bits) -> InsertedZeros {
        var after = self
        for bit in bits { after.take(bit) }
        return after
    }

    /// How many are inserted up to each bit: one more element than there are bits.
    static func counts(_ octets: [UInt8], _ order: PageDecoder.BitOrder) -> [Int32] {
        var zeros = InsertedZeros()
        var counts: [Int32] = [0]
        counts.reserveCapacity(octets.count * 8 + 1)
        for octet in octets {
            let octet = order == .mostSignificantFirst ? octet : octet.bitsReversed
            for shift in stride(from: UInt8(8), to: 0, by: -1) {
                zeros.take(octet >> (shift - 1) & 1)
                counts.append(zeros.count)
            }
        }
        return counts
    }
}
