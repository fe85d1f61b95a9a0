import FaxCore
import PcapDecode
import T30Analyzer

/// One stream of media at both places.
public struct StreamComparison: Sendable {
    public enum State: String, Sendable {
        /// Found at both places, packet by packet.
        case both
        /// At one place only, though the other capture covers its time.
        case onlyOne = "one place only"
        /// Another element sends its content on in another form: transcoded, or T.38 for audio.
        case converted
        /// The other capture does not cover its time, or nothing of its sender.
        case uncovered
    }

    /// A run of packets, one after the other, that did not reach the other place.
    public struct Burst: Sendable {
        public var packets: Int
        public var first: FrameRef
        public var last: FrameRef
        public var time: Instant
        public var duration: Duration
        /// The frames of the other place between which they are missing.
        public var before: FrameRef?
        public var after: FrameRef?
        /// What of T.30 they carried, in words; empty: nothing, or unknown.
        public var hits: [String]
    }

    /// A packet that stands alone: altered, held back, put in.
    public struct Single: Sendable {
        public var a: FrameRef?
        public var b: FrameRef?
        public var time: Instant
        /// How much later than the fastest; of packets held back.
        public var delay: Duration?
        public var what: String
    }

    /// Transit above the least one, of the packets found at both places.
    public struct Delays: Sendable {
        public var median: Duration
        public var ninetyFifth: Duration
        public var most: Duration
    }

    public var state = State.both
    /// Who sends it; `nil`: unknown.
    public var party: Party?
    public var kind: String
    public var codec: String?
    public var otherCodec: String?
    /// Where its sender's side is; `nil`: unknown.
    public var upstream: CapturePoint?
    public var flowA: String?
    public var flowB: String?
    public var ssrcA: UInt32?
    public var ssrcB: UInt32?
    /// How its packets were found again: `numbers`, `shifted numbers`, `content`.
    public var manner: String?
    public var shift = 0
    public var packetsA = 0
    public var packetsB = 0
    public var matched = 0
    /// Packets of the upstream place that are missing downstream and should be there.
    public var lost = 0
    /// Their frames at the upstream place, the first ``CompareLimit/lostFrames`` of them.
    public var lostFrames: [FrameRef] = []
    /// Packets of either place at times that the other capture does not cover.
    public var outside = 0
    /// Packets of either place at times when the other one has the same sender in another form (T.38 for audio).
    public var convertedPackets = 0
    /// Came downstream and is missing upstream although its number says that it was sent: the capture missed it.
    public var missedByCapture = 0
    /// Came downstream only, and its number is nowhere in what was sent.
    public var injected: [Single] = []
    public var altered: [Single] = []
    /// Repair data or header changed, not the content.
    public var rewritten = 0
    /// Much later than the others.
    public var heldBack: [Single] = []
    /// In another order than they were sent.
    public var reordered = 0
    public var bursts: [Burst] = []
    /// Lost packets whose content the downstream place has nowhere, not even as a copy in a later packet; `nil`: not
    /// T.38, or not known.
    public var unrepaired: Int?
    public var delays: Delays?

    init(_ card: CallCard.Stream, party: Party?) {
        self.party = party
        kind = card.kind.rawValue
        codec = card.codec
    }

    /// What is missing has another reason than loss.
    mutating func forgetLosses() {
        (lost, lostFrames, bursts) = (0, [], [])
    }

    public var longestBurst: Int { bursts.map(\.packets).max() ?? 0 }
    public var meanBurst: Double? { bursts.isEmpty ? nil : Double(lost) / Double(bursts.count) }
    /// Packets upstream at times that the other capture covers.
    public var expected: Int { matched + lost }
}

/// What both captures cover, on A's clock.
struct CommonTime {
    var clock: ClockFit?
    var a: ClosedRange<Instant>
    var b: ClosedRange<Instant>

    /// The other place was captured when this packet passed, or should have passed.
    func covers(_ time: Instant, of point: CapturePoint) -> Bool {
        guard let clock else { return false }
        switch point {
        case .a: return b.contains(clock.onB(time))
        case .b: return a.contains(clock.onA(time))
        }
    }
}

/// Holds the packets of one stream against those of its counterpart.
struct StreamComparer {
    let common: CommonTime
    /// What was on the line at A and at B.
    let lines: [CapturePoint: LineStory]
    /// The streams of A and B.
    let streams: [CapturePoint: [CallCard.Stream]]
    /// A B2BUA stands between: it begins and ends media by itself.
    let isAnotherDialog: Bool

    /// Later than the fastest by more than this: a jitter buffer of usual size lets it go.
    static let heldBackDelay = Duration.milliseconds(40)

