import FaxCore
import FaxWire

/// The receiving end of one direction of UDPTL (T.38 9.1): puts the IFP packets in order, repairs losses from secondary
/// IFPs and parity, and counts. Time and place of each datagram are passed in; IFPs go out through a closure, in order
/// of their numbers, each once. A packet in order costs no allocation.
public struct UDPTLReceiver: Sendable {
    public struct Limits: Sendable {
        /// How many packets may wait for an earlier one, at most ``UDPTLReceiver/maximumHold``.
        public var holdPackets: Int
        /// How long; captures can wait as long as they like.
        public var holdTime: Duration

        public init(holdPackets: Int, holdTime: Duration) {
            self.holdPackets = min(max(holdPackets, 0), UDPTLReceiver.maximumHold)
            self.holdTime = holdTime
        }

        /// For reading captures, where waiting costs nothing.
        public static let capture = Limits(holdPackets: 64, holdTime: .seconds(10))
        /// For live calls, where the modem on the other side cannot wait.
        public static let live = Limits(holdPackets: 8, holdTime: .milliseconds(200))
    }

    public enum Origin: Sendable, Hashable {
        case primary
        /// Came as a secondary, this many packets later.
        case secondary(Int)
        case fec
    }

    /// One IFP packet as it goes out.
    public struct Delivery: Sendable, Hashable {
        /// Extended over wraps, goes on by one at a restart; numbers left out were lost for good.
        public var sequence: Int
        public var origin: Origin
        /// Of the datagram that carried or repaired it.
        public var time: Instant
        public var frame: FrameRef
    }

    public enum Outcome: Sendable, Hashable {
        case taken
        /// Seen before with this content.
        case duplicate
        /// After its place was given up.
        case late
        /// Far from the numbers before: waits for a second packet that confirms the jump.
        case waitsForConfirmation
        case malformed
    }

    public static let maximumHold = 96
    /// Larger jumps ahead are a restart of the numbering, not loss.
    public static let jumpLimit = 1000
    /// A number seen before that comes again later than this with packets between is a restart, not a duplicate.
    static let duplicateAge = Duration.seconds(3)
    /// The first packets are kept in any case: the use of parity shows only with the first packet that carries some.
    static let packetsKeptAtStart = 16
    /// Parity entries that wait.
    static let parityLimit = 64

    public let limits: Limits
    public internal(set) var tracker = SequenceTracker(jumpLimit: Self.jumpLimit)
    public internal(set) var statistics = UDPTLStatistics()
    /// The number that goes out next.
    var next = 0
    var history = UDPTLHistory()
    private var keepsHistory = true
    private var previousContent: UInt64 = 0
    /// Since when ``next`` is missing.
    var holeSince: Instant?
    var parities: [UDPTLParity] = []
    private var candidate: Candidate?
    /// Last, as the largest: what every datagram needs stands together.
    private var recent = UDPTLContent.Recent()

    /// A datagram far from the numbers before.
    private struct Candidate: Sendable {
        var sequence: UInt16
        var time: Instant
        var frame: FrameRef
        var octets: [UInt8]
    }

    public init(limits: Limits = .capture) {
        self.limits = limits
    }

    /// When ``expire(at:deliver:)`` should be called if no datagram comes.
    public var deadline: Instant? { holeSince.map { $0 + limits.holdTime } }

    /// Numbers not seen in the capture, of those the ones not repaired.
    public var recovered: Int { statistics.recoveredByRedundancy + statistics.recoveredByFEC }
    public var unrecovered: Int { max(0, tracker.lost - recovered) }

