import FaxCore
import PcapDecode

/// What did not come through, and what came that was not sent.
extension StreamComparer {
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

    func missing(
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
    func bursts(
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
    func extra(
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
}