    func compare(
        _ a: MarkedStream, _ b: MarkedStream, _ match: StreamMatch, party: Party?, callerSide: CapturePoint?
    ) -> StreamComparison {
        var result = StreamComparison(a.card, party: party)
        result.otherCodec = b.card.codec
        result.flowA = "\(a.card.from) → \(a.card.to)"
        result.flowB = "\(b.card.from) → \(b.card.to)"
        (result.ssrcA, result.ssrcB) = (a.card.ssrc, b.card.ssrc)
        (result.packetsA, result.packetsB) = (a.marks.count, b.marks.count)
        result.manner = match.manner.rawValue
        result.shift = match.shift & 0xFFFF
        result.matched = match.pairs.count
        result.upstream = upstream(party, callerSide)
        contents(a, b, match, &result)
        let isFromB = result.upstream == .b
        let (sent, came) = isFromB ? (b, a) : (a, b)
        let point = result.upstream ?? .a
        missing(sent, came, isFromB ? match.onlyB : match.onlyA, point, match, &result)
        extra(came, sent, isFromB ? match.onlyA : match.onlyB, point.other, match, &result)
        delays(a, b, match, &result)
        return result
    }

    private func upstream(_ party: Party?, _ callerSide: CapturePoint?) -> CapturePoint? {
        guard let party, let callerSide else { return nil }
        return party == .caller ? callerSide : callerSide.other
    }

    /// A stream that has no counterpart.
    func alone(
        _ stream: MarkedStream, at point: CapturePoint, party: Party?, callerSide: CapturePoint?
    ) -> StreamComparison {
        var result = StreamComparison(stream.card, party: party)
        result.upstream = upstream(party, callerSide)
        let flow = "\(stream.card.from) → \(stream.card.to)"
        if point == .a {
            (result.flowA, result.ssrcA, result.packetsA) = (flow, stream.card.ssrc, stream.marks.count)
        } else {
            (result.flowB, result.ssrcB, result.packetsB) = (flow, stream.card.ssrc, stream.marks.count)
        }
        let covered = stream.marks.indices.filter { common.covers(stream.marks[$0].time, of: point) }
        result.outside = stream.marks.count - covered.count
        guard !covered.isEmpty else {
            result.state = .uncovered
            return result
        }
        result.state = .onlyOne
        if result.upstream == point {
            result.lost = covered.count
            result.lostFrames = covered.prefix(CompareLimit.lostFrames).map { stream.marks[$0].frame }
            result.bursts = bursts(covered, stream, point, nil)
        }
        return result
    }

    // MARK: - Contents

    private func contents(
        _ a: MarkedStream, _ b: MarkedStream, _ match: StreamMatch, _ result: inout StreamComparison
    ) {
        let isConverted = a.card.codec != b.card.codec
        for pair in match.pairs {
            let (one, other) = (a.marks[pair.a], b.marks[pair.b])
            if one.isCut || other.isCut { continue }
            if one.content == other.content {
                if one.whole != other.whole { result.rewritten += 1 }
            } else if !isConverted, result.altered.count < CompareLimit.details {
                let what =
                    one.length == other.length
                    ? "\(one.length) octets, other ones" : "\(one.length) octets at A, \(other.length) at B"
                result.altered.append(.init(a: one.frame, b: other.frame, time: one.time, delay: nil, what: what))
            }
        }
    }

    // MARK: - What did not come through

    /// Streams of one form that follow each other leave a pause.
    private static let pause = Duration.seconds(3)

    /// At this time the other place has the same sender in another form: an element between turns one into the other.
    func isConverted(_ stream: CallCard.Stream, _ time: Instant, of point: CapturePoint) -> Bool {
        guard isAnotherDialog, let clock = common.clock, let party = stream.direction else { return false }
        let there = point == .a ? clock.onB(time) : clock.onA(time)
        func has(_ point: CapturePoint, _ isT38: Bool, _ time: Instant) -> Bool {
            (streams[point] ?? []).contains { other in
                other.direction == party && (other.kind == .udptl) == isT38
                    && time >= other.firstTime - Self.pause && time <= other.lastTime + Self.pause
            }
        }
        let isT38 = stream.kind == .udptl
        // One place has both forms by turns, the other one form at this time.
        return has(point.other, !isT38, there) && !(has(point, !isT38, time) && has(point.other, isT38, there))
    }

    private func missing(
        _ sent: MarkedStream, _ came: MarkedStream, _ places: [Int], _ point: CapturePoint, _ match: StreamMatch,
        _ result: inout StreamComparison
    ) {
        let seen = places.filter { common.covers(sent.marks[$0].time, of: point) }
        let sides = match.pairs.map { point == .a ? $0.a : $0.b }
        let (first, last) = (sides.min() ?? 0, sides.max() ?? 0)
        let covered = seen.filter { place in
            if isAnotherDialog, place < first || place > last { return false }
            return !isConverted(sent.card, sent.marks[place].time, of: point)
        }
        result.outside += places.count - seen.count
        result.convertedPackets += seen.count - covered.count
        result.lost = covered.count
        result.lostFrames = covered.prefix(CompareLimit.lostFrames).map { sent.marks[$0].frame }
        result.bursts = bursts(covered, sent, point, (came, match))
    }

