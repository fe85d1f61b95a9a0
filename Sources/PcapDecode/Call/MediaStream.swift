import FaxCore
import FaxWire

/// One direction of one medium: packets from one endpoint to another that belong together (one SSRC; one run of UDPTL
/// between two switches).
public struct MediaStream: Sendable {
    public enum Kind: String, Sendable {
        case rtp, srtp, udptl
        case t38RTP = "t38-rtp"
        case t38TCP = "t38-tcp"
        case iax2
        /// A channel of a recording: no packets, no endpoints.
        case recording
    }

    public var kind: Kind
    /// `PCMU`, `PCMA`, `t38` …; `nil` unknown.
    public var codec: String?
    /// The party that sends; `nil` unknown.
    public var direction: Party?
    public var from: Endpoint
    public var to: Endpoint
    public var ssrc: UInt32?
    public var firstFrame: FrameRef
    public var lastFrame: FrameRef
    public var firstTime: Instant
    public var lastTime: Instant
    public var packets: Int
    public var statistics: StreamStatistics
    /// The IFP packets of a T.38 stream after repair.
    public var t38: T38Log?
    /// The payload of an audio stream (empty with `--no-audio`).
    public var audio: AudioLog?
    /// Of SRTP: the values of `a=crypto` (RFC 4568) in its sender's SDPs that hold keys which can be used here.
    public var crypto: [String] = []
    /// A recording's samples: 16-bit linear, 8 kHz, from the start of the file.
    public var samples: [Int16]?
    /// RFC 4733 events, once each.
    public var events: [TelephoneEventRecord]
    /// RTCP reports of this stream's receiver, in order of time.
    public var receptionReports: [ReceptionReport] = []
    /// Notes on oddities that were tolerated, each with its first frame.
    public var quirks: [StreamQuirk]

    public init(kind: Kind, from: Endpoint, to: Endpoint, frame: FrameRef, time: Instant) {
        self.kind = kind
        self.from = from
        self.to = to
        firstFrame = frame
        lastFrame = frame
        firstTime = time
        lastTime = time
        packets = 0
        statistics = StreamStatistics()
        events = []
        quirks = []
    }
}

/// Figures of a stream. `nil` = not known or not meaningful for its kind.
public struct StreamStatistics: Sendable, Hashable {
    public enum ErrorCorrection: String, Sendable { case none, redundancy, fec }

    /// Packets that the numbering says were sent between the first and the last seen.
    public var expected: Int?
    /// Of those, not in the capture (before any repair).
    public var lost: Int?
    /// Lost packets whose content came with a later one (UDPTL redundancy or FEC, RFC 2198).
    public var recovered: Int?
    /// Lost for good.
    public var unrecovered: Int?
    public var recoveredByRedundancy: Int?
    public var recoveredByFEC: Int?
    public var duplicates: Int?
    public var reordered: Int?
    public var longestLossBurst: Int?
    /// Lengths of the runs of consecutive losses: run length → how many.
    public var lossBursts: [Int: Int] = [:]
    /// RFC 3550 §6.4.1 interarrival jitter, the last value and its maximum.
    public var jitter: Duration?
    public var maximumJitter: Duration?
    public var maximumGap: Duration?
    /// Packetisation time in milliseconds, the commonest.
    public var packetTimeMs: Double?
    public var packetTimeChanges = 0
    /// Clock of the sender against the capture's, parts per million, and the half width of its 95 % interval.
    public var clockSkewPPM: Double?
    public var clockSkewUncertaintyPPM: Double?
    /// Copies seen by the capture itself (two interfaces, span port), not counted above.
    public var captureDuplicates = 0
    /// Packets that are not of this stream's format although they came on its ports.
    public var foreignPackets = 0
    public var malformedPackets = 0
    /// SRTP packets that no key of their sender opens; `nil`: not SRTP, or no key to try.
    public var unauthenticatedPackets: Int?
    /// Talk-spurt starts (marker) and comfort noise packets.
    public var markers = 0
    public var comfortNoise = 0
    /// Talk spurts that began after a pause in the timestamps longer than one packet.
    public var silences = 0
    /// Packets of which the capture kept only the beginning; those that came in IP fragments, and how many of these
    /// lack a fragment. Of UDPTL only.
    public var cutPackets = 0
    public var fragmentedPackets = 0
    public var incompletePackets = 0
    /// The first packet that came in fragments.
    public var firstFragmented: FrameRef?
    public var errorCorrection: ErrorCorrection?
    /// Commonest number of secondaries (redundancy) or FEC span.
    public var redundancyDepth: Int?
    /// Largest datagram in octets of UDP payload.
    public var largestPacket: Int?
    /// The T.38 ASN.1 form that the octets are in: 0 = 1998, 2 = 2002 and later.
    public var t38Version: Int?
    /// Frame and sequence number of each gap's edges, for evidence; at most `StreamStatistics.gapLimit`.
    public var gaps: [SequenceGap] = []

    public static let gapLimit = 10_000

    public init() {}
}

/// A run of missing packets.
public struct SequenceGap: Sendable, Hashable {
    public var firstMissing: UInt16
    public var count: Int
    /// How many of them were repaired.
    public var recovered: Int
    /// The packets around the gap.
    public var before: FrameRef
    public var after: FrameRef
    public var time: ClosedRange<Instant>

    public init(
        firstMissing: UInt16, count: Int, recovered: Int, before: FrameRef, after: FrameRef, time: ClosedRange<Instant>
    ) {
        self.firstMissing = firstMissing
        self.count = count
        self.recovered = recovered
        self.before = before
        self.after = after
        self.time = time
    }
}

/// An oddity that was tolerated, with its count and first frame.
public struct StreamQuirk: Sendable, Hashable {
    /// Short and stable, such as `secondary-zero-length`.
    public var name: String
    public var count: Int
    public var frame: FrameRef

    public init(name: String, count: Int, frame: FrameRef) {
        self.name = name
        self.count = count
        self.frame = frame
    }
}

/// One RFC 4733 event, its repeats and end packets taken together.
public struct TelephoneEventRecord: Sendable, Hashable {
    public var time: Instant
    public var frame: FrameRef
    public var code: UInt8
    public var name: String
    public var duration: Duration
    public var volumeDBm0: Int

    public init(time: Instant, frame: FrameRef, code: UInt8, name: String, duration: Duration, volumeDBm0: Int) {
        self.time = time
        self.frame = frame
        self.code = code
        self.name = name
        self.duration = duration
        self.volumeDBm0 = volumeDBm0
    }
}
