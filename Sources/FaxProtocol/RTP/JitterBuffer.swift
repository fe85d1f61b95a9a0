import FaxCore
import FaxWire

/// Turns packets that come when they like into samples at the pace of a clock. Packets are placed by their RTP timestamps;
/// what is missing when its time has come is concealed. Sans-IO: packets are pushed, samples are pulled, time comes with
/// both. A clock of the receiver that is fast or slow shows in the times at which it pulls (``SampleClock``).
public struct JitterBuffer: Sendable {
    public static let slipLimit = 10_000
    /// Packets further ahead than the room of the buffer, or further behind, are believed when so many come in a row.
    static let strayLimit = 3
    /// A larger jump of sequence numbers is no loss (RFC 3550 A.1).
    static let jumpLimit = 3_000
    /// Beside the largest depth, in samples.
    static let room = 4_000

    public let settings: Settings
    public private(set) var statistics = Statistics()
    private var ring: SampleRing
    private var concealment: LossConcealment
    private var tracker = SequenceTracker(jumpLimit: Self.jumpLimit)
    private var state = State.empty
    private var window = TransitWindow()
    private var control: DelayControl
    /// Extended timestamp of the latest packet, counted from the first of the stream.
    private var place = 0
    private var timestamp: UInt32 = 0
    private var strays = 0
    private var isConcealing = false
    /// Places in which the sender said that it is silent; no end while it still is.
    private var pause: Range<Int>?
    /// Lost before the stream began anew.
    private var lostBefore = 0

    public init(_ settings: Settings) {
        self.settings = settings
        control = DelayControl(settings)
        ring = SampleRing(samples: control.largestDepthSamples + Self.room)
        concealment = LossConcealment(settings.concealment, packetSamples: settings.packetSamples)
    }

    /// Samples that wait now, holes included; `nil` while nothing is played.
    public var depthSamples: Int? {
        guard case .playing(let playout) = state else { return nil }
        return max(0, place - playout.next)
    }

    /// Numbers expected and received of the stream as it is since it began anew, and its highest, extended number.
    var counts: (expected: Int, received: Int, highest: Int) { (tracker.expected, tracker.received, tracker.highest) }

    // MARK: - Packets

    /// Takes the samples of one packet.
    public mutating func push(
        _ samples: UnsafeBufferPointer<Int16>, sequence: UInt16, timestamp: UInt32, at now: Instant
    ) {
        statistics.received += 1
        guard !samples.isEmpty, samples.count <= Self.room else {
            statistics.stray += 1
            return
        }
        if case .empty = state { return begin(samples, sequence, timestamp, now) }
        let place = self.place &+ Int(Int32(bitPattern: timestamp &- self.timestamp))
        guard isNear(place) else {
            stray(samples, sequence, timestamp, now)
            return
        }
        strays = 0
        let step = tracker.take(sequence, time: now, frame: FrameRef(number: 0), acceptJump: true)
        statistics.lost = lostBefore + tracker.lost
        if step.kind == .duplicate {
            statistics.duplicates += 1
            return
        }
        let isBehind = place < self.place
        if !isBehind {
            self.place = place
            self.timestamp = timestamp
        }
        accept(samples, at: place, isBehind: isBehind, now)
    }

    /// The sender is silent from here on, until its next packet (RFC 3389): what is missing then is no loss.
    public mutating func pushSilence(sequence: UInt16, timestamp: UInt32, at now: Instant) {
        guard case .playing = state else { return }
        let place = self.place &+ Int(Int32(bitPattern: timestamp &- self.timestamp))
        guard isNear(place) else { return }
        _ = tracker.take(sequence, time: now, frame: FrameRef(number: 0), acceptJump: true)
        pause = place..<Int.max
    }

    private mutating func accept(
        _ samples: UnsafeBufferPointer<Int16>, at place: Int, isBehind: Bool, _ now: Instant
    ) {
        guard case .playing(var playout) = state else {
            _ = window.add(transit(of: place, now))
            ring.put(samples, at: place)
            if isBehind { statistics.reordered += 1 }
            return
        }
        if let pause, pause.upperBound == .max, place >= pause.lowerBound { self.pause = pause.lowerBound..<place }
        if place + samples.count <= playout.next {
            statistics.late += 1
        } else {
            if isBehind { statistics.reordered += 1 }
            let passed = max(0, playout.next - place)
            ring.put(UnsafeBufferPointer(rebasing: samples[passed...]), at: place + passed)
        }
        adjust(&playout, place, samples.count, now)
        state = .playing(playout)
    }

    /// Lets the control look at the packet's transit and order a change of the delay.
    private mutating func adjust(_ playout: inout Playout, _ place: Int, _ count: Int, _ now: Instant) {
        let transit = transit(of: place, now)
        let playsAt =
            playout.time.nanoseconds &- Int64(playout.next &- playout.change) &* SampleClock.nanosecondsPerSample
        let isFull = window.add(transit)
        guard playout.change == 0 else { return }
        let change = control.change(window, slack: playsAt &- transit, playsAt: playsAt, isWindowFull: isFull)
        guard change != 0 else { return }
        playout.change = change
        playout.cause = control.isFixed ? .drift : .adaptation
    }