    /// Takes a datagram (UDP payload, as far as captured).
    @discardableResult
    public mutating func handle(
        _ datagram: RawSpan, time: Instant, frame: FrameRef, deliver: (Delivery, RawSpan) -> Void
    ) -> Outcome {
        expire(at: time, deliver: deliver)
        if goesOn(datagram, time, frame, deliver) { return .taken }
        var arrival = Arrival(layout: UDPTLLayout(datagram), time: time, frame: frame, sequence: 0)
        let primary = arrival.layout.primary
        guard arrival.layout.byteCount >= 2 else {
            statistics.malformed += 1
            return .malformed
        }
        let content = UDPTLContent.mark(datagram, primary)
        let step =
            arrival.layout.sequence == 1 && skipsZero(arrival.layout, datagram)
            ? passOverZero(time, frame) : tracker.take(arrival.layout.sequence, time: time, frame: frame)
        arrival.sequence = step.sequence
        switch step.kind {
        case .first:
            next = step.sequence
            if arrival.layout.sequence != 0 { statistics.note(.sequenceNotZero, frame) }
        case .next, .gap:
            break
        case .duplicate:
            return duplicate(arrival, content, datagram, deliver)
        case .late:
            if step.sequence < next {
                tooLate(arrival)
                return .late
            }
        case .far:
            return far(arrival, datagram, deliver)
        }
        if candidate != nil { candidate = nil }
        recent.note(step.sequence, content, time)
        if step.kind == .next { noteRepeat(content, datagram, primary, frame) }
        previousContent = content
        accept(arrival, datagram, deliver)
        return arrival.layout.isComplete ? .taken : .malformed
    }

    /// The way of nearly every datagram: takes one that is whole and the next, from a sender without parity, when nothing
    /// is missing.
    /// - Returns: `false`: it is not, and nothing was done.
    @inline(__always)
    private mutating func goesOn(
        _ datagram: RawSpan, _ time: Instant, _ frame: FrameRef, _ deliver: (Delivery, RawSpan) -> Void
    ) -> Bool {
        guard !keepsHistory, holeSince == nil, candidate == nil, next == tracker.highest + 1,
            let packet = UsualUDPTL(datagram),
            let sequence = tracker.takeNext(packet.sequence, time: time, frame: frame)
        else { return false }
        let primary = packet.primary
        let content = UDPTLContent.mark(datagram, primary)
        recent.note(sequence, content, time)
        noteRepeat(content, datagram, primary, frame)
        previousContent = content
        statistics.count(byteCount: datagram.byteCount)
        statistics.count(secondaries: packet.entries)
        deliver(
            Delivery(sequence: sequence, origin: .primary, time: time, frame: frame), datagram.extracting(primary))
        next = sequence + 1
        return true
    }

    /// What the packet before carried comes again under the next number.
    @inline(__always)
    private mutating func noteRepeat(
        _ content: UInt64, _ datagram: RawSpan, _ primary: Range<Int>, _ frame: FrameRef
    ) {
        guard content == previousContent, UDPTLContent.isSignal(datagram, primary) else { return }
        statistics.note(.repeatUnderNewSequence, frame)
    }

    /// Gives up waiting where the time is over.
    public mutating func expire(at time: Instant, deliver: (Delivery, RawSpan) -> Void) {
        guard let holeSince, time - holeSince >= limits.holdTime else { return }
        skipHole(deliver)
    }

    /// The stream is over: what still waits goes out.
    public mutating func finish(deliver: (Delivery, RawSpan) -> Void) {
        if let candidate {
            statistics.note(.strayPacket, candidate.frame)
            self.candidate = nil
        }
        while holeSince != nil { skipHole(deliver) }
    }

    // MARK: - One datagram

    struct Arrival {
        var layout: UDPTLLayout
        var time: Instant
        var frame: FrameRef
        var sequence: Int
    }

