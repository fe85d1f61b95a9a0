import FaxCore

/// Follows 16-bit sequence numbers over wraps, losses, reordering, duplicates and restarts. Of UDPTL and RTP alike:
/// what a number out of order means is the owner's business where this value cannot tell (``Step/Kind/far``).
public struct SequenceTracker: Sendable {
    public struct Step: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case first
            case next
            /// This many numbers were jumped over.
            case gap(missing: Int)
            /// Behind the highest, never seen before.
            case late
            /// Seen before.
            case duplicate
            /// Too far ahead or behind to be reordering or plain loss. Nothing was counted.
            case far
        }

        public var kind: Kind
        /// Extended over wraps; goes on by one at a restart.
        public var sequence: Int
    }

    /// How far behind the highest number a packet can still be told from a duplicate.
    public static let windowPackets = 256
    /// How far before the first number a packet may lie, and how soon after it must come, to be reordering at the start.
    public static let startPackets = 16
    /// A larger jump ahead is no plain loss (RFC 3550 A.1 takes 3000 for RTP; UDPTL streams are slower).
    public var jumpLimit: Int

    public private(set) var highest = 0
    public private(set) var isStarted = false
    /// Distinct numbers seen since the last restart.
    private var unique = 0
    /// Extended minus wire number; a restart changes it.
    private var offset = 0
    /// One bit for each of the last `windowPackets` numbers, at the number modulo the window.
    private var seen = Self.nothing
    private var highestFrame = FrameRef(number: 0)
    private var highestTime = Instant.zero
    public internal(set) var losses = LossLedger()
    public private(set) var first = 0
    /// Those of the numberings before the last restart.
    private var closedExpected = 0
    private var closedUnique = 0
    public private(set) var duplicates = 0
    public private(set) var reordered = 0
    public private(set) var restarts = 0

    /// Numbers between the first and the last seen, and how many of them were never seen.
    public var expected: Int { closedExpected + (isStarted ? highest - first + 1 : 0) }
    public var received: Int { closedUnique + unique }
    public var lost: Int { expected - received }

    public init(jumpLimit: Int) {
        self.jumpLimit = jumpLimit
    }

    /// ``highest`` as it stood on the wire.
    public var highestOnWire: UInt16 { UInt16(truncatingIfNeeded: highest - offset) }

    /// The extended number that `wire` would be now.
    public func extended(_ wire: UInt16) -> Int {
        let distance = Int16(bitPattern: wire &- UInt16(truncatingIfNeeded: highest - offset))
        return highest + Int(distance)
    }

    /// Takes a packet's number; `acceptJump`: the owner knows that a far jump ahead is loss.
    public mutating func take(
        _ wire: UInt16, time: Instant, frame: FrameRef, acceptJump: Bool = false
    ) -> Step {
        guard isStarted else {
            start(at: Int(wire), time: time, frame: frame)
            return Step(kind: .first, sequence: first)
        }
        let sequence = extended(wire)
        let ahead = sequence - highest
        if ahead == 1 {
            advance(to: sequence, time, frame)
            return Step(kind: .next, sequence: sequence)
        }
        if ahead > 1 {
            guard ahead <= jumpLimit || acceptJump else { return Step(kind: .far, sequence: sequence) }
            losses.open(
                LossRun(
                    firstMissing: highest + 1, count: ahead - 1, before: highestFrame, after: frame,
                    beforeTime: highestTime, afterTime: time),
                wireOffset: offset)
            advance(to: sequence, time, frame)
            return Step(kind: .gap(missing: ahead - 1), sequence: sequence)
        }
        return behind(sequence)
    }

    /// Takes a packet's number when it is the one after ``highest``; its extended number, or `nil`: nothing was done.
    @inline(__always)
    public mutating func takeNext(_ wire: UInt16, time: Instant, frame: FrameRef) -> Int? {
        guard isStarted, wire == highestOnWire &+ 1 else { return nil }
        goOn(time, frame)
        return highest
    }

    private mutating func behind(_ sequence: Int) -> Step {
        let isFar =
            highest - sequence >= Self.windowPackets
            || (sequence < first && (first - sequence > Self.startPackets || highest - first > Self.startPackets))
        if isFar { return Step(kind: .far, sequence: sequence) }
        if hasSeen(sequence) {
            duplicates += 1
            return Step(kind: .duplicate, sequence: sequence)
        }
        seen[Self.word(sequence)] |= Self.mask(sequence)
        unique += 1
        reordered += 1
        if sequence < first {
            // The capture began in the middle of a reordering: what lies between was not seen yet.
            if first - sequence > 1 {
                losses.open(
                    LossRun(
                        firstMissing: sequence + 1, count: first - sequence - 1, before: highestFrame,
                        after: highestFrame, beforeTime: highestTime, afterTime: highestTime),
                    wireOffset: offset)
            }
            first = sequence
        } else {
            losses.fill(sequence)
        }
        return Step(kind: .late, sequence: sequence)
    }

    /// The number counts as a duplicate no more: its content is another (``restart(at:time:frame:)`` may follow).
    public mutating func takeBackDuplicate() { duplicates -= 1 }

    /// The sender began a new numbering at `wire`: counts go on, extended numbers too, as if nothing was lost between.
    public mutating func restart(at wire: UInt16, time: Instant, frame: FrameRef) -> Step {
        let next = highest + 1
        closedExpected = expected
        closedUnique += unique
        restarts += 1
        losses.closeAll()
        start(at: next, time: time, frame: frame)
        offset = next - Int(wire)
        return Step(kind: .first, sequence: next)
    }

    private mutating func start(at sequence: Int, time: Instant, frame: FrameRef) {
        isStarted = true
        first = sequence
        highest = sequence
        unique = 1
        seen = Self.nothing
        seen[Self.word(sequence)] = Self.mask(sequence)
        highestFrame = frame
        highestTime = time
    }

    private mutating func advance(to sequence: Int, _ time: Instant, _ frame: FrameRef) {
        let ahead = sequence - highest
        if ahead == 1 { return goOn(time, frame) }
        if ahead >= Self.windowPackets {
            seen = Self.nothing
        } else {
            // That of `sequence` itself is set below.
            for number in highest + 1..<sequence { seen[Self.word(number)] &= ~Self.mask(number) }
        }
        highest = sequence
        stand(time, frame)
    }

    /// By one.
    @inline(__always)
    private mutating func goOn(_ time: Instant, _ frame: FrameRef) {
        highest += 1
        stand(time, frame)
    }

    /// ``highest`` has come.
    @inline(__always)
    private mutating func stand(_ time: Instant, _ frame: FrameRef) {
        highestFrame = frame
        highestTime = time
        unique += 1
        seen[Self.word(highest)] |= Self.mask(highest)
        if losses.hasOpen { losses.close(before: highest - Self.windowPackets) }
    }

    // MARK: The window

    private static var nothing: InlineArray<4, UInt64> { InlineArray(repeating: 0) }

    private func hasSeen(_ sequence: Int) -> Bool { seen[Self.word(sequence)] & Self.mask(sequence) != 0 }

    /// Which of the words of ``seen`` has the bit of a number.
    private static func word(_ sequence: Int) -> Int { sequence >> 6 & 3 }
    private static func mask(_ sequence: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: sequence & 63) }
}
