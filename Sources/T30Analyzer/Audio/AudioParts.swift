import FaxCore

/// A run of samples that lie on one clock without a break.
public struct AudioSegment: Sendable, Hashable {
    public enum Start: String, Sendable {
        /// The first of the stream.
        case begin
        /// The numbers jumped and time did not (a sender that started anew).
        case jump
        /// Time passed and the timestamps stood still.
        case stall
        /// A hole too long to be laid out in samples.
        case hole
    }

    public var start: Start
    public var samples: Range<Int>
    /// When the first sample came past, had its packet taken the smallest transit time of the segment.
    public var time: Instant
    /// RTP timestamp of the first sample.
    public var timestamp: UInt32
}

/// A place where packets were lost.
public struct AudioGap: Sendable, Hashable {
    /// Where it stands in the samples; empty where none stand for it (fill `close`, or longer than the limit): then it
    /// lies before the sample of that number.
    public var samples: Range<Int>
    /// Samples that the timestamps say are missing; 0 where the numbers alone have a hole.
    public var missingSamples: Int
    public var lostPackets: Int
    /// The hole is longer than the lost packets can have been: the sender paused, too.
    public var holdsPause: Bool
    /// The packets on both sides.
    public var before: FrameRef
    public var after: FrameRef
    /// When the first missing sample would have come past.
    public var time: Instant
}

/// A stretch in which the stream carried no samples, or something beside them.
public struct AudioSpan: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The sender was silent: no packet, none lost.
        case pause
        case comfortNoise
        /// RFC 4733 and Cisco's named signalling events, by event code (`TelephoneEvent.name`). Samples below it may be audio: senders differ.
        case event(UInt8)
        /// Another codec; `nil`: not known which.
        case codec(String?)
    }

    public var kind: Kind
    /// As far as samples stand for it (zeros, save for events).
    public var samples: Range<Int>
    /// The first and last packet of it; of a pause, the packets on both sides.
    public var first: FrameRef
    public var last: FrameRef
    public var time: ClosedRange<Instant>
    /// Packets of it, copies left out.
    public var packets: Int
}

/// The samples of one packet, in their place.
public struct AudioPlacement: Sendable, Hashable {
    public var samples: Range<Int>
    public var frame: FrameRef
    public var time: Instant
}

/// What was noted while the packets were put in their places.
public struct AudioPlacementCounts: Sendable, Hashable {
    /// Packets looked at.
    public var packets = 0
    public var duplicates = 0
    /// Came after a later one and were put in their place.
    public var late = 0
    /// Lost, and put in their place from the redundancy of a later packet (RFC 2198).
    public var recovered = 0
    /// Packets that shared time with one before them, and the samples of them left out.
    public var overlappingPackets = 0
    public var overlappedSamples = 0
    /// Fit neither what came before nor what came after, and were left out.
    public var strays = 0
    /// Left out because a limit was reached.
    public var beyondLimit = 0
}
