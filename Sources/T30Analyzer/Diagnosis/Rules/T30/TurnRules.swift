import FaxCore
import FaxWire
import PcapDecode

/// Who spoke when: overlaps, pauses, flags.
enum TurnRules {
    static let rules = [
        Rule(
            ["t4-collision": .cause(.session, of: ["no-mcf", "dis-repeated-no-dcs", "command-repeated"])],
            once: collision),
        Rule(["hdlc-frame-too-long": .cause(.session, of: lost)], once: endless),
        Rule(["spoof-flags-too-long": .cause(.session, of: lost)], once: spoofed),
        Rule(["gap-75ms-violation": .cause(.session, of: lost)], once: hurried),
    ]

    private static let lost = ["dis-repeated-no-dcs", "no-mcf", "dcs-tcf-no-response", "t1-expired", "t2-expired"]

    private static let overlap = Duration.milliseconds(100)
    /// A frame must have ended 3 s ± 15 % after its first flag (T.30 5.3.6, T2 and T4 with flags).
    private static let longestFrame = Duration.milliseconds(3_450)
    private static let latestEnd = Duration.seconds(3)
    /// 1 s + 15 %.
    private static let longestPreamble = Duration.milliseconds(1_150)
    /// 75 ms ± 20 ms of silence between signals in opposite directions (T.30 5.3).
    /// Signals that overlap for longer were not sent as answers to one another.
    private static let longestOverlap = Duration.milliseconds(500)
    private static let leastSilence = Duration.milliseconds(55)
    /// Where a modem's burst ends is known to 30 ms only: it dies away after its last bit.
    private static let leastAfterBurst = Duration.milliseconds(25)

    // MARK: - Both at once

    /// A repeat begins while the answer to the command is on the line.
    private static func collision(_ facts: CallFacts) -> Finding? {
        var hits: [(repeated: Turn, answer: Turn)] = []
        var last: [Party: Turn] = [:]
        for turn in facts.turns {
            guard let party = turn.party else { continue }
            if let before = last[party], let name = turn.final?.name, before.final?.name == name,
                turn.final?.isCommand == true
            {
                let answer = facts.turns.first { other in
                    other.party == party.other && other.start < turn.start && other.start > before.start
                        && other.end - turn.start >= overlap && turn.end - turn.start >= overlap
                }
                if let answer { hits.append((turn, answer)) }
            }
            last[party] = turn
        }
        guard let first = hits.first else { return nil }
        let length = min(first.answer.end, first.repeated.end) - first.repeated.start
        return Finding(
            "t4-collision", .t30, T30Rules.severity(facts), .proof, "A repeat collides with the answer",
            because: "\(first.repeated.party.atStart) repeated \(first.repeated.final?.name ?? "its command") while "
                + "\(first.answer.final?.name ?? "the answer") of the other side was on the line "
                + "(\(counted(hits.count, "time")), \(length.inWholeMilliseconds) at once).",
            remedy: "Cut the delay: answers come later than T4 (3 s) lets a sender wait.",
            measures: [.init("overlap", length.inMilliseconds.rounded(), "ms", threshold: 100)],
            party: first.repeated.party,
            frames: hits.flatMap { [$0.answer.firstFrame, $0.repeated.firstFrame, $0.answer.lastFrame] })
    }

    // MARK: - Flags without end

    private static func endless(_ facts: CallFacts) -> Finding? {
        for turn in facts.turns where turn.party != nil {
            let flags = turn.messages.isEmpty ? turn.end - turn.start : .zero
            let longest = turn.messages.max { $0.end - $0.time < $1.end - $1.time }
            let frame = longest.map { $0.end - $0.time } ?? .zero
            // Packets that came late, or as copies of lost ones, stretch a frame in the capture.
            guard max(flags, frame) > longestFrame, !facts.hasHole(of: turn.party, in: turn.start...turn.end) else {
                continue
            }
            let what =
                flags > frame ? "V.21 flags without a frame" : "\(longest?.name ?? "A frame") from its first octet"
            return Finding(
                "hdlc-frame-too-long", .t30, facts.isFailed ? .warning : .note, .strong, "HDLC frame that does not end",
                because:
                    "\(turn.party.atStart): \(what) lasted \(max(flags, frame).inWords); a frame must be over 3 s after "
                    + "its first flag.",
                remedy: "Look at the machine that sends, or at a gateway that holds the carrier.",
                measures: [.init("length", (max(flags, frame).inSeconds * 10).rounded() / 10, "s", threshold: 3.45)],
                party: turn.party, frames: [turn.firstFrame, turn.lastFrame])
        }
        return nil
    }

