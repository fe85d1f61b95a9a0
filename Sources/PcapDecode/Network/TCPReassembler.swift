import FaxCore

/// One direction of a TCP connection brought to octets in order (RFC 9293 §3.4): segments out of order wait, what was
/// seen before is cut off, and a hole that does not close (lost in the capture) is skipped and told, so that the
/// consumer can find the next message.
///
/// One value per direction; the caller keeps the flows, and hands every segment of the other direction to
/// ``acknowledged(by:deliver:)`` where it has it: octets that the receiver acknowledged will not come again.
public struct TCPReassembler: Sendable {
    public enum Limit {
        /// Octets waiting behind a hole; more, and the hole is skipped.
        public static let waitingOctets = 1 << 18
        /// Segments waiting behind a hole.
        public static let waitingSegments = 256
        /// How long a hole may stay open, in capture time.
        public static let waiting = Duration.seconds(5)
        /// What a waiting segment takes beside its octets.
        static let segmentOverhead = 128
        /// A sequence number further away than this belongs to another connection.
        public static let jump: Int32 = 1 << 24
    }

    public enum Event {
        /// Octets in order, with the frame and time of the segment that carried them.
        case data(ArraySlice<UInt8>, FrameRef, Instant)
        /// So many octets are missing here.
        case gap(Int, FrameRef, Instant)
        /// A connection begins, with its first octet where there was a SYN; what was before belongs to another one with the
        /// same ports.
        case start(bySYN: Bool, FrameRef, Instant)
        /// FIN or RST in its place.
        case end(FrameRef, Instant)
    }

    private struct Waiting: Sendable {
        var sequence: UInt32
        var octets: [UInt8]
        var isFin: Bool
        var frame: FrameRef
        var time: Instant
    }

    /// The sequence number of the next octet to hand out; `nil` before the first segment.
    private var next: UInt32?
    /// In the order of their sequence numbers, as far ahead of `next` as they are.
    private var waiting: [Waiting] = []
    private var waitingOctets = 0
    public private(set) var hasEnded = false
    /// Octets skipped in holes, and octets seen more than once.
    public private(set) var missingOctets = 0
    public private(set) var repeatedOctets = 0

    public init() {}

    /// Octets of memory that what waits takes.
    var keptOctets: Int { waitingOctets + waiting.count * Limit.segmentOverhead }

    /// Takes a segment and hands out what it completes, in order.
    public mutating func segment(
        _ segment: TCPSegmentInfo, payload: RawSpan, lengthOnWire: Int? = nil, frame: FrameRef, time: Instant,
        deliver: (Event) -> Void
    ) {
        var sequence = segment.sequence
        if segment.flags.contains(.syn) {
            begin(after: sequence, frame, time, deliver)
            sequence &+= 1
        }
        if segment.flags.contains(.rst) {
            end(frame, time, deliver)
            return
        }
        let isFin = segment.flags.contains(.fin)
        if payload.byteCount == 0, lengthOnWire ?? 0 == 0, !isFin { return }
        let expected = adopt(sequence, frame, time, deliver)
        // Octets that the file does not hold are a hole of known size behind those that it does.
        let isCut = (lengthOnWire ?? 0) > payload.byteCount
        take(
            Waiting(sequence: sequence, octets: [], isFin: isFin && !isCut, frame: frame, time: time), payload,
            expected: expected, deliver)
        skipHoles(now: time, deliver)
    }

    /// Takes what the receiver acknowledged: a hole in front of it was lost in the capture, not on the wire.
    public mutating func acknowledged(
        by segment: TCPSegmentInfo, deliver: (Event) -> Void
    ) {
        guard segment.flags.contains(.ack), let next, let first = waiting.first else { return }
        let ahead = Int32(bitPattern: segment.acknowledgment &- next)
        if ahead > 0, ahead < Limit.jump, Int32(bitPattern: segment.acknowledgment &- first.sequence) >= 0 {
            skip(deliver)
        }
    }