    /// Runs of places that follow each other.
    private func bursts(
        _ places: [Int], _ sent: MarkedStream, _ point: CapturePoint, _ other: (came: MarkedStream, match: StreamMatch)?
    ) -> [StreamComparison.Burst] {
        var runs: [ClosedRange<Int>] = []
        for place in places {
            if let last = runs.last, last.upperBound + 1 == place {
                runs[runs.count - 1] = last.lowerBound...place
            } else {
                runs.append(place...place)
            }
        }
        var partner: [Int: Int] = [:]
        for pair in other?.match.pairs ?? [] {
            partner[point == .a ? pair.a : pair.b] = point == .a ? pair.b : pair.a
        }
        return runs.prefix(CompareLimit.details).map { run in
            let (first, last) = (sent.marks[run.lowerBound], sent.marks[run.upperBound])
            let line = lines[point]
            func neighbour(_ place: Int) -> FrameRef? {
                partner[place].flatMap { other?.came.marks[$0].frame }
            }
            return StreamComparison.Burst(
                packets: run.count, first: first.frame, last: last.frame, time: first.time,
                duration: last.time - first.time, before: neighbour(run.lowerBound - 1),
                after: neighbour(run.upperBound + 1),
                hits: line?.hits(first.time...max(first.time, last.time), of: sent.card.direction) ?? [])
        }
    }

    /// Came to the downstream place only.
    private func extra(
        _ came: MarkedStream, _ sent: MarkedStream, _ places: [Int], _ point: CapturePoint, _ match: StreamMatch,
        _ result: inout StreamComparison
    ) {
        let numbers = Set(sent.marks.map(\.number))
        let shift = UInt16(truncatingIfNeeded: match.shift)
        for place in places {
            let mark = came.marks[place]
            guard common.covers(mark.time, of: point) else {
                result.outside += 1
                continue
            }
            if isConverted(came.card, mark.time, of: point) {
                result.convertedPackets += 1
                continue
            }
            let number = point == .b ? mark.number &- shift : mark.number &+ shift
            let isCopy = match.manner != .content && numbers.contains(number)
            if !isCopy, match.manner != .content, isInside(number, sent) {
                result.missedByCapture += 1
            } else if result.injected.count < CompareLimit.details {
                let what = isCopy ? "one more copy of number \(mark.number)" : "number \(mark.number), not sent"
                result.injected.append(
                    .init(
                        a: point == .a ? mark.frame : nil, b: point == .b ? mark.frame : nil, time: mark.time,
                        delay: nil, what: what))
            }
        }
    }

    /// The number lies between numbers that were sent, or directly beside them.
    private func isInside(_ number: UInt16, _ sent: MarkedStream) -> Bool {
        guard let first = sent.marks.first?.number, let last = sent.marks.last?.number else { return false }
        return number &- first &+ Self.besideNumbers <= (last &- first) &+ 2 &* Self.besideNumbers
    }

    private static let besideNumbers: UInt16 = 8

    // MARK: - Delay and order

    private func delays(
        _ a: MarkedStream, _ b: MarkedStream, _ match: StreamMatch, _ result: inout StreamComparison
    ) {
        guard let clock = common.clock, !match.pairs.isEmpty else { return }
        let sign = result.upstream == .b ? -1.0 : 1.0
        let transits = match.pairs.map { sign * clock.residual(a.marks[$0.a].time, b.marks[$0.b].time) }
        guard let least = transits.min() else { return }
        let sorted = transits.sorted()
        func above(_ share: Double) -> Duration {
            let place = min(sorted.count - 1, Int(Double(sorted.count) * share))
            return .nanoseconds(Int64(clamping: (sorted[place] - least) * 1e9))
        }
        result.delays = .init(median: above(0.5), ninetyFifth: above(0.95), most: above(1))
        for (pair, transit) in zip(match.pairs, transits)
        where transit - least > Self.heldBackDelay.inSeconds && result.heldBack.count < CompareLimit.details {
            let (one, other) = (a.marks[pair.a], b.marks[pair.b])
            let delay = Duration.nanoseconds(Int64(clamping: (transit - least) * 1e9))
            result.heldBack.append(
                .init(a: one.frame, b: other.frame, time: one.time, delay: delay, what: "late"))
        }
        result.reordered = Self.outOfOrder(match, isFromB: result.upstream == .b)
    }

    /// Packets that came after one that was sent later.
    private static func outOfOrder(_ match: StreamMatch, isFromB: Bool) -> Int {
        let rows = isFromB ? match.pairs.map { (sent: $0.b, came: $0.a) } : match.pairs.map { (sent: $0.a, came: $0.b) }
        var highest = -1
        var count = 0
        for row in rows.sorted(by: { $0.sent < $1.sent }) {
            if row.came < highest { count += 1 }
            highest = max(highest, row.came)
        }
        return count
    }
}
