/// Tells the flags of a V.21 preamble (T.30 5.3.1) from what only now and then looks like a flag: speech, music, data.
public enum V21Flags {
    /// So many in a row, 160 ms of the second that a preamble lasts, come by chance in nothing else.
    public static let certain = 6

    /// Of a flag, six ones (160 samples) and two zeros (53); how far a line may stretch them.
    private static let ones = 130...190
    private static let zeros = 33...74
    /// Read at once.
    private static let piece = 160_000

    /// The longest row of flags of channel 2 within a range.
    public static func longestRow(_ samples: Span<Int16>, _ range: Range<Int>) -> Int {
        samples.withUnsafeBufferPointer { buffer in
            let range = range.clamped(to: 0..<buffer.count)
            var longest = 0
            var start = range.lowerBound
            while start < range.upperBound {
                // Pieces overlap by the row that counts.
                let end = min(start + piece, range.upperBound)
                longest = max(longest, longestRow(FSKBits(buffer, start..<end, channel: .two)))
                if end == range.upperBound { break }
                start = end - (certain + 2) * 214
            }
            return longest
        }
    }

    private static func longestRow(_ bits: FSKBits) -> Int {
        var longest = 0
        var row = 0
        var begin = 0
        var hasOnes = false
        for index in bits.balance.indices.dropFirst() where (bits.balance[index] > 0) != (bits.balance[index - 1] > 0) {
            let wasMark = bits.balance[index - 1] > 0
            let length = index - begin
            begin = index
            if wasMark {
                hasOnes = ones.contains(length)
                if !hasOnes { row = 0 }
            } else if zeros.contains(length), hasOnes {
                row += 1
                longest = max(longest, row)
            } else {
                row = 0
                hasOnes = false
            }
        }
        return longest
    }
}
