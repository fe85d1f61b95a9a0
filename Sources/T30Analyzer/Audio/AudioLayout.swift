import FaxCore
import FaxWire
import PcapDecode

/// Puts the packets of each epoch on the timeline, in order of their numbers.
struct AudioLayout {
    private let log: AudioLog
    private let roles: [AudioPayload]
    private let fill: AudioFill
    private(set) var counts: AudioPlacementCounts
    private(set) var samples: [Int16] = []
    private(set) var segments: [AudioSegment] = []
    private(set) var gaps: [AudioGap] = []
    private(set) var spans: [AudioSpan] = []
    private(set) var placements: [AudioPlacement] = []
    private(set) var anchors: [AudioAnchor] = []
    private let bank = AudioDecoderBank()
    /// Samples laid out that no packet carried.
    private var filled = 0
    private var events: [Event] = []
    /// Where each gap of `gaps` begins, from the start of its segment.
    private var gapOffsets: [Duration] = []

    // The state within the segment being laid.
    /// Extended timestamp up to which the segment is laid.
    private var cursor = 0
    /// The anchor and the gap that the segment began with.
    private var firstAnchor = 0
    private var firstGap = 0
    private var lost = 0
    private var lastSequence = 0
    private var last: AudioLog.Packet?
    /// What stands between packets of samples: the span that is open, an index of `spans`.
    private var open: Int?

    private struct Event {
        var timestamp: Int
        var span: Int
        var end: Int
    }

    init(_ log: AudioLog, decoders: AudioDecoders, fill: AudioFill) {
        self.log = log
        self.fill = fill
        roles = AudioPayload.roles(log, decoders)
        let sorted = AudioEpochs(log, roles: roles)
        counts = sorted.counts
        for epoch in sorted.epochs { lay(epoch) }
    }

    private mutating func lay(_ epoch: AudioEpoch) {
        let packets = PlacedPacket.packets(of: epoch, log)
        counts.recovered += packets.count - epoch.packets.count
        guard let first = packets.first else { return }
        lastSequence = first.sequence - 1
        lost = 0
        last = nil
        begin(epoch.start, timestamp: first.timestamp, time: first.packet(log).time)
        for packet in packets { lay(packet) }
        closeSegment()
    }

    private mutating func lay(_ placed: PlacedPacket) {
        let packet = placed.packet(log)
        lost += max(0, placed.sequence - lastSequence - 1)
        lastSequence = placed.sequence
        switch roles[Int(packet.payloadType & 0x7F)] {
        case .event:
            layEvent(placed.timestamp, packet)
        case .samples(let decoding):
            advance(to: placed.timestamp, packet)
            open = nil
            append(packet, at: placed.timestamp, decoding, isRepair: placed.redundant != nil)
            last = packet
        case .comfortNoise:
            advance(to: placed.timestamp, packet)
            note(.comfortNoise, packet)
            last = packet
        case .codec(let name):
            advance(to: placed.timestamp, packet)
            note(.codec(name), packet)
            last = packet
        }
    }

    // MARK: Segments

    private mutating func begin(_ start: AudioSegment.Start, timestamp: Int, time: Instant) {
        bank.reset()
        open = nil
        cursor = timestamp
        firstAnchor = anchors.count
        firstGap = gaps.count
        anchors.append(AudioAnchor(sample: samples.count, segment: segments.count, timestamp: timestamp))
        segments.append(
            AudioSegment(
                start: start, samples: samples.count..<samples.count, time: time,
                timestamp: UInt32(truncatingIfNeeded: timestamp)))
    }

    private mutating func closeSegment() {
        guard let index = segments.indices.last else { return }
        segments[index].samples = segments[index].samples.lowerBound..<samples.count
        for gap in firstGap..<gaps.count { gaps[gap].time = segments[index].time + gapOffsets[gap] }
        for event in events { resolve(event) }
        events = []
    }

    /// The time of a segment goes with its quickest packet.
    private mutating func noteTransit(_ packet: AudioLog.Packet, at timestamp: Int) {
        let start = anchors[firstAnchor].timestamp
        let time = packet.time - AudioTimeline.duration(timestamp - start)
        let index = segments.count - 1
        segments[index].time = min(segments[index].time, time)
    }

    // MARK: Samples

    private mutating func append(
        _ packet: AudioLog.Packet, at timestamp: Int, _ decoding: AudioDecoding, isRepair: Bool
    ) {
        // A repair came with a later packet: its arrival tells nothing of the transit time.
        if !isRepair { noteTransit(packet, at: timestamp) }
        let count = decoding.sampleCount(octets: packet.length)
        // First come, first served: what lies before the cursor is there already.
        let overlap = min(count, max(0, cursor - timestamp))
        if overlap > 0 {
            counts.overlappingPackets += 1
            counts.overlappedSamples += overlap
        }
        guard overlap < count else { return }
        guard samples.count + count <= AudioTimeline.sampleLimit else {
            counts.beyondLimit += 1
            return
        }
        let start = samples.count
        let octets = log.octets[packet.offset..<packet.offset + packet.length]
        switch decoding {
        case .table(let table): samples.append(contentsOf: octets.dropFirst(overlap).lazy.map { table[Int($0)] })
        case .codec(let codec):
            samples.append(contentsOf: bank.decode(octets, type: packet.payloadType, codec).dropFirst(overlap))
        }
        cursor = timestamp + count
        placements.append(AudioPlacement(samples: start..<samples.count, frame: packet.frame, time: packet.time))
    }

