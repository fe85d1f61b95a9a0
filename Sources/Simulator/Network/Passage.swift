import FaxCore

/// What becomes of one datagram.
public enum Passage: Sendable, Hashable {
    case lost(LossReason)
    /// `copy`: the second one of a datagram that the network doubled.
    case delivered(Delivery, copy: Delivery?)

    /// The first delivery, if it was not lost.
    public var delivery: Delivery? {
        switch self {
        case .lost: nil
        case .delivered(let delivery, _): delivery
        }
    }
}

/// Which model took a datagram away.
public enum LossReason: Sendable, Hashable {
    /// Larger than ``NetworkSpec/maximumDatagram``.
    case tooLarge
    /// After ``NetworkSpec/block`` began.
    case blocked
    case outage
    /// The queue of the rate limit was full.
    case queueFull
    /// The loss model: random or in bursts.
    case random
    /// In this segment of the G.1050 profile.
    case profile(G1050.Place)
    /// It was lost in the capture that is replayed.
    case replayed
}

/// A datagram at the far end.
public struct Delivery: Sendable, Hashable {
    public var time: Instant
    /// The second copy of a doubled datagram.
    public var isDuplicate: Bool
    /// Bits to turn; `nil`: it arrives as it was sent.
    public var corruption: Corruption?

    public init(time: Instant, isDuplicate: Bool = false, corruption: Corruption? = nil) {
        self.time = time
        self.isDuplicate = isDuplicate
        self.corruption = corruption
    }
}

/// Bits of a datagram's payload that were turned on the way. With a UDP checksum such a datagram would be dropped: what
/// arrives is what a receiver without one sees (T.38 over UDP without checksum, a fault behind the check).
public struct Corruption: Sendable, Hashable {
    /// How many bits, each at a place of its own (fewer in a datagram with fewer bits).
    public var bitCount: Int
    fileprivate var draws: DrawStream
    fileprivate var index: UInt64

    init(bitCount: Int, draws: DrawStream, index: UInt64) {
        self.bitCount = bitCount
        self.draws = draws
        self.index = index
    }

    /// The places of the bits in a datagram of so many octets, in ascending order; bit 0 is the first one on the wire.
    public func bits(octetCount: Int) -> [Int] {
        let total = octetCount * 8
        var places: [Int] = []
        var draw = index &* UInt64(CorruptionSpec.bitLimit)
        while places.count < min(bitCount, total) {
            // Of the places still free, so that none comes twice and the loop ends.
            var place = min(Int(draws.unit(draw) * Double(total - places.count)), total - places.count - 1)
            draw &+= 1
            for taken in places where taken <= place { place += 1 }
            places.insert(place, at: places.firstIndex { $0 > place } ?? places.count)
        }
        return places
    }

    public func apply(to octets: inout [UInt8]) {
        for bit in bits(octetCount: octets.count) { octets[bit >> 3] ^= 0x80 >> UInt8(bit & 7) }
    }
}
