import FaxCore
import FaxProtocol
import FaxWire

/// Figures of one RTP stream (one SSRC of one flow), packet by packet: sequence, loss, jitter (RFC 3550 §6.4.1, A.8),
/// packet time, gaps, clock skew, silence suppression. In order it allocates nothing.
public struct RTPStreamAccumulator: Sendable {
    /// What a packet carries, as far as it matters here.
    public enum Content: Sendable, Hashable {
        case media
        case comfortNoise
        /// RFC 4733: the timestamp is that of the event's start, so it tells nothing of jitter and packet time.
        case event
    }

    /// RFC 3550 A.1: a larger jump ahead is loss only when the timestamps say so too.
    public static let jumpLimit = 3000

    // First what every packet in order needs.
    private var last: Arrival?
    private var jitterTicks = 0.0
    private var maximumJitterTicks = 0.0
    private var maximumGapNanoseconds: Int64 = 0
    private let ticksPerNanosecond: Double
    /// Ticks per second of the timestamps; without it there is no jitter, packet time and skew.
    public let clockRate: Int?
    private var farSequence: UInt16?
    public private(set) var packets = 0
    public private(set) var markers = 0
    public private(set) var largestPacket = 0
    private var packetTime = PacketTime()
    private var skew: ClockSkew
    public private(set) var tracker = SequenceTracker(jumpLimit: Self.jumpLimit)
    public private(set) var comfortNoise = 0
    public private(set) var events = 0
    /// Numbers that jumped and were not followed by the next one.
    public private(set) var strays = 0
    /// Talk spurts that began after a pause in the timestamps longer than one packet.
    public private(set) var silences = 0
    /// Numbers (extended) of lost packets whose payload came again; `nil`: no redundancy was seen (RFC 2198).
    private var comeAgain: Set<Int>?
    /// Numbers kept in `comeAgain`.
    private static let comeAgainLimit = 100_000

    private struct Arrival: Sendable {
        var time: Instant
        /// Extended over wraps.
        var timestamp: Int
        var sequence: Int
        var content: Content
    }

    public init(clockRate: Int?) {
        self.clockRate = clockRate.flatMap { $0 > 0 ? $0 : nil }
        skew = ClockSkew(clockRate: self.clockRate ?? 1)
        ticksPerNanosecond = Double(self.clockRate ?? 1) / 1e9
    }

    /// Takes a packet of media without marker that is the next one after a packet of media.
    /// - Returns: `false`: it is not the next, and nothing was done.
    @inline(__always)
    mutating func goesOn(
        _ sequence: UInt16, timestamp: UInt32, byteCount: Int, time: Instant, frame: FrameRef
    ) -> Bool {
        guard let last, last.content == .media, farSequence == nil, clockRate != nil,
            let sequence = tracker.takeNext(sequence, time: time, frame: frame)
        else { return false }
        packets += 1
        largestPacket = max(largestPacket, byteCount)
        let arrival = Arrival(
            time: time, timestamp: extended(timestamp, near: last.timestamp), sequence: sequence, content: .media)
        maximumGapNanoseconds = max(maximumGapNanoseconds, time.nanoseconds &- last.time.nanoseconds)
        if sequence == last.sequence + 1 {
            packetTime.add(arrival.timestamp - last.timestamp, isSpurtStart: false)
        }
        skew.add(time: time, timestamp: arrival.timestamp)
        jitter(arrival, last)
        self.last = arrival
        return true
    }

    /// Takes a packet. `byteCount`: of the RTP packet.
    public mutating func add(
        _ header: RTPHeader, content: Content, byteCount: Int, time: Instant, frame: FrameRef
    ) {
        var step = tracker.take(header.sequence, time: time, frame: frame)
        if step.kind == .far, timestampsExplainJump(header, time) {
            step = tracker.take(header.sequence, time: time, frame: frame, acceptJump: true)
        }
        if step.kind == .far {
            guard let far = farSequence, header.sequence == far &+ 1 else {
                if farSequence != nil { strays += 1 }
                farSequence = header.sequence
                return count(header, content, byteCount)
            }
            // The packet before was counted already; with this one it is sure where the new numbering begins.
            _ = tracker.restart(at: far, time: time, frame: frame)
            step = tracker.take(header.sequence, time: time, frame: frame)
            last = nil
            skew = ClockSkew(clockRate: clockRate ?? 1)
        }
        farSequence = nil
        count(header, content, byteCount)
        guard step.kind != .duplicate else { return }
        let timestamp = last.map { extended(header.timestamp, near: $0.timestamp) } ?? Int(header.timestamp)
        let arrival = Arrival(time: time, timestamp: timestamp, sequence: step.sequence, content: content)
        if let last {
            maximumGapNanoseconds = max(maximumGapNanoseconds, time.nanoseconds &- last.time.nanoseconds)
            if step.kind == .next { noteStep(header, arrival, last) }
        }
        if content == .media, clockRate != nil { noteTransit(arrival) }
        last = arrival
    }

    /// Takes the redundant blocks of the packet with this number, which was added before.
    public mutating func noteRedundancy(_ redundancy: RTPRedundancy, with sequence: UInt16) {
        var comeAgain = comeAgain ?? []
        self.comeAgain = nil
        let older = redundancy.blocks.dropLast()
        for (index, block) in older.enumerated() where !block.octets.isEmpty && block.timestampOffset > 0 {
            let number = tracker.extended(sequence &- UInt16(older.count - index))
            if comeAgain.count < Self.comeAgainLimit, tracker.losses.isOpen(number) { comeAgain.insert(number) }
        }
        self.comeAgain = comeAgain
    }

