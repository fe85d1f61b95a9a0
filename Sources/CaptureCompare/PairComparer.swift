import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// Holds one call at A against the same call at B.
struct PairComparer {
    let a: PointCall
    let b: PointCall
    let reason: String
    /// When each capture began and ended.
    let spanA: ClosedRange<Instant>
    let spanB: ClosedRange<Instant>

    func compare() -> PairComparison {
        let (roughStreams, _) = matchStreams(clock: nil)
        let rough = ClockFit(samples(roughStreams, SIPMatch(a.messages, b.messages, clock: nil)))
        let sip = SIPMatch(a.messages, b.messages, clock: rough)
        let (matches, rest) = matchStreams(clock: rough)
        let clock = ClockFit(samples(matches, sip))
        var result = PairComparison(
            a: a.analyzed, b: b.analyzed, reason: reason, clock: clock,
            t30: MessageComparison(a.analyzed.fax.messages, b.analyzed.fax.messages, offset: clock?.offset))
        result.isAnotherDialog = sip.isAnotherDialog
        let comparer = StreamComparer(
            common: CommonTime(clock: clock, a: spanA, b: spanB),
            lines: [.a: LineStory(a.analyzed.fax), .b: LineStory(b.analyzed.fax)],
            streams: [.a: a.streams.map(\.card), .b: b.streams.map(\.card)], isAnotherDialog: sip.isAnotherDialog)
        result.streams = matches.map { match in
            let party = a.streams[match.a].card.direction ?? b.streams[match.b].card.direction
            var stream = comparer.compare(
                a.streams[match.a], b.streams[match.b], match.match, party: party, callerSide: clock?.callerSide)
            stream.unrepaired = unrepaired(stream, match)
            return stream
        }
        result.streams += alone(rest, comparer, clock)
        result.mappings = mappings(matches, sip)
        signalling(sip, comparer.common, &result)
        result.findings = CompareFindings(result).all
        return result
    }

    // MARK: - Streams

    private struct Matched {
        var a: Int
        var b: Int
        var match: StreamMatch
    }

    /// Streams that belong to each other, those with most packets in common first.
    private func matchStreams(clock: ClockFit?) -> (matched: [Matched], rest: (a: [Int], b: [Int])) {
        var candidates: [Matched] = []
        for (one, stream) in a.streams.enumerated() where !stream.marks.isEmpty {
            for (other, second) in b.streams.enumerated() where isCandidate(stream, second) {
                guard let match = StreamMatch(stream.marks, second.marks, clock: clock) else { continue }
                candidates.append(Matched(a: one, b: other, match: match))
            }
        }
        candidates.sort { ($1.match.pairs.count, $0.a, $0.b) < ($0.match.pairs.count, $1.a, $1.b) }
        var (usedA, usedB) = (Set<Int>(), Set<Int>())
        let matched = candidates.filter { candidate in
            guard !usedA.contains(candidate.a), !usedB.contains(candidate.b) else { return false }
            usedA.insert(candidate.a)
            usedB.insert(candidate.b)
            return true
        }.sorted { ($0.a, $0.b) < ($1.a, $1.b) }
        let restA = a.streams.indices.filter { !usedA.contains($0) && !a.streams[$0].marks.isEmpty }
        let restB = b.streams.indices.filter { !usedB.contains($0) && !b.streams[$0].marks.isEmpty }
        return (matched, (restA, restB))
    }

    /// What the receiver's side could not repair of a T.38 stream.
    private func unrepaired(_ stream: StreamComparison, _ match: Matched) -> Int? {
        guard a.streams[match.a].isT38, let upstream = stream.upstream else { return nil }
        let (call, card) =
            upstream == .a ? (b, b.streams[match.b].card) : (a, a.streams[match.a].card)
        return call.analyzed.call.streams.first {
            $0.kind == .udptl && $0.from == card.from && $0.to == card.to && $0.firstTime == card.firstTime
        }?.statistics.unrecovered
    }

    private func isCandidate(_ one: MarkedStream, _ other: MarkedStream) -> Bool {
        guard one.isT38 == other.isT38, !other.marks.isEmpty else { return false }
        guard let first = one.card.direction, let second = other.card.direction else { return true }
        return first == second
    }

    /// Streams of one place only; one that goes on in another form is told as converted.
    private func alone(
        _ rest: (a: [Int], b: [Int]), _ comparer: StreamComparer, _ clock: ClockFit?
    ) -> [StreamComparison] {
        var results: [StreamComparison] = []
        for (point, places) in [(CapturePoint.a, rest.a), (.b, rest.b)] {
            let (mine, theirs, others) = point == .a ? (a, b, rest.b) : (b, a, rest.a)
            for place in places {
                let stream = mine.streams[place]
                var result = comparer.alone(
                    stream, at: point, party: stream.card.direction, callerSide: clock?.callerSide)
                let rest = others.map { theirs.streams[$0].card }.first { $0.direction == stream.card.direction }
                let form =
                    rest
                    ?? theirs.streams.map(\.card).first { other in
                        other.direction == stream.card.direction && (other.kind == .udptl) != stream.isT38
                            && comparer.isConverted(stream.card, stream.card.lastTime, of: point)
                    }
                if let form, result.state == .onlyOne {
                    result.state = .converted
                    result.otherCodec = form.codec ?? form.kind.rawValue
                    result.forgetLosses()
                } else if result.state == .onlyOne, !showsSender(stream, theirs) {
                    result.state = .uncovered
                    result.forgetLosses()
                }
                results.append(result)
            }
        }
        return results
    }