    /// Flags that go on and on, and then a frame after all: a relay that waits for it.
    private static func spoofed(_ facts: CallFacts) -> Finding? {
        let stretched = facts.turns.filter { turn in
            guard turn.party != nil, turn.hasPreamble, let first = turn.messages.first else { return false }
            let flags = turn.preambleEnd - turn.start
            // The frame alone would have been in time.
            return flags > longestPreamble && first.end - turn.start >= latestEnd
                && longestPreamble + (first.end - first.time) < latestEnd
                && !facts.hasHole(of: turn.party, in: turn.start...turn.end)
        }
        guard let worst = stretched.max(by: { $0.preambleEnd - $0.start < $1.preambleEnd - $1.start }) else {
            return nil
        }
        let flags = worst.preambleEnd - worst.start
        return Finding(
            "spoof-flags-too-long", .t30, facts.isFailed ? .warning : .note, .strong, "A frame stretched with flags",
            because:
                "\(worst.party.atStart) sent \(flags.inWords) of flags before \(worst.messages.first?.name ?? "its frame") "
                + "(\(counted(stretched.count, "turn"))); a receiver that keeps to 3 s after the first flag drops it.",
            remedy: "A relay spoofs delay: shorten the delay, or let it hold the preamble back.",
            measures: [.init("flags", (flags.inSeconds * 10).rounded() / 10, "s", threshold: 1.15)], party: worst.party,
            frames: stretched.flatMap { [$0.firstFrame, $0.messages.first?.lastFrame] })
    }

    // MARK: - Too soon

    private struct Span {
        var name: String
        var party: Party
        var start: Instant
        var end: Instant
        var first: FrameRef?
        var last: FrameRef?
        var isBurst = false
    }

    /// Over audio only: packets of T.38 say nothing about the silence on the line.
    private static func hurried(_ facts: CallFacts) -> Finding? {
        guard facts.fax.ifpSignals.isEmpty, !facts.fax.signals.isEmpty else { return nil }
        let spans = audibleSpans(facts)
        var hits: [(before: Span, after: Span, silence: Duration)] = []
        var latest: Span?
        for span in spans {
            defer { if span.end > latest?.end ?? .zero { latest = span } }
            guard let before = latest else { continue }
            let isAnswer = before.party != span.party
            let isIdentification = before.name == LineSignal.ced.name && before.party == span.party
            let silence = span.start - before.end
            guard isAnswer || isIdentification, silence > .zero - longestOverlap,
                silence < (before.isBurst ? leastAfterBurst : leastSilence)
            else { continue }
            hits.append((before, span, silence))
        }
        guard let worst = hits.min(by: { $0.silence < $1.silence }) else { return nil }
        return Finding(
            "gap-75ms-violation", .t30, facts.isFailed ? .warning : .note, .strong, "Turn taken too soon",
            because:
                "Between \(worst.before.name) of the \(worst.before.party.rawValue) and \(worst.after.name) of the "
                + "\(worst.after.party.rawValue) lay \(worst.silence.inWholeMilliseconds) of silence "
                + "(\(counted(hits.count, "place"))); T.30 asks for 75 ms ± 20 ms.",
            remedy: "Look for a gateway or jitter buffer that eats silence; the start of a frame may be clipped.",
            measures: [.init("silence", worst.silence.inMilliseconds.rounded(), "ms", threshold: 55)],
            party: worst.after.party, frames: hits.flatMap { [$0.before.last, $0.after.first] })
    }

    private static func audibleSpans(_ facts: CallFacts) -> [Span] {
        let turns = facts.turns.compactMap { turn in
            turn.party.map {
                Span(
                    name: turn.final?.name ?? "V.21", party: $0, start: turn.start, end: turn.end,
                    first: turn.firstFrame, last: turn.lastFrame)
            }
        }
        let others = facts.fax.signals.compactMap { signal -> Span? in
            guard let party = signal.direction, signal.isFax, signal.isTraining || signal.isData || signal.name == "CED"
            else { return nil }
            return Span(
                name: signal.name, party: party, start: signal.start, end: signal.end, first: signal.firstFrame,
                last: signal.lastFrame, isBurst: signal.name != LineSignal.ced.name)
        }
        let images = facts.fax.bursts.compactMap { burst -> Span? in
            guard let party = burst.party, let data = burst.data else { return nil }
            return Span(
                name: "page data", party: party, start: data.lowerBound, end: data.upperBound, first: burst.firstFrame,
                last: burst.lastFrame, isBurst: true)
        }
        return (turns + others + images).sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }
}