    /// Hands out what still waits behind holes. To be called when the flow is over.
    public mutating func finish(deliver: (Event) -> Void) {
        while !waiting.isEmpty { skip(deliver) }
    }

    // MARK: Steps

    private mutating func begin(after sequence: UInt32, _ frame: FrameRef, _ time: Instant, _ deliver: (Event) -> Void)
    {
        // A repeated SYN changes nothing.
        if next == sequence &+ 1, !hasEnded { return }
        if let next, !hasEnded, Int32(bitPattern: next &- sequence) > 0,
            Int32(bitPattern: next &- sequence) < Limit.jump
        {
            return
        }
        finish(deliver: deliver)
        next = sequence &+ 1
        hasEnded = false
        deliver(.start(bySYN: true, frame, time))
    }

    /// The sequence number expected, which a first segment in mid-stream, or one far away, sets anew.
    private mutating func adopt(
        _ sequence: UInt32, _ frame: FrameRef, _ time: Instant, _ deliver: (Event) -> Void
    ) -> UInt32 {
        if let next, abs(Int(Int32(bitPattern: sequence &- next))) < Int(Limit.jump) { return next }
        if next != nil {
            finish(deliver: deliver)
            deliver(.start(bySYN: false, frame, time))
        }
        next = sequence
        hasEnded = false
        return sequence
    }

    private mutating func take(
        _ segment: Waiting, _ payload: RawSpan, expected: UInt32, _ deliver: (Event) -> Void
    ) {
        let ahead = Int(Int32(bitPattern: segment.sequence &- expected))
        if ahead > 0 {
            var kept = segment
            kept.octets = payload.copied()
            wait(kept)
            return
        }
        let seen = -ahead
        repeatedOctets += min(seen, payload.byteCount)
        if seen < payload.byteCount {
            next = expected &+ UInt32(payload.byteCount - seen)
            deliver(.data(payload.extracting(seen...).copied()[...], segment.frame, segment.time))
        } else if !segment.isFin || seen > payload.byteCount {
            return
        }
        if segment.isFin { end(segment.frame, segment.time, deliver) }
        drain(deliver)
    }

    private mutating func wait(_ segment: Waiting) {
        guard let next else { return }
        let ahead = segment.sequence &- next
        let place = waiting.firstIndex { $0.sequence &- next >= ahead } ?? waiting.count
        if place < waiting.count, waiting[place].sequence == segment.sequence,
            waiting[place].octets.count >= segment.octets.count
        {
            repeatedOctets += segment.octets.count
            return
        }
        waiting.insert(segment, at: place)
        waitingOctets += segment.octets.count
    }

    /// Hands out what waits and is next now.
    private mutating func drain(_ deliver: (Event) -> Void) {
        while let first = waiting.first, let next {
            let seen = Int(Int32(bitPattern: next &- first.sequence))
            if seen < 0 { return }
            waiting.removeFirst()
            waitingOctets -= first.octets.count
            repeatedOctets += min(seen, first.octets.count)
            if seen < first.octets.count {
                self.next = next &+ UInt32(first.octets.count - seen)
                deliver(.data(first.octets[seen...], first.frame, first.time))
            }
            if first.isFin, seen <= first.octets.count { end(first.frame, first.time, deliver) }
        }
    }

    private mutating func skipHoles(now: Instant, _ deliver: (Event) -> Void) {
        while let first = waiting.first,
            waitingOctets > Limit.waitingOctets || waiting.count > Limit.waitingSegments
                || now - first.time > Limit.waiting
        {
            skip(deliver)
        }
    }

    /// Skips the hole in front of what waits.
    private mutating func skip(_ deliver: (Event) -> Void) {
        guard let first = waiting.first, let next else { return }
        let missing = Int(first.sequence &- next)
        missingOctets += missing
        self.next = first.sequence
        deliver(.gap(missing, first.frame, first.time))
        drain(deliver)
    }

    private mutating func end(_ frame: FrameRef, _ time: Instant, _ deliver: (Event) -> Void) {
        if hasEnded { return }
        hasEnded = true
        deliver(.end(frame, time))
    }
}
