import FaxCore

/// A name of at most 24 octets, held in three words: known names are found without comparing octet by octet.
struct ShortName: Sendable, Equatable {
    static let longest = 24

    private var high: UInt64 = 0
    private var middle: UInt64 = 0
    private var low: UInt64 = 0
    let count: Int

    /// The name in any case; `nil`: it is longer.
    @inline(__always)
    init?(lowercased octets: RawSpan, _ range: Range<Int>) {
        guard range.count <= Self.longest else { return nil }
        count = range.count
        for place in range { append(octets.octet(place).asciiLowercased) }
    }

    /// The name as spelled.
    @inline(__always)
    init?(_ octets: RawSpan) {
        guard octets.byteCount <= Self.longest else { return nil }
        count = octets.byteCount
        for place in 0..<octets.byteCount { append(octets.octet(place)) }
    }

    @inline(__always)
    private mutating func append(_ octet: UInt8) {
        high = high << 8 | middle >> 56
        middle = middle << 8 | low >> 56
        low = low << 8 | UInt64(octet)
    }

    @inline(__always)
    static func == (left: ShortName, right: ShortName) -> Bool {
        left.low == right.low && left.middle == right.middle && left.high == right.high && left.count == right.count
    }
}
