import FaxCore
import FaxWire

/// Numbers, acknowledges and repeats the full frames between two call numbers (RFC 5456 §7). What a peer that has not
/// shown that it is where it says (``isProven``) gets is repeated only when it repeats what it said: nobody can have us
/// send more to a third party than was sent to us.
struct IAX2Numbering: Sendable {
    enum Arrival: Sendable, Hashable {
        /// In its turn, or without a number.
        case fresh
        case repeated
        /// A frame before it is missing.
        case ahead
    }

    private struct Pending: Sendable {
        var frame: IAX2FullFrame
        var data: [UInt8]
        var due: Instant
        var interval: Duration
        var repetitions = 0
    }

    let source: UInt16
    /// 0: not known yet.
    private(set) var destination: UInt16 = 0
    var isProven: Bool
    private let began: Instant
    private let timers: IAX2Timers
    private let limit: Int
    private var outbound: UInt8 = 0
    private var inbound: UInt8 = 0
    private var pending: [Pending] = []
    private var lastTimestamp: UInt32 = 0
    private(set) var roundTrip: Duration?
    /// The number that was asked for last by VNAK: once is enough, or a burst of frames would bring a burst of these.
    private var askedFor: UInt8?
    /// The timestamp of what came last and that no frame of ours has acknowledged since.
    private var owesAcknowledgement: UInt32?
    /// Frames were not acknowledged, whatever was done.
    private(set) var hasFailed = false

    init(source: UInt16, isProven: Bool, began: Instant, timers: IAX2Timers, limit: Int) {
        self.source = source
        self.isProven = isProven
        self.began = began
        self.timers = timers
        self.limit = limit
    }

    /// Milliseconds since the call began (§8.1.1).
    func milliseconds(at now: Instant) -> UInt32 {
        UInt32(truncatingIfNeeded: max(0, (now - began).wholeNanoseconds) / 1_000_000)
    }

    var isQuiet: Bool { pending.isEmpty }

    /// Begins anew with the same number: behind a CALLTOKEN nothing was said yet, as far as the other side knows.
    mutating func restart() {
        outbound = 0
        inbound = 0
        pending = []
        destination = 0
    }

    // MARK: - In

    /// Frames that neither have nor need a number of their own (§7.1).
    private static let unnumbered: Set<IAX2Command> = [
        .ack, .invalid, .voiceNotAcknowledged, .transferConnect, .transferAccept, .callToken,
    ]

    mutating func take(_ frame: IAX2FullFrame, at now: Instant) -> Arrival {
        // A CALLTOKEN comes from nobody yet: its number says nothing.
        if destination == 0, frame.command != .callToken { destination = frame.source }
        if frame.destination == source { isProven = true }
        acknowledge(before: frame.inbound)
        if let command = frame.command, Self.unnumbered.contains(command) {
            if command == .voiceNotAcknowledged { hurry(at: now) }
            return .fresh
        }
        let distance = Int8(bitPattern: frame.outbound &- inbound)
        if distance > 0 { return .ahead }
        // What is behind is acknowledged again: the other side has not heard it.
        owesAcknowledgement = frame.timestamp
        if distance < 0 {
            if !isProven { hurry(at: now) }
            return .repeated
        }
        inbound &+= 1
        return .fresh
    }

    /// Every full frame says which one it expects next: those before it have come.
    private mutating func acknowledge(before number: UInt8) {
        // A number that we never used is no acknowledgement.
        guard Int8(bitPattern: outbound &- number) >= 0 else { return }
        pending.removeAll { Int8(bitPattern: number &- $0.frame.outbound) > 0 }
    }

    /// What waits is due at once.
    private mutating func hurry(at now: Instant) {
        for place in pending.indices { pending[place].due = now }
    }

    mutating func note(roundTrip time: Duration) { roundTrip = max(.zero, time) }

    // MARK: - Out

    /// A frame with a number, kept until it is acknowledged.
    /// - Parameter timestamp: of media and of answers that tell a time back; otherwise now, and later than the one before.
    mutating func send(
        _ kind: IAX2FullFrame.Kind, _ subclass: UInt64, _ data: [UInt8] = [], timestamp: UInt32? = nil, at now: Instant
    ) -> [UInt8] {
        let frame = IAX2FullFrame(
            source: source, destination: destination, timestamp: timestamp ?? nextTimestamp(at: now),
            outbound: outbound, inbound: inbound, kind: kind, subclass: subclass)
        outbound &+= 1
        owesAcknowledgement = nil
        let interval = firstInterval
        if pending.count < limit {
            pending.append(Pending(frame: frame, data: data, due: now + interval, interval: interval))
        } else {
            hasFailed = true
        }
        return frame.octets(data)
    }

    mutating func send(
        _ command: IAX2Command, _ elements: IAX2Elements = IAX2Elements(), timestamp: UInt32? = nil, at now: Instant
    ) -> [UInt8] {
        send(.iax, UInt64(command.rawValue), elements.octets, timestamp: timestamp, at: now)
    }

    /// A frame without a number: ACK, INVAL, VNAK.
    mutating func sendUnnumbered(_ command: IAX2Command, timestamp: UInt32) -> [UInt8] {
        owesAcknowledgement = nil
        return IAX2FullFrame(
            source: source, destination: destination, timestamp: timestamp, outbound: outbound, inbound: inbound,
            kind: .iax, subclass: UInt64(command.rawValue)
        ).octets()
    }

    /// VNAK: everything from the frame that is missing, once more (§6.9.3).
    mutating func askAgain(at now: Instant) -> [UInt8]? {
        guard askedFor != inbound else { return nil }
        askedFor = inbound
        return sendUnnumbered(.voiceNotAcknowledged, timestamp: milliseconds(at: now))
    }

    /// The ACK that is owed, where no frame of ours said the same meanwhile.
    mutating func acknowledgement() -> [UInt8]? {
        owesAcknowledgement.map { sendUnnumbered(.ack, timestamp: $0) }
    }

    private mutating func nextTimestamp(at now: Instant) -> UInt32 {
        lastTimestamp = max(milliseconds(at: now), lastTimestamp &+ 1)
        return lastTimestamp
    }

    private var firstInterval: Duration {
        guard let roundTrip else { return timers.firstRetry }
        return min(max(roundTrip * 2, timers.shortestRetry), timers.longestRetry)
    }

    // MARK: - Time

    /// `nil`: nothing waits, or only the other side's next frame asks for it again.
    var deadline: Instant? { isProven ? pending.map(\.due).min() : nil }

    /// What is due again. After the last repetition ``hasFailed`` is set.
    mutating func wake(at now: Instant) -> [[UInt8]] {
        guard isProven else { return [] }
        return repetitions(at: now)
    }

    /// Call it behind ``take(_:at:)``: what the other side's repetition, or its VNAK, asks for.
    mutating func repetitions(at now: Instant) -> [[UInt8]] {
        var again: [[UInt8]] = []
        for place in pending.indices where pending[place].due <= now {
            guard pending[place].repetitions < timers.retries else {
                hasFailed = true
                pending = []
                return again
            }
            pending[place].repetitions += 1
            pending[place].interval = min(pending[place].interval * 2, timers.longestRetry)
            pending[place].due = now + pending[place].interval
            pending[place].frame.isRetransmission = true
            pending[place].frame.inbound = inbound
            again.append(pending[place].frame.octets(pending[place].data))
        }
        return again
    }
}
