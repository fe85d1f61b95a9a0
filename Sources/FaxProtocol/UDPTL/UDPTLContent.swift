import FaxCore

/// Marks of IFP packets' octets, to tell a duplicate from new content under an old number.
enum UDPTLContent {
    /// Equal octets give equal marks; different ones hardly ever do.
    static func mark(_ datagram: RawSpan, _ packet: Range<Int>) -> UInt64 {
        let (start, end) = (packet.lowerBound, packet.upperBound)
        var mark = UInt64(packet.count) &+ 0x9E37_79B9_7F4A_7C15
        var offset = start
        while end &- offset > 16 {
            mark = mixed(mark, word(datagram, offset), word(datagram, offset &+ 8))
            offset &+= 16
        }
        // The last octets once more, as far as they stand before `offset`: cheaper than octet by octet.
        if packet.count >= 16 { return mixed(mark, word(datagram, end &- 16), word(datagram, end &- 8)) }
        if packet.count >= 8 { return mixed(mark, word(datagram, start), word(datagram, end &- 8)) }
        while offset < end {
            mark = (mark ^ UInt64(datagram.octet(offset))) &* 0x0000_0100_0000_01B3
            offset &+= 1
        }
        return mark
    }

    @inline(__always)
    private static func word(_ datagram: RawSpan, _ offset: Int) -> UInt64 {
        datagram.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    private static func mixed(_ mark: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (mark ^ first).multipliedFullWidth(by: second ^ 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low ^ mark &* 0x9E37_79B9_7F4A_7C15
    }

    /// Indicators and ends of signal: what senders repeat under new numbers. (Image data may well be the same twice.)
    static func isSignal(_ datagram: RawSpan, _ packet: Range<Int>) -> Bool {
        guard !packet.isEmpty else { return false }
        if datagram.octet(packet.lowerBound) & 0x40 == 0 { return true }
        // One field without data: nothing follows its type.
        return packet.count == 3 && datagram.octet(packet.lowerBound + 1) == 1
    }

    enum Comparison { case same, other, old }

    /// Marks of the latest packets by number.
    struct Recent: Sendable {
        private struct Entry: Sendable {
            var sequence = Int.min
            var mark: UInt64 = 0
            var time = Instant.zero
        }

        /// A power of two.
        private static let count = 32
        private var entries = InlineArray<32, Entry>(repeating: Entry())

        mutating func note(_ sequence: Int, _ mark: UInt64, _ time: Instant) {
            entries[sequence & (Self.count - 1)] = Entry(sequence: sequence, mark: mark, time: time)
        }

        /// `old`: not known any more, or so long ago that it may be another packet.
        func compare(_ sequence: Int, _ mark: UInt64, _ time: Instant) -> Comparison {
            let entry = entries[sequence & (Self.count - 1)]
            guard entry.sequence == sequence, time - entry.time <= UDPTLReceiver.duplicateAge else { return .old }
            return entry.mark == mark ? .same : .other
        }

        mutating func clear() { entries = InlineArray(repeating: Entry()) }
    }
}
