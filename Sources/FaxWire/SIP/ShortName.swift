import FaxCore

/// A name of at most 24 octets, held in three words: known names are found without comparing octet by octet.
struct ShortName: Sendable, Equatable {
    static let longest = 24

    private var low: UInt64 = 0
    private var middle: UInt64 = 0
    private var high: UInt64 = 0
    let count: Int

    /// The name in any case; `nil`: it is longer.
    @inline(__always)
    init?(lowercased octets: RawSpan, _ range: Range<Int>) {
        self.init(octets, range)
        low = Self.lowercased(low)
        middle = Self.lowercased(middle)
        high = Self.lowercased(high)
    }

    /// The name as spelled.
    @inline(__always)
    init?(_ octets: RawSpan) { self.init(octets, 0..<octets.byteCount) }

    @inline(__always)
    private init?(_ octets: RawSpan, _ range: Range<Int>) {
        guard range.count <= Self.longest else { return nil }
        count = range.count
        low = Self.word(octets, range.lowerBound, range.upperBound)
        if count > 8 { middle = Self.word(octets, range.lowerBound + 8, range.upperBound) }
        if count > 16 { high = Self.word(octets, range.lowerBound + 16, range.upperBound) }
    }

    /// Up to eight octets from `start`, none from `end` on; the first is the lowest, and what is missing is 0.
    @inline(__always)
    private static func word(_ octets: RawSpan, _ start: Int, _ end: Int) -> UInt64 {
        let wanted = min(end - start, 8)
        if octets.byteCount - start >= 8, wanted > 0 {
            let word = UInt64(littleEndian: octets.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
            return word & (UInt64.max >> UInt64(64 - 8 * wanted))
        }
        var word: UInt64 = 0
        for place in 0..<wanted { word |= UInt64(octets.octet(start + place)) << UInt64(8 * place) }
        return word
    }

    /// Eight octets at once: of those from `A` to `Z` the bit is set that makes them small letters.
    @inline(__always)
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let low = word & (0x7F * ones)
        let fromA = low + (0x80 - 0x41) * ones
        let beyondZ = low + (0x7F - 0x5A) * ones
        return word | (fromA & ~beyondZ & ~word & (0x80 * ones)) >> 2
    }

    @inline(__always)
    static func == (left: ShortName, right: ShortName) -> Bool {
        left.low == right.low && left.middle == right.middle && left.high == right.high && left.count == right.count
    }
}
