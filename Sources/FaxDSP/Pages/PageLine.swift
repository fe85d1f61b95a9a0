/// The coded page as bits in the order of transmission, with the place of the next end of line always known: T.4
/// receivers look for it at every bit, so that one bit error costs a row and not the page.
struct PageLine {
    /// Octets with the bit sent first as the most significant, and zeros behind the end so that a look ahead stays inside.
    private let octets: [UInt8]
    /// Bits of real data (and flushing zeros).
    let endBit: Int
    private(set) var position = 0
    /// Where the next EOL (eleven zeros and a one) begins at or after `position`; `endBit` when there is none.
    private(set) var nextEOL = 0

    static let eolBits = 12
    private static let zerosBeforeOne = 11
    private static let paddingOctets = 4

    /// `flushBits` zeros follow the data, as a receiver pushes them to get the last T.6 codes out.
    init(_ bytes: [UInt8], bitOrder: PageDecoder.BitOrder, flushBits: Int) {
        let padding = [UInt8](repeating: 0, count: Self.paddingOctets)
        switch bitOrder {
        case .leastSignificantFirst: octets = bytes.map { $0.bitsReversed } + padding
        case .mostSignificantFirst: octets = bytes + padding
        }
        endBit = bytes.count * 8 + flushBits
        findEOL()
    }

    var remainingBits: Int { endBit - position }
    var isAtEOL: Bool { position == nextEOL && position < endBit }

    /// The next 13 bits, the first as the most significant; zeros behind the end.
    var lookAhead: Int {
        let start = position >> 3
        guard start + 2 < octets.count else { return 0 }
        let window = Int(octets[start]) << 16 | Int(octets[start + 1]) << 8 | Int(octets[start + 2])
        return window >> (24 - T4Codes.indexBits - (position & 7)) & (1 << T4Codes.indexBits - 1)
    }

    /// Goes on by a code word, but never past an EOL that begins inside it.
    mutating func advance(_ bits: Int) {
        position = min(position + bits, nextEOL)
    }

    mutating func skipToEOL() {
        position = nextEOL
    }

    /// Steps over the EOL at `position` and, with `tagged`, the tag bit behind it; says whether that bit is 1.
    mutating func takeEOL(tagged: Bool) -> Bool {
        let tag = lookAhead & 1 == 1
        position = min(position + Self.eolBits + (tagged ? 1 : 0), endBit)
        findEOL()
        return tag
    }

    private func bit(_ index: Int) -> Bool {
        let octet = index >> 3
        return octet < octets.count && octets[octet] >> UInt8(7 - index & 7) & 1 == 1
    }

    private mutating func findEOL() {
        var zeros = 0
        var index = position
        while index < endBit {
            if index & 7 == 0, index >> 3 < octets.count, octets[index >> 3] == 0 {
                zeros += 8
                index += 8
            } else if bit(index) {
                if zeros >= Self.zerosBeforeOne {
                    nextEOL = index - Self.zerosBeforeOne
                    return
                }
                zeros = 0
                index += 1
            } else {
                zeros += 1
                index += 1
            }
        }
        nextEOL = endBit
    }
}

extension UInt8 {
    /// The same bits in the other order.
    var bitsReversed: UInt8 {
        var value = self
        value = value >> 4 | value << 4
        value = (value & 0xCC) >> 2 | (value & 0x33) << 2
        return (value & 0xAA) >> 1 | (value & 0x55) << 1
    }
}
