import FaxCore
import PcapDecode

/// The samples of one stream, each in the place that its timestamp gives it, with the way back to the packets.
///
/// Time runs by the sender's clock: one sample, 125 µs, from the start of its segment. Segments follow each other in
/// `samples` without a break; what lay between them is told by their times.
public struct AudioTimeline: Sendable {
    /// Per second.
    public static let sampleRate = 8_000
    /// Samples of one stream: 4 hours.
    public static let sampleLimit = 4 * 3_600 * sampleRate
    /// Longest single hole laid out in samples: 60 s. A longer one parts two segments.
    public static let holeLimit = 60 * sampleRate
    /// Samples laid out in all that no packet carried: 1 hour.
    public static let fillLimit = 3_600 * sampleRate

    /// 16-bit linear, 8 kHz.
    public let samples: [Int16]
    /// In order of samples.
    public let segments: [AudioSegment]
    /// In order of samples.
    public let gaps: [AudioGap]
    /// In order of their first packets.
    public let spans: [AudioSpan]
    /// In order of samples; they do not overlap.
    public let placements: [AudioPlacement]
    public let counts: AudioPlacementCounts
    public let fill: AudioFill
    private let anchors: [AudioAnchor]
    /// Indices of `placements` in order of frames.
    private let byFrame: [Int]

    public init(_ log: AudioLog, decoders: AudioDecoders = .standard, fill: AudioFill = .standard) {
        let layout = AudioLayout(log, decoders: decoders, fill: fill)
        samples = layout.samples
        segments = layout.segments
        gaps = layout.gaps
        spans = layout.spans
        let placements = layout.placements
        self.placements = placements
        counts = layout.counts
        anchors = layout.anchors
        self.fill = fill
        byFrame = placements.indices.sorted { placements[$0].frame < placements[$1].frame }
    }

    /// The audio of a stream, from its packets or recorded; `nil`: it has none (or none that could be decrypted).
    public init?(_ stream: MediaStream, fill: AudioFill = .standard) {
        if let samples = stream.samples {
            self.init(samples: samples, start: stream.firstTime)
        } else if let log = stream.audio, !log.packets.isEmpty {
            self.init(log, fill: fill)
        } else {
            return nil
        }
    }

    /// Samples without packets: a recording, or one made by a simulation. No frame carries them; `start` is the time of
    /// the first one.
    public init(samples: [Int16], start: Instant = .zero) {
        self.samples = samples.count > Self.sampleLimit ? Array(samples.prefix(Self.sampleLimit)) : samples
        let range = 0..<self.samples.count
        segments =
            range.isEmpty ? [] : [AudioSegment(start: .begin, samples: range, time: start, timestamp: 0)]
        anchors = range.isEmpty ? [] : [AudioAnchor(sample: 0, segment: 0, timestamp: 0)]
        gaps = []
        spans = []
        placements = []
        counts = AudioPlacementCounts()
        fill = .standard
        byFrame = []
    }

    static func duration(_ samples: Int) -> Duration { .nanoseconds(Int64(samples) * 125_000) }

    // MARK: From samples

    /// When a sample came past, had its packet taken the smallest transit time of the segment. Samples outside
    /// `samples` are reckoned on from the nearest; `nil` when there is no segment.
    public func time(ofSample sample: Int) -> Instant? {
        guard let anchor = anchors.lastIndex(while: { $0.sample <= sample }) ?? anchors.indices.first else {
            return nil
        }
        return time(anchors[anchor], sample)
    }

    /// When the last sample of a range was over: the one behind it may have come much later.
    func end(of range: Range<Int>) -> Instant? {
        guard !range.isEmpty else { return time(ofSample: range.upperBound) }
        return time(ofSample: range.upperBound - 1).map { $0 + Self.duration(1) }
    }

