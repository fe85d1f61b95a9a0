import FaxCore
import FaxDSP

/// How one signal of the message channel was received from audio: training and data.
public struct BurstReport: Sendable {
    public enum Content: String, Sendable {
        case tcf = "TCF"
        case ecm = "ECM"
        case page
        /// Its training failed, or nothing came of it.
        case nothing
    }

    /// A place in the burst where packets were lost on the way to the capture.
    public struct Gap: Sendable, Hashable {
        public var time: Instant
        public var lost: Duration
        public var lostPackets: Int
        /// From the beginning of the data; `nil` inside the training.
        public var bit: Int?
        /// The packets on both sides.
        public var before: FrameRef
        public var after: FrameRef
    }

    /// Samples that are too many or too few, although no packet is missing: a jitter buffer, or clocks that differ,
    /// before the capture.
    public struct Slip: Sendable, Hashable {
        public enum Evidence: String, Sendable {
            /// An ECM frame between good ones is shorter or longer than frames are.
            case frameLength = "frame length"
            /// The symbols left their places at once and stayed away.
            case symbols
        }

        public var time: Instant
        public var frame: FrameRef?
        /// Negative: removed; positive: inserted; `nil`: the amount is not known.
        public var inserted: Duration?
        public var evidence: Evidence
    }

    /// A place where the timestamps leap inside the signal although no packet is missing.
    public struct Jump: Sendable, Hashable {
        public var time: Instant
        /// How far; negative: back.
        public var missing: Duration
        /// The packets on both sides.
        public var before: FrameRef
        public var after: FrameRef
    }

    /// A packet that holds the waveform of the packet before it once more.
    public struct Repeat: Sendable, Hashable {
        public var time: Instant
        public var frame: FrameRef
        /// Of both, 0…1.
        public var correlation: Double
    }

    public var party: Party?
    /// Index in `Call.streams`.
    public var stream: Int
    /// `V.17` …
    public var modem: String
    public var rateBps: Int
    public var hasShortTraining: Bool
    public var isTrained: Bool
    public var content: Content
    public var training: ClosedRange<Instant>
    public var data: ClosedRange<Instant>?
    public var firstFrame: FrameRef?
    public var lastFrame: FrameRef?
    public var levelDBm0: Double?
    /// Against the modem's nominal carrier.
    public var carrierErrorHz: Double?
    /// Root mean square error of the symbols, relative to their own root mean square.
    public var errorVectorRatio: Double?
    public var bits = 0
    public var gaps: [Gap] = []
    public var slips: [Slip] = []
    public var jumps: [Jump] = []
    /// Of its samples, how many stand at the end of the range of G.711.
    public var clippedShare = 0.0
    /// Packets inside the data that repeat the one before: concealment before the capture.
    public var repeats: [Repeat] = []
    /// ECM frames of the burst with a right and a wrong check sequence.
    public var goodFrames = 0
    public var badFrames = 0
    /// The constellation as received; some of the symbols.
    public var points: [SIMD2<Float>] = []

    public static let gapLimit = 1_000
    public static let slipLimit = 1_000
    public static let jumpLimit = 1_000
    public static let repeatLimit = 1_000
}
