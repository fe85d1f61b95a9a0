import FaxCore
import PcapDecode

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
}