    /// The other capture holds something of the same sender: signalling or other media. Else it may have been filtered.
    private func showsSender(_ stream: MarkedStream, _ other: PointCall) -> Bool {
        guard let party = stream.card.direction else { return false }
        return other.streams.contains { $0.card.direction == party && !$0.marks.isEmpty }
            || other.analyzed.call.signalling.steps.contains { $0.from == party }
    }

    // MARK: - Clock

    private func samples(_ streams: [Matched], _ sip: SIPMatch) -> [ClockFit.Sample] {
        var samples: [ClockFit.Sample] = []
        for stream in streams {
            let (one, other) = (a.streams[stream.a], b.streams[stream.b])
            let party = one.card.direction ?? other.card.direction
            for pair in stream.match.pairs {
                let (mark, second) = (one.marks[pair.a], other.marks[pair.b])
                samples.append(
                    ClockFit.Sample(a: mark.time, b: second.time, party: party, ttl: (mark.ttl, second.ttl)))
            }
        }
        // Elements on the way take their time with signalling: it counts where there is nothing else.
        guard samples.isEmpty || Set(samples.map(\.party)).count < 2 else { return samples }
        for pair in sip.pairs {
            let (one, other) = (a.messages[pair.a], b.messages[pair.b])
            samples.append(
                ClockFit.Sample(
                    a: one.context.time, b: other.context.time, party: sender(one, a) ?? sender(other, b),
                    ttl: (0, 0)))
        }
        return samples
    }

    private func sender(_ seen: SeenMessage, _ point: PointCall) -> Party? {
        point.analyzed.call.signalling.steps.first { $0.frame == seen.context.frame && !$0.isFurtherHop }?.from
    }

    // MARK: - Signalling

    private func signalling(_ sip: SIPMatch, _ common: CommonTime, _ result: inout PairComparison) {
        result.messagesMatched = sip.pairs.count
        for pair in sip.pairs where result.sipChanges.count < CompareLimit.details {
            let (one, other) = (a.messages[pair.a], b.messages[pair.b])
            let difference = MessageDifference(one.message, other.message)
            guard !difference.fields.isEmpty else { continue }
            result.sipChanges.append(
                SIPChange(
                    summary: Self.summary(one.message), from: sender(one, a) ?? sender(other, b),
                    a: one.context.frame, b: other.context.frame, time: one.context.time, difference: difference,
                    isSameHop: !sip.isAnotherDialog && difference.vias.a == difference.vias.b))
        }
        for (point, places, call) in [(CapturePoint.a, sip.onlyA, a), (.b, sip.onlyB, b)] {
            for place in places where result.sipMissing.count < CompareLimit.details {
                let seen = call.messages[place]
                guard common.covers(seen.context.time, of: point) else { continue }
                let from = sender(seen, call)
                result.sipMissing.append(
                    SIPMissing(
                        summary: Self.summary(seen.message), from: from, point: point, frame: seen.context.frame,
                        time: seen.context.time,
                        isLost: !sip.isAnotherDialog && result.upstream(of: from) == point))
            }
        }
    }

    static func summary(_ message: SIPMessage) -> String {
        let method = message.cseq?.method.name ?? ""
        if let status = message.status { return "\(status) to \(method)" }
        let kinds =
            message.sdp.map { SessionDescription.lax($0).value }?.media.filter { $0.port != 0 }.map(\.kind) ?? []
        return (message.method?.name ?? "?") + (kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
    }

    // MARK: - Addresses

    /// Addresses of A that are other ones at B, by the packets that were found again.
    private func mappings(_ streams: [Matched], _ sip: SIPMatch) -> [AddressMapping] {
        var found: [AddressMapping] = []
        func add(_ a: Endpoint, _ b: Endpoint, _ packets: Int) {
            guard a != b else { return }
            let (a, b) = (a.description, b.description)
            if let place = found.firstIndex(where: { $0.a == a && $0.b == b }) {
                found[place].packets += packets
            } else if found.count < CompareLimit.details {
                found.append(AddressMapping(a: a, b: b, packets: packets))
            }
        }
        for stream in streams {
            let (one, other) = (a.streams[stream.a].card, b.streams[stream.b].card)
            add(one.from, other.from, stream.match.pairs.count)
            add(one.to, other.to, stream.match.pairs.count)
        }
        for pair in sip.pairs {
            let (one, other) = (a.messages[pair.a].context, b.messages[pair.b].context)
            add(one.source, other.source, 1)
            add(one.destination, other.destination, 1)
        }
        return found
    }
}