    /// The timestamp against that of the packet before, whose number is one lower.
    private mutating func noteStep(_ header: RTPHeader, _ arrival: Arrival, _ before: Arrival) {
        guard arrival.content == .media, before.content == .media, arrival.sequence == before.sequence + 1 else {
            return
        }
        let ticks = arrival.timestamp - before.timestamp
        if header.marker, ticks > 2 * packetTime.commonest { silences += 1 }
        packetTime.add(ticks, isSpurtStart: header.marker)
    }

    /// Arrival against timestamp: RFC 3550 A.8 compares with the packet that arrived before, in whatever order.
    private mutating func noteTransit(_ arrival: Arrival) {
        skew.add(time: arrival.time, timestamp: arrival.timestamp)
        if let last, last.content == .media { jitter(arrival, last) }
    }

    private mutating func count(_ header: RTPHeader, _ content: Content, _ byteCount: Int) {
        packets += 1
        largestPacket = max(largestPacket, byteCount)
        if header.marker, content == .media { markers += 1 }
        switch content {
        case .comfortNoise: comfortNoise += 1
        case .event: events += 1
        case .media: break
        }
    }

    /// A long outage: the timestamps went on as time did.
    private func timestampsExplainJump(_ header: RTPHeader, _ time: Instant) -> Bool {
        guard let last, let clockRate else { return false }
        let ahead = tracker.extended(header.sequence) - tracker.highest
        guard ahead > Self.jumpLimit else { return false }
        let elapsed = (time - last.time).inSeconds
        let advanced = Double(extended(header.timestamp, near: last.timestamp) - last.timestamp) / Double(clockRate)
        return advanced > 0 && abs(advanced - elapsed) < max(2, elapsed / 10)
    }

    @inline(__always)
    private func extended(_ timestamp: UInt32, near reference: Int) -> Int {
        reference + Int(Int32(bitPattern: timestamp &- UInt32(truncatingIfNeeded: reference)))
    }

    @inline(__always)
    private mutating func jitter(_ arrival: Arrival, _ previous: Arrival) {
        let arrived = Double(arrival.time.nanoseconds &- previous.time.nanoseconds) * ticksPerNanosecond
        let difference = abs(arrived - Double(arrival.timestamp - previous.timestamp))
        // A jump of the timestamps (another source, a pause without marker) is no jitter.
        guard difference < 5e9 * ticksPerNanosecond else { return }
        jitterTicks += (difference - jitterTicks) * 0.0625
        maximumJitterTicks = max(maximumJitterTicks, jitterTicks)
    }

    /// The figures so far.
    public var statistics: StreamStatistics {
        var statistics = StreamStatistics()
        statistics.take(tracker)
        takeRedundancy(&statistics)
        statistics.maximumGap = packets > 1 ? .nanoseconds(maximumGapNanoseconds) : nil
        statistics.markers = markers
        statistics.comfortNoise = comfortNoise
        statistics.silences = silences
        statistics.largestPacket = packets > 0 ? largestPacket : nil
        guard let clockRate, packets > 1 else { return statistics }
        statistics.jitter = .seconds(jitterTicks / Double(clockRate))
        statistics.maximumJitter = .seconds(maximumJitterTicks / Double(clockRate))
        if packetTime.commonest > 0 {
            statistics.packetTimeMs = Double(packetTime.commonest) * 1000 / Double(clockRate)
        }
        statistics.packetTimeChanges = packetTime.changes
        if let estimate = skew.estimate {
            statistics.clockSkewPPM = estimate.partsPerMillion
            statistics.clockSkewUncertaintyPPM = estimate.halfWidth
        }
        return statistics
    }
}

extension RTPStreamAccumulator {
    /// Counts what stayed lost and came again.
    private func takeRedundancy(_ statistics: inout StreamStatistics) {
        guard let comeAgain, let lost = statistics.lost else { return }
        var recovered = 0
        for (index, run) in tracker.losses.runs.enumerated() {
            let count = (run.firstMissing..<run.firstMissing + run.count).count { comeAgain.contains($0) }
            if index < statistics.gaps.count { statistics.gaps[index].recovered = count }
            recovered += count
        }
        statistics.recovered = recovered
        statistics.unrecovered = max(0, lost - recovered)
        statistics.errorCorrection = .redundancy
    }
}

extension StreamStatistics {
    /// The figures that follow from sequence numbers.
    mutating func take(_ tracker: SequenceTracker) {
        guard tracker.isStarted else { return }
        expected = tracker.expected
        lost = tracker.lost
        duplicates = tracker.duplicates
        reordered = tracker.reordered
        longestLossBurst = tracker.losses.longest
        lossBursts = tracker.losses.bursts
        gaps = tracker.losses.runs.prefix(Self.gapLimit).map { run in
            SequenceGap(
                firstMissing: run.wireFirstMissing, count: run.count, recovered: run.recovered, before: run.before,
                after: run.after,
                time: min(run.beforeTime, run.afterTime)...max(run.beforeTime, run.afterTime))
        }
    }
}