    /// Less a constant that is the same for all packets of the stream.
    private func transit(of place: Int, _ now: Instant) -> Int64 {
        now.nanoseconds &- Int64(place) &* SampleClock.nanosecondsPerSample
    }

    private mutating func begin(
        _ samples: UnsafeBufferPointer<Int16>, _ sequence: UInt16, _ timestamp: UInt32, _ now: Instant
    ) {
        _ = tracker.take(sequence, time: now, frame: FrameRef(number: 0))
        place = 0
        self.timestamp = timestamp
        strays = 0
        window = TransitWindow()
        _ = window.add(now.nanoseconds)
        ring.put(samples, at: 0)
        state = .filling(until: now + control.initialDepth)
    }

    private func isNear(_ place: Int) -> Bool {
        let next: Int
        switch state {
        case .empty, .filling: next = 0
        case .playing(let playout): next = playout.next
        }
        return place - next < ring.capacity - Self.room && next - place < SampleClock.nominalRate
    }

    /// Far from the stream: another source on the same flow, or the stream itself began anew.
    private mutating func stray(
        _ samples: UnsafeBufferPointer<Int16>, _ sequence: UInt16, _ timestamp: UInt32, _ now: Instant
    ) {
        strays += 1
        guard strays >= Self.strayLimit else {
            statistics.stray += 1
            return
        }
        restart(at: now)
        begin(samples, sequence, timestamp, now)
    }

    /// The next packet begins a stream of its own: another source (RFC 3550 §8.2).
    public mutating func restart(at now: Instant) {
        lostBefore += tracker.lost
        tracker = SequenceTracker(jumpLimit: Self.jumpLimit)
        ring.clear()
        pause = nil
        control = DelayControl(settings)
        if case .empty = state { return }
        state = .empty
        note(.restart, samples: 0, at: now)
    }

    /// Gives up following the jitter: the delay of now stays, as gateways do when they hear a fax tone.
    public mutating func freeze() { control.freeze() }

    // MARK: - Samples

    /// Fills `samples` with what is played next.
    public mutating func pull(into samples: inout [Int16], at now: Instant) {
        samples.withUnsafeMutableBufferPointer { pull(into: $0, at: now) }
    }

    private mutating func pull(into target: UnsafeMutableBufferPointer<Int16>, at now: Instant) {
        if case .filling(let start) = state, now >= start { state = .playing(Playout(next: 0, time: now)) }
        guard case .playing(var playout) = state else {
            target.update(repeating: 0)
            statistics.played += target.count
            return
        }
        if playout.change < 0 { leaveOut(&playout, now) }
        var filled = 0
        if playout.change > 0 { filled = putIn(&playout, target, now) }
        while filled < target.count {
            filled += playRun(&playout, UnsafeMutableBufferPointer(rebasing: target[filled...]))
        }
        let step = Duration.nanoseconds(Int64(target.count) * SampleClock.nanosecondsPerSample)
        playout.time = now + step
        state = .playing(playout)
        statistics.played += target.count
    }

    /// Plays what is there, or conceals what is not, up to where that changes; gives how many samples.
    private mutating func playRun(_ playout: inout Playout, _ target: UnsafeMutableBufferPointer<Int16>) -> Int {
        let there = ring.take(from: playout.next, into: target)
        if there > 0 {
            concealment.heard(UnsafeMutableBufferPointer(rebasing: target.prefix(there)))
            isConcealing = false
            playout.next += there
            return there
        }
        let missing = ring.missing(from: playout.next, limit: target.count)
        let hole = UnsafeMutableBufferPointer(rebasing: target.prefix(missing))
        if let pause, pause.contains(playout.next) {
            hole.update(repeating: 0)
            statistics.paused += missing
        } else {
            conceal(hole)
        }
        playout.next += missing
        return missing
    }

    private mutating func conceal(_ target: UnsafeMutableBufferPointer<Int16>) {
        concealment.fill(target)
        statistics.concealed += target.count
        if !isConcealing { statistics.holes += 1 }
        isConcealing = true
    }

    private mutating func leaveOut(_ playout: inout Playout, _ now: Instant) {
        let count = -playout.change
        ring.drop(from: playout.next, count: count)
        playout.next += count
        note(playout.cause, samples: -count, at: now)
        playout.change = 0
    }

    /// Samples that nobody sent, while the stream stands still.
    private mutating func putIn(
        _ playout: inout Playout, _ target: UnsafeMutableBufferPointer<Int16>, _ now: Instant
    ) -> Int {
        let count = min(playout.change, target.count)
        note(playout.cause, samples: count, at: now)
        conceal(UnsafeMutableBufferPointer(rebasing: target.prefix(count)))
        isConcealing = false
        playout.change -= count
        return count
    }

    private mutating func note(_ cause: Slip.Cause, samples: Int, at now: Instant) {
        guard statistics.slips.count < Self.slipLimit else {
            statistics.slipsNotKept += 1
            return
        }
        statistics.slips.append(Slip(cause: cause, samples: samples, played: statistics.played, time: now))
    }
}
