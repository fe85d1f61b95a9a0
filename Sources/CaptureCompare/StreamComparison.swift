import FaxCore
import PcapDecode

/// One stream of media at both places.
public struct StreamComparison: Sendable {
    public enum State: String, Sendable {
        /// Found at both places, packet by packet.
        case both
        /// At one place only, though the other capture covers its time.
        case onlyOne = "one place only"
        /// Another element sends its content on in another form: transcoded, or T.38 for audio.
        case converted
        /// The other capture does not cover its time, or nothing of its sender.
        case uncovered
    }

    /// A run of packets, one after the other, that did not reach the other place.
    public struct Burst: Sendable {
        public var packets: Int
        public var first: FrameRef
        public var last: FrameRef
        public var time: Instant
        public var duration: Duration
        /// The frames of the other place between which they are missing.
        public var before: FrameRef?
        public var after: FrameRef?
        /// What of T.30 they carried, in words; empty: nothing, or unknown.
        public var hits: [String]
    }

    /// A packet that stands alone: altered, held back, put in.
    public struct Single: Sendable {
        public var a: FrameRef?
        public var b: FrameRef?
        public var time: Instant
        /// How much later than the fastest; of packets held back.
        public var delay: Duration?
        public var what: String
    }

    /// Transit above the least one, of the packets found at both places.
    public struct Delays: Sendable {
        public var median: Duration
        public var ninetyFifth: Duration
        public var most: Duration
    }

    public var state = State.both
    /// Who sends it; `nil`: unknown.
    public var party: Party?
    public var kind: String
    public var codec: String?
    public var otherCodec: String?
    /// Where its sender's side is; `nil`: unknown.
    public var upstream: CapturePoint?
    public var flowA: String?
    public var flowB: String?
    public var ssrcA: UInt32?
    public var ssrcB: UInt32?
    /// How its packets were found again: `numbers`, `shifted numbers`, `content`.
    public var manner: String?
    public var shift = 0
    public var packetsA = 0
    public var packetsB = 0
    public var matched = 0
    /// Packets of the upstream place that are missing downstream and should be there.
    public var lost = 0
    /// Their frames at the upstream place, the first ``CompareLimit/lostFrames`` of them.
    public var lostFrames: [FrameRef] = []
    /// Packets of either place at times that the other capture does not cover.
    public var outside = 0
    /// Packets of either place at times when the other one has the same sender in another form (T.38 for audio).
    public var convertedPackets = 0
    /// Came downstream and is missing upstream although its number says that it was sent: the capture missed it.
    public var missedByCapture = 0
    /// Came downstream only, and its number is nowhere in what was sent.
    public var injected: [Single] = []
    public var altered: [Single] = []
    /// Repair data or header changed, not the content.
    public var rewritten = 0
    /// Much later than the others.
    public var heldBack: [Single] = []
    /// In another order than they were sent.
    public var reordered = 0
    public var bursts: [Burst] = []
    /// Lost packets whose content the downstream place has nowhere, not even as a copy in a later packet; `nil`: not
    /// T.38, or not known.
    public var unrepaired: Int?
    public var delays: Delays?

    init(_ card: CallCard.Stream, party: Party?) {
        self.party = party
        kind = card.kind.rawValue
        codec = card.codec
    }

    /// What is missing has another reason than loss.
    mutating func forgetLosses() {
        (lost, lostFrames, bursts) = (0, [], [])
    }

    public var longestBurst: Int { bursts.map(\.packets).max() ?? 0 }
    public var meanBurst: Double? { bursts.isEmpty ? nil : Double(lost) / Double(bursts.count) }
    /// Packets upstream at times that the other capture covers.
    public var expected: Int { matched + lost }
}
