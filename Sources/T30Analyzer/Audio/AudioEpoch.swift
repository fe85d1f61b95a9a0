import FaxCore
import PcapDecode

/// Packets whose numbers and times go together, with both numbers extended over wraps.
struct AudioEpoch {
    struct Packet {
        var index: Int
        var sequence: Int
        var timestamp: Int
    }

    /// All in samples of 8 kHz (125 µs) save the packet numbers.
    enum Limit {
        /// How far timestamps may run ahead of or behind arrival; more with a marker, which announces a talk-spurt.
        static let drift = 1_600
        static let markedDrift = 8_000
        /// Arrival later than timestamps tell: past it the sender (or the path) stood still.
        static let stall = 8_000
        /// Longest pause within an epoch, 5 minutes.
        static let quiet = 2_400_000
        /// A packet is taken to hold no more than 60 ms, unless seen to.
        static let packet = 480
        /// Events keep the timestamp of their start, for up to a minute.
        static let event = 480_000
        /// Late packets: how many numbers.
        static let late = 1_000
    }

    enum Verdict {
        case fits(Packet)
        case duplicate
        case foreign(AudioSegment.Start)
    }

    let start: AudioSegment.Start
    private(set) var packets: [Packet] = []
    /// The packet with the highest number; events do not move its timestamp.
    private var head: (sequence: Int, timestamp: Int, step: Int, time: Instant)
    private var timestamps: [Int: Int] = [:]

    init(start: AudioSegment.Start, index: Int, packet: AudioLog.Packet, step: Int) {
        self.start = start
        head = (Int(packet.sequence), Int(packet.timestamp), max(step, Limit.packet), packet.time)
        add(Packet(index: index, sequence: head.sequence, timestamp: head.timestamp))
    }

    private mutating func add(_ packet: Packet) {
        packets.append(packet)
        timestamps[packet.sequence] = packet.timestamp
    }

    func contains(sequence: Int) -> Bool { timestamps[sequence] != nil }

    /// `step`: the samples it holds, 0 unknown.
    func judge(index: Int, _ packet: AudioLog.Packet, step: Int, isEvent: Bool) -> Verdict {
        let ahead = Int(Int16(bitPattern: packet.sequence &- UInt16(truncatingIfNeeded: head.sequence)))
        let samples = Int(Int32(bitPattern: packet.timestamp &- UInt32(truncatingIfNeeded: head.timestamp)))
        let elapsed = Int((packet.time - head.time).wholeNanoseconds / 125_000)
        let numbered = Packet(index: index, sequence: head.sequence + ahead, timestamp: head.timestamp + samples)
        let step = max(step, head.step)
        let verdict =
            ahead > 0
            ? judgeNext(ahead, samples, elapsed, step, packet.marker, isEvent)
            : judgeLate(ahead, samples, elapsed, step, isEvent)
        if let verdict { return .foreign(verdict) }
        guard let known = timestamps[numbered.sequence] else { return .fits(numbered) }
        return known == numbered.timestamp ? .duplicate : .foreign(.jump)
    }

    private func judgeNext(
        _ ahead: Int, _ samples: Int, _ elapsed: Int, _ step: Int, _ marker: Bool, _ isEvent: Bool
    ) -> AudioSegment.Start? {
        guard elapsed > -Limit.quiet, elapsed < Limit.quiet else { return .stall }
        if isEvent { return abs(samples) <= Limit.event ? nil : .jump }
        guard samples <= Limit.quiet, samples >= -step else { return .jump }
        if elapsed - samples > Limit.stall { return .stall }
        let isExplainedByNumbers = samples <= ahead * step
        let isExplainedByTime = samples - elapsed <= (marker ? Limit.markedDrift : Limit.drift)
        return isExplainedByNumbers || isExplainedByTime ? nil : .jump
    }

    private func judgeLate(
        _ ahead: Int, _ samples: Int, _ elapsed: Int, _ step: Int, _ isEvent: Bool
    ) -> AudioSegment.Start? {
        guard ahead >= -Limit.late, elapsed > -Limit.quiet, elapsed < Limit.quiet else { return .jump }
        if isEvent { return abs(samples) <= Limit.event ? nil : .jump }
        guard samples <= step, elapsed - samples <= Limit.stall else { return .jump }
        return nil
    }

    /// Adds a packet that fits; true when it came late.
    mutating func take(_ packet: Packet, time: Instant, step: Int, isEvent: Bool) -> Bool {
        add(packet)
        guard packet.sequence > head.sequence else { return true }
        head.sequence = packet.sequence
        if !isEvent { head = (packet.sequence, packet.timestamp, max(step, Limit.packet), time) }
        return false
    }
}

/// The packets of a log sorted into epochs, in order of arrival.
struct AudioEpochs {
    private(set) var epochs: [AudioEpoch] = []
    private(set) var counts = AudioPlacementCounts()
    private let log: AudioLog
    private let roles: [AudioPayload]

    /// Restarts of a sender that are followed; packets of further ones are left out.
    static let limit = 1_000

    init(_ log: AudioLog, roles: [AudioPayload]) {
        self.log = log
        self.roles = roles
        counts.packets = log.packets.count
        for index in log.packets.indices { place(index) }
    }

    private mutating func place(_ index: Int) {
        guard let current = epochs.indices.last else { return begin(.begin, index) }
        guard let start = offer(index, to: current) else { return }
        // What was late when the sender started anew belongs to the epoch before.
        if current > 0, offer(index, to: current - 1) == nil { return }
        let next = index + 1
        let isStray = next == log.packets.count || verdict(next, in: current) == nil
        // A sender that stood still is no stray though the next packet, too, comes late.
        if isStray, start == .jump {
            counts.strays += 1
        } else if epochs.count < Self.limit {
            begin(start, index)
        } else {
            counts.beyondLimit += 1
        }
    }

    private mutating func begin(_ start: AudioSegment.Start, _ index: Int) {
        epochs.append(AudioEpoch(start: start, index: index, packet: log.packets[index], step: step(index)))
    }

    /// `nil` when the epoch took it, or knew it already.
    private mutating func offer(_ index: Int, to epoch: Int) -> AudioSegment.Start? {
        let packet = log.packets[index]
        switch epochs[epoch].judge(index: index, packet, step: step(index), isEvent: isEvent(index)) {
        case .foreign(let start): return start
        case .duplicate: counts.duplicates += 1
        case .fits(let numbered):
            let isLate = epochs[epoch].take(numbered, time: packet.time, step: step(index), isEvent: isEvent(index))
            if isLate { counts.late += 1 }
        }
        return nil
    }

    private func verdict(_ index: Int, in epoch: Int) -> AudioSegment.Start? {
        switch epochs[epoch].judge(index: index, log.packets[index], step: step(index), isEvent: isEvent(index)) {
        case .foreign(let start): start
        case .duplicate, .fits: nil
        }
    }

    private func role(_ index: Int) -> AudioPayload { roles[Int(log.packets[index].payloadType & 0x7F)] }

    private func step(_ index: Int) -> Int { role(index).sampleCount(octets: log.packets[index].length) }

    private func isEvent(_ index: Int) -> Bool {
        switch role(index) {
        case .event: true
        case .samples, .comfortNoise, .codec: false
        }
    }
}
