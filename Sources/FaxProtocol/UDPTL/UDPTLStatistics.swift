import FaxCore

/// Figures of one direction of UDPTL, beside those of its ``SequenceTracker``.
public struct UDPTLStatistics: Sendable {
    public enum Quirk: String, Sendable, CaseIterable {
        case zeroLengthSecondary = "secondary-zero-length"
        case zeroLengthPrimary = "primary-zero-length"
        case trailingOctets = "trailing-octets"
        case truncated = "packet-truncated"
        case mixedErrorCorrection = "mixed-error-correction"
        case sequenceNotZero = "sequence-not-zero"
        case restart = "sequence-restart"
        case skippedZero = "sequence-skips-zero"
        case strayPacket = "sequence-stray"
        case repeatUnderNewSequence = "repeat-new-sequence"
        case contentChanged = "duplicate-with-other-content"
        case bogusEarlyFEC = "fec-before-start"
        case unusableFEC = "fec-unusable"
        case latePacket = "late-after-hold"
    }

    public struct QuirkCount: Sendable, Hashable {
        public var quirk: Quirk
        public var count: Int
        /// Where it was seen first.
        public var frame: FrameRef
    }

    /// Datagrams taken as UDPTL, duplicates included.
    public internal(set) var packets = 0
    public internal(set) var malformed = 0
    public internal(set) var recoveredByRedundancy = 0
    public internal(set) var recoveredByFEC = 0
    public internal(set) var largestPacket = 0
    /// Datagrams with FEC; with at least one secondary; with neither.
    public internal(set) var withFEC = 0
    public internal(set) var withRedundancy = 0
    public internal(set) var withoutCorrection = 0
    public internal(set) var quirks: [QuirkCount] = []
    /// Datagrams by number of secondaries, or by FEC span.
    /// One more than ``depthLimit``.
    private var depths = InlineArray<33, UInt32>(repeating: 0)

    /// Greater depths are counted as this one.
    public static let depthLimit = 32

    /// The commonest number of secondaries, or with FEC the commonest span; `nil` without packets.
    public var commonestDepth: Int? {
        var commonest: Int?
        for depth in depths.indices where depths[depth] > 0 && depths[depth] >= commonest.map({ depths[$0] }) ?? 0 {
            commonest = depth
        }
        return commonest
    }

    /// A datagram.
    @inline(__always)
    mutating func count(byteCount: Int) {
        packets += 1
        largestPacket = max(largestPacket, byteCount)
    }

    /// A datagram without parity.
    @inline(__always)
    mutating func count(secondaries: Int) {
        if secondaries > 0 {
            withRedundancy += 1
        } else {
            withoutCorrection += 1
        }
        count(depth: secondaries)
    }

    @inline(__always)
    mutating func count(depth: Int) { depths[min(max(depth, 0), Self.depthLimit)] &+= 1 }

    mutating func note(_ quirk: Quirk, _ frame: FrameRef) {
        if let index = quirks.firstIndex(where: { $0.quirk == quirk }) {
            quirks[index].count += 1
        } else {
            quirks.append(QuirkCount(quirk: quirk, count: 1, frame: frame))
        }
    }
}