    /// Moves the cursor on to the start of a packet; what lies between is a gap, a pause, or part of the open span.
    private mutating func advance(to timestamp: Int, _ packet: AudioLog.Packet) {
        let hole = timestamp - cursor
        defer { lost = 0 }
        guard let last, hole > 0 || lost > 0 else { return }
        let missing = max(0, hole)
        let isLoss = lost > 0
        let isClosed = isLoss && open == nil && fill == .close
        let laid = isClosed ? 0 : missing
        let isLaid =
            laid <= AudioTimeline.holeLimit && filled + laid <= AudioTimeline.fillLimit
            && samples.count + laid <= AudioTimeline.sampleLimit
        let start = samples.count
        if isLaid { stretch(laid, isLoss: isLoss && open == nil, gap: timestamp) }
        let range = start..<samples.count
        if isLoss { noteGap(range, missing: missing, after: last, before: packet) }
        if let open {
            spans[open].samples = spans[open].samples.lowerBound..<samples.count
        } else if !isLoss {
            spans.append(
                AudioSpan(
                    kind: .pause, samples: range, first: last.frame, last: packet.frame,
                    time: min(last.time, packet.time)...max(last.time, packet.time), packets: 0))
        }
        if hole > 0 { move(to: timestamp, packet, isLaid: isLaid, isClosed: isClosed) }
    }

    private mutating func move(to timestamp: Int, _ packet: AudioLog.Packet, isLaid: Bool, isClosed: Bool) {
        if !isLaid {
            closeSegment()
            begin(.hole, timestamp: timestamp, time: packet.time)
        } else if isClosed {
            anchors.append(AudioAnchor(sample: samples.count, segment: segments.count - 1, timestamp: timestamp))
        }
        cursor = timestamp
    }

    private mutating func stretch(_ count: Int, isLoss: Bool, gap: Int) {
        filled += count
        let start = segments[segments.count - 1].samples.lowerBound
        (isLoss ? fill : .silence).append(count, to: &samples, from: start, gap: gap)
    }

    private mutating func noteGap(
        _ range: Range<Int>, missing: Int, after last: AudioLog.Packet, before next: AudioLog.Packet
    ) {
        let mostEach = max(AudioEpoch.Limit.packet, sampleCount(last), sampleCount(next))
        gapOffsets.append(AudioTimeline.duration(cursor - anchors[firstAnchor].timestamp))
        gaps.append(
            AudioGap(
                samples: range, missingSamples: missing, lostPackets: lost,
                holdsPause: open != nil || missing > lost.multipliedReportingOverflow(by: mostEach).partialValue,
                before: last.frame, after: next.frame, time: next.time))
    }

    private func sampleCount(_ packet: AudioLog.Packet) -> Int {
        roles[Int(packet.payloadType & 0x7F)].sampleCount(octets: packet.length)
    }

    // MARK: Spans

    /// A packet without samples: it goes on with the open span of its kind, or opens one.
    private mutating func note(_ kind: AudioSpan.Kind, _ packet: AudioLog.Packet) {
        if let open, spans[open].kind == kind {
            spans[open].extend(packet)
        } else {
            open = spans.count
            spans.append(AudioSpan(kind: kind, at: samples.count, packet))
        }
    }

    private mutating func layEvent(_ timestamp: Int, _ packet: AudioLog.Packet) {
        let octets = log.octets[packet.offset..<packet.offset + packet.length]
        guard let event = TelephoneEvent(Array(octets).span.bytes) else { return }
        let end = timestamp + Int(event.durationTicks)
        if let known = events.suffix(Self.eventMemory).lastIndex(where: { $0.timestamp == timestamp }) {
            spans[events[known].span].extend(packet)
            events[known].end = max(events[known].end, end)
        } else {
            events.append(Event(timestamp: timestamp, span: spans.count, end: end))
            spans.append(AudioSpan(kind: .event(event.code), at: samples.count, packet))
        }
    }

    /// Events that a late packet may still belong to.
    private static let eventMemory = 8

    /// An event's samples are known when the segment it fell into is laid.
    private mutating func resolve(_ event: Event) {
        let range = segments[segments.count - 1].samples
        func sample(_ timestamp: Int) -> Int {
            let segment = segments.count - 1
            let next = anchors.firstIndex(from: { $0.segment == segment && $0.timestamp > timestamp })
            let anchor = anchors[max(firstAnchor, next - 1)]
            return min(range.upperBound, max(range.lowerBound, anchor.sample + timestamp - anchor.timestamp))
        }
        let start = sample(event.timestamp)
        spans[event.span].samples = start..<max(start, sample(event.end))
    }
}

/// Where samples and timestamps meet: from here on they go in step.
struct AudioAnchor: Sendable, Hashable {
    var sample: Int
    var segment: Int
    /// Extended, of the epoch.
    var timestamp: Int
}

extension AudioSpan {
    fileprivate init(kind: Kind, at sample: Int, _ packet: AudioLog.Packet) {
        self.init(
            kind: kind, samples: sample..<sample, first: packet.frame, last: packet.frame,
            time: packet.time...packet.time, packets: 1)
    }

    fileprivate mutating func extend(_ packet: AudioLog.Packet) {
        last = max(last, packet.frame)
        time = min(time.lowerBound, packet.time)...max(time.upperBound, packet.time)
        packets += 1
    }
}