    /// The parts of a range between breaks: where time passed in which nothing was sent (``AudioSegment/Start/stall``,
    /// ``AudioSegment/Start/hole``), no signal goes on.
    func unbroken(_ range: Range<Int>) -> [Range<Int>] {
        let next = segments.firstIndex(from: { $0.samples.lowerBound > range.lowerBound })
        guard next < segments.count, segments[next].samples.lowerBound < range.upperBound else { return [range] }
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for segment in segments[next...] {
            let place = segment.samples.lowerBound
            guard place < range.upperBound else { break }
            guard segment.start == .stall || segment.start == .hole, place > start else { continue }
            parts.append(start..<place)
            start = place
        }
        return parts + [start..<range.upperBound]
    }

    private func time(_ anchor: AudioAnchor, _ sample: Int) -> Instant {
        let start = anchors[first(of: anchor.segment)].timestamp
        // Far outside any timeline: held, so that the product stays in range.
        let offset = max(-Self.sampleLimit, min(Self.sampleLimit, sample - anchor.sample))
        return segments[anchor.segment].time + Self.duration(anchor.timestamp - start + offset)
    }

    /// The first anchor of a segment.
    private func first(of segment: Int) -> Int {
        anchors.firstIndex(from: { $0.segment >= segment })
    }

    /// The packet that carried a sample; `nil` in gaps and pauses.
    public func placement(ofSample sample: Int) -> AudioPlacement? {
        guard let index = placements.lastIndex(while: { $0.samples.lowerBound <= sample }) else {
            return nil
        }
        return placements[index].samples.contains(sample) ? placements[index] : nil
    }

    /// The packet that carried a sample, or the last before it.
    public func placement(atOrBefore sample: Int) -> AudioPlacement? {
        placements.lastIndex(while: { $0.samples.lowerBound <= sample }).map { placements[$0] }
    }

    /// When the packet of a sample arrived, with its jitter; `nil` in gaps and pauses.
    public func arrival(ofSample sample: Int) -> Instant? { placement(ofSample: sample)?.time }

    /// Gaps that share samples with a range, or, with no samples of their own, lie within it.
    public func gaps(in range: Range<Int>) -> ArraySlice<AudioGap> {
        let start = gaps.firstIndex(from: { $0.samples.upperBound > range.lowerBound })
        let end = gaps.firstIndex(from: { $0.samples.lowerBound >= range.upperBound })
        return gaps[min(start, end)..<end]
    }

    /// Spans that share samples with a range.
    public func spans(in range: Range<Int>) -> [AudioSpan] { spans.filter { $0.samples.overlaps(range) } }

    public func segment(ofSample sample: Int) -> AudioSegment? {
        segments.lastIndex(while: { $0.samples.lowerBound <= sample }).map { segments[$0] }
    }

    // MARK: To samples

    /// The samples that a frame carried; `nil` when it carried none that are used.
    public func samples(ofFrame frame: FrameRef) -> Range<Int>? {
        let place = byFrame.firstIndex(from: { placements[$0].frame >= frame })
        guard place < byFrame.count, placements[byFrame[place]].frame == frame else { return nil }
        return placements[byFrame[place]].samples
    }

    /// The sample whose time is, or is next before, a time; the first sample for times before it, the last for times
    /// after it; `nil` when there are no samples.
    public func sample(at time: Instant) -> Int? {
        guard !samples.isEmpty else { return nil }
        // Anchors of segments are in order of time unless a capture's clock went back: then the last that fits.
        let anchor = anchors.last { self.time($0, $0.sample) <= time } ?? anchors[0]
        let since = (time - self.time(anchor, anchor.sample)).wholeNanoseconds / 125_000
        let next = anchors.firstIndex(from: { $0.sample > anchor.sample })
        let end = next < anchors.count ? anchors[next].sample : samples.count
        let sample = anchor.sample + min(max(0, Int(since)), samples.count)
        return max(0, min(sample, end - 1, samples.count - 1))
    }
}

extension Array {
    /// The first index at which a condition holds that holds for everything after it, too; `endIndex` when none.
    func firstIndex(from holds: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The last index at which a condition holds that holds for everything before it, too.
    fileprivate func lastIndex(while holds: (Element) -> Bool) -> Int? {
        let end = firstIndex(from: { !holds($0) })
        return end > startIndex ? end - 1 : nil
    }
}