    /// Counts a datagram in its place, repairs with it what it can, and sends out what is in order now.
    private mutating func accept(
        _ arrival: Arrival, _ datagram: RawSpan, _ deliver: (Delivery, RawSpan) -> Void
    ) {
        count(arrival)
        makeRoom(for: arrival.sequence, deliver)
        let layout = arrival.layout
        // Only what comes after a later packet can have been repaired by it.
        if arrival.sequence < tracker.highest, arrival.sequence >= next {
            takeBack(history.slot(arrival.sequence))
        }
        // A cut primary is better than none: what kind of packet came, and when.
        let primary = layout.primary.isEmpty ? layout.cutPrimary : layout.primary
        let hasPrimary = !primary.isEmpty
        // The common case: nothing waits, nothing is missing.
        if hasPrimary, arrival.sequence == next, holeSince == nil {
            if keepsHistory { keep(arrival, datagram.extracting(primary)) }
            deliver(
                Delivery(sequence: next, origin: .primary, time: arrival.time, frame: arrival.frame),
                datagram.extracting(primary))
            next += 1
            return
        }
        if hasPrimary { keep(arrival, datagram.extracting(primary)) }
        repair(arrival, datagram)
        release(at: arrival.time, deliver)
    }

    private mutating func keep(_ arrival: Arrival, _ primary: RawSpan) {
        history.store(
            primary, sequence: arrival.sequence, origin: .primary, time: arrival.time, frame: arrival.frame)
    }

    /// After a jump ahead: what waits goes out before its slots are used again.
    private mutating func makeRoom(for sequence: Int, _ deliver: (Delivery, RawSpan) -> Void) {
        let oldest = sequence - Self.maximumHold
        while next < oldest {
            drain(deliver)
            if next < oldest { next += 1 }
        }
    }

    /// Its number went out already, repaired, or was given up.
    private mutating func tooLate(_ arrival: Arrival) {
        count(arrival)
        let repaired = history.slot(arrival.sequence)
        takeBack(repaired)
        if repaired == nil { statistics.note(.latePacket, arrival.frame) }
    }

    /// A packet repaired before came itself: it was late, not lost.
    private mutating func takeBack(_ slot: UDPTLHistory.Slot?) {
        switch slot?.origin {
        case .secondary: statistics.recoveredByRedundancy -= 1
        case .fec: statistics.recoveredByFEC -= 1
        case .primary, nil: break
        }
    }

    private mutating func count(_ arrival: Arrival) {
        let layout = arrival.layout
        statistics.count(byteCount: layout.byteCount)
        if !layout.isComplete {
            statistics.malformed += 1
            statistics.note(.truncated, arrival.frame)
        }
        if layout.trailing > 0 { statistics.note(.trailingOctets, arrival.frame) }
        if layout.isComplete, layout.primary.isEmpty { statistics.note(.zeroLengthPrimary, arrival.frame) }
        keepsHistory = statistics.withFEC > 0 || statistics.packets <= Self.packetsKeptAtStart
        switch layout.recovery {
        case .fec(let span):
            keepsHistory = true
            statistics.withFEC += 1
            noteReach(arrival, span)
            if statistics.withFEC == 1, statistics.withRedundancy > 0 {
                statistics.note(.mixedErrorCorrection, arrival.frame)
            }
            statistics.count(depth: span)
        case .redundancy:
            if layout.hasEmptyEntry { statistics.note(.zeroLengthSecondary, arrival.frame) }
            if layout.entries > 0, statistics.withRedundancy == 0, statistics.withFEC > 0 {
                statistics.note(.mixedErrorCorrection, arrival.frame)
            }
            statistics.count(secondaries: layout.entries)
        case nil:
            break
        }
    }

    /// Parity over packets before the first one.
    private mutating func noteReach(_ arrival: Arrival, _ span: Int) {
        let reach = span.multipliedReportingOverflow(by: arrival.layout.announcedEntries)
        guard !reach.overflow, reach.partialValue <= Self.maximumHold else { return }
        if arrival.sequence - reach.partialValue < tracker.first { statistics.note(.bogusEarlyFEC, arrival.frame) }
    }

    /// Sends out what is in order now, and gives up a hole that too many packets wait for.
    private mutating func release(at time: Instant, _ deliver: (Delivery, RawSpan) -> Void) {
        drain(deliver)
        if next <= tracker.highest, holeSince == nil { holeSince = time }
        while tracker.highest - next >= limits.holdPackets, holeSince != nil { skipHole(deliver) }
    }

    private mutating func drain(_ deliver: (Delivery, RawSpan) -> Void) {
        while let slot = history.slot(next) {
            deliver(
                Delivery(sequence: next, origin: slot.origin, time: slot.time, frame: slot.frame),
                slot.octets.span.bytes)
            next += 1
            holeSince = nil
        }
        if next > tracker.highest { holeSince = nil }
    }

    private mutating func skipHole(_ deliver: (Delivery, RawSpan) -> Void) {
        let since = holeSince
        while next <= tracker.highest, !history.contains(next) { next += 1 }
        holeSince = nil
        drain(deliver)
        if next <= tracker.highest { holeSince = since }
    }

    // MARK: - Numbers out of order

    /// Number 1: some senders go to it from 65535. Then the first secondary is what 65535 carried; with a lost packet 0 it is not.
    private func skipsZero(_ layout: UDPTLLayout, _ datagram: RawSpan) -> Bool {
        guard tracker.isStarted, tracker.highestOnWire == 0xFFFF else { return false }
        var offset = 0
        guard case .redundancy = layout.recovery, let latest = layout.nextEntry(datagram, after: &offset) else {
            return false
        }
        return UDPTLContent.mark(datagram, latest) == previousContent
    }

    /// Numbers go on by one although the sender left 0 out.
    private mutating func passOverZero(_ time: Instant, _ frame: FrameRef) -> SequenceTracker.Step {
        statistics.note(.skippedZero, frame)
        var step = tracker.restart(at: 1, time: time, frame: frame)
        step.kind = .next
        return step
    }

    private mutating func duplicate(
        _ arrival: Arrival, _ content: UInt64, _ datagram: RawSpan, _ deliver: (Delivery, RawSpan) -> Void
    ) -> Outcome {
        let isLatest = arrival.sequence == tracker.highest
        switch recent.compare(arrival.sequence, content, arrival.time) {
        case .same:
            statistics.packets += 1
            return .duplicate
        case .old where isLatest:
            statistics.packets += 1
            return .duplicate
        case .other where isLatest:
            statistics.packets += 1
            statistics.note(.contentChanged, arrival.frame)
            return .duplicate
        case .old, .other:
            tracker.takeBackDuplicate()
            return far(arrival, datagram, deliver)
        }
    }

    /// A number far off, or an old number with new content: believed when the packet after it follows on.
    private mutating func far(
        _ arrival: Arrival, _ datagram: RawSpan, _ deliver: (Delivery, RawSpan) -> Void
    ) -> Outcome {
        let sequence = arrival.layout.sequence
        guard let candidate, sequence == candidate.sequence &+ 1 else {
            if let candidate, candidate.sequence != sequence { statistics.note(.strayPacket, candidate.frame) }
            candidate = Candidate(
                sequence: sequence, time: arrival.time, frame: arrival.frame, octets: datagram.copied())
            return .waitsForConfirmation
        }
        self.candidate = nil
        restart(candidate, deliver)
        return handle(datagram, time: arrival.time, frame: arrival.frame, deliver: deliver)
    }

    private mutating func restart(_ first: Candidate, _ deliver: (Delivery, RawSpan) -> Void) {
        while holeSince != nil { skipHole(deliver) }
        statistics.note(.restart, first.frame)
        let step = tracker.restart(at: first.sequence, time: first.time, frame: first.frame)
        history.clear()
        recent.clear()
        parities = []
        next = step.sequence
        let span = first.octets.span.bytes
        let layout = UDPTLLayout(span)
        recent.note(next, UDPTLContent.mark(span, layout.primary), first.time)
        accept(Arrival(layout: layout, time: first.time, frame: first.frame, sequence: next), span, deliver)
    }
}
