import FaxCore
import FaxWire
import PcapDecode

/// Packets that the capture holds and that did not get to where they were sent: what the receiver's reports, its repeated
/// commands and its requests tell.
struct BeyondCapture {
    /// What speaks for it.
    private struct Evidence {
        var text: String
        var frames: [FrameRef?]
        var measure: Finding.Measure
    }

    /// Packets that a receiver must miss more than the capture does, at least, and of 1,000 sent.
    private static let leastReported = 3
    private static let leastShare = 1
    /// An answer that begins later may collide with the repeat of its command (T4, 3 s less 15 %).
    private static let promptAnswer = Duration.milliseconds(2_200)
    /// Of audio that comes more unevenly than this, packets may come too late without being lost.
    private static let evenly = Duration.milliseconds(20)

    /// Whose packets get lost.
    private let sender: Party
    private let facts: CallFacts
    private let turns: [T30Message]

    static let rule = Rule(["loss-beyond-capture": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
        Party.allCases.compactMap { BeyondCapture($0, facts).finding }
    }

    init(_ sender: Party, _ facts: CallFacts) {
        self.sender = sender
        self.facts = facts
        turns = facts.commands.filter(\.endsTurn)
    }

    private var finding: Finding? {
        guard facts.sees(.caller), facts.sees(.callee) else { return nil }
        let reported = reports
        let said = LevelRules.isTooLow(sender, facts) ? [] : [unheardAnswers, framesAskedFor].compactMap { $0 }
        guard !(reported + said).isEmpty, AudioRules.hasFax(facts) else { return nil }
        // By itself a clean TCF that was refused may as well be checked elsewhere (local TCF), or hurt behind a gateway.
        let all = said + reported + [refusedTrainings].compactMap { $0 }
        let receiver = sender.other.rawValue
        let severity: Finding.Severity = !facts.isFailed ? .note : said.isEmpty ? .warning : .error
        return Finding(
            "loss-beyond-capture", .transport, severity, .strong, "Loss beyond the capture point",
            because: "Packets of the \(sender.rawValue) that this capture holds did not reach the \(receiver): "
                + all.map(\.text).joined(separator: "; ") + ".",
            remedy: "Capture at the \(receiver)'s side as well: the loss lies between this capture point and the "
                + "\(receiver).",
            measures: all.map(\.measure), party: sender, frames: all.flatMap(\.frames))
    }

    // MARK: - Reports of RTCP

    /// The receiver missed more than the capture does.
    private var reports: [Evidence] {
        facts.call.streams.filter { $0.direction == sender }.compactMap { stream in
            guard let report = stream.receptionReports.max(by: { $0.cumulativeLost < $1.cumulativeLost }),
                let expected = stream.statistics.expected
            else {
                return nil
            }
            let own = stream.statistics.lost ?? 0
            let more = report.cumulativeLost - own
            guard more >= Self.leastReported, more * 1_000 >= expected * Self.leastShare, more <= expected else {
                return nil
            }
            return Evidence(
                text:
                    "its RTCP reports tell of \(report.cumulativeLost) lost packets, of which \(own) are missing here",
                frames: [report.frame],
                measure: .init("lost beyond", 100 * Double(more) / Double(max(1, expected)), "%"))
        }
    }

    // MARK: - Commands repeated

    /// Commands of the other side that were repeated although the capture holds their answers whole.
    private var unheardAnswers: Evidence? {
        let triples = zip(turns, zip(turns.dropFirst(), turns.dropFirst(2))).filter { command, rest in
            isUnheard(command, rest.0, rest.1)
        }
        guard let first = triples.first else { return nil }
        return Evidence(
            text:
                "the \(sender.other.rawValue) sent \(first.0.name) again although the \(first.1.0.name) that answers it "
                + "is here whole" + (triples.count > 1 ? " (\(triples.count) times such an answer)" : ""),
            frames: triples.flatMap { [$0.1.0.frame, $0.1.1.frame] },
            measure: .init("answers unheard", Double(triples.count), ""))
    }

    private func isUnheard(_ command: T30Message, _ answer: T30Message, _ again: T30Message) -> Bool {
        guard command.direction == sender.other, again.direction == sender.other, answer.direction == sender,
            command.name == again.name, command.octets == again.octets, Self.answers(command.name, answer.name),
            answer.crcOK == true
        else { return false }
        let start = facts.preamble(of: answer)
        let repeated = facts.preamble(of: again)
        guard comesEvenly, !facts.isMissing(of: sender, in: start...max(start, answer.end)) else { return false }
        let asked = command.name == "DCS" ? facts.endOfTraining(after: command, before: start) : command.end
        return start - asked <= Self.promptAnswer && answer.end <= repeated
            && !facts.hasPageData(from: answer.end, to: repeated)
    }

    /// The answer leaves no reason to say the command again.
    private static func answers(_ command: String, _ answer: String) -> Bool {
        switch command {
        case "DIS", "DTC": answer == "DCS"
        case "DCS": answer == "CFR"
        case "CTC": answer == "CTR"
        case "RR": false
        default: ["MCF", "RTP", "RTN", "PIP", "PIN", "ERR"].contains(answer)
        }
    }

    // MARK: - Trainings refused

    /// FTT although the capture holds the whole TCF without an error.
    private var refusedTrainings: Evidence? {
        let refused = facts.fax.trainings.filter { training in
            guard facts.fax.sender == sender, training.answer == "FTT", let rate = training.rateBps,
                let run = training.longestZeroRunBits, training.errors == 0
            else { return false }
            return Double(run) >= Double(rate) * TrainingRules.leastZeroSeconds
        }
        guard !refused.isEmpty else { return nil }
        return Evidence(
            text: "\(counted(refused.count, "training")) answered FTT although the TCF is here clean",
            frames: refused.flatMap { [$0.frame, $0.answerFrame] },
            measure: .init("clean trainings refused", Double(refused.count), ""))
    }

    // MARK: - Frames asked for

    /// ECM frames that the receiver asks for although the capture holds them whole.
    private var framesAskedFor: Evidence? {
        guard facts.fax.sender == sender, comesEvenly else { return nil }
        var frames: [FrameRef?] = []
        var asked = 0
        var names: [String] = []
        for (index, request) in turns.enumerated() where request.name == "PPR" && request.direction == sender.other {
            let before = turns[..<index].last { $0.direction == sender.other }
            // A receiver whose modem lost its way in a gap misses more than the gap.
            guard !facts.isMissing(of: sender, in: min(before?.end ?? .zero, request.time)...request.time) else {
                continue
            }
            let whole = wholeFrames(from: before?.end ?? .zero, to: request.time)
            let wanted = PartialPageRequest(information: Array(request.octets.dropFirst(3))).frames
            let again = wanted.filter { whole.contains($0) }
            // Where most of them came damaged, a receiver may well have lost the others beside them.
            guard !again.isEmpty, again.count * 2 >= wanted.count else { continue }
            asked += again.count
            if names.count < 4 { names.append(ranges(again)) }
            frames.append(request.frame)
        }
        guard asked > 0 else { return nil }
        return Evidence(
            text: "PPR asks for \(counted(asked, "ECM frame")) that \(asked == 1 ? "is" : "are") here whole (FCD "
                + names.joined(separator: ", FCD ") + ")",
            frames: frames, measure: .init("frames asked for", Double(asked), ""))
    }

    private func wholeFrames(from start: Instant, to end: Instant) -> Set<Int> {
        let first = facts.fax.messages.firstIndex(from: { $0.end >= start })
        let block = facts.fax.messages[first...].prefix { $0.time <= end }
        let damaged = Set(block.filter { $0.crcOK != true }.compactMap(\.imageFrameNumber))
        return Set(block.filter { $0.crcOK == true && $0.direction == sender }.compactMap(\.imageFrameNumber))
            .subtracting(damaged)
    }

    /// Packets of audio that come late, or signals that slip, spoil frames without being lost.
    private var comesEvenly: Bool {
        guard facts.t38(of: sender).isEmpty else { return true }
        if facts.fax.bursts.contains(where: { $0.party == sender && !($0.slips.isEmpty && $0.jumps.isEmpty) }) {
            return false
        }
        return facts.rtp(of: sender).allSatisfy {
            ($0.statistics.maximumJitter ?? .zero) < Self.evenly && ($0.statistics.reordered ?? 0) == 0
        }
    }
}

extension CallFacts {
    /// When the turn that a frame ends began on the line: its preamble, else the frame.
    func preamble(of message: T30Message) -> Instant { announcement(of: message) ?? message.time }

    /// When its preamble began; `nil`: none was seen.
    func announcement(of message: T30Message) -> Instant? {
        let preamble = fax.signals.last {
            $0.name == LineSignal.v21Preamble.name && $0.direction == message.direction && $0.start <= message.time
        }
        guard let preamble, message.time - preamble.start < Self.longestTurn else { return nil }
        return preamble.start
    }

    /// NSF, CSI and DIS in one turn with their preamble.
    private static let longestTurn = Duration.seconds(12)

    /// The end of the TCF behind a DCS.
    func endOfTraining(after command: T30Message, before: Instant) -> Instant {
        let training = fax.signals.last {
            $0.name == "TCF" && $0.direction == command.direction && $0.start >= command.time && $0.end <= before
        }
        return max(command.end, training?.end ?? command.end)
    }

    /// Packets of the party are missing there, and nothing repaired them.
    func isMissing(of party: Party, in span: ClosedRange<Instant>) -> Bool {
        (rtp + t38).contains { stream in
            stream.direction == party
                && stream.statistics.gaps.contains { $0.recovered < $0.count && $0.time.overlaps(span) }
        }
    }

    func hasPageData(from start: Instant, to end: Instant) -> Bool {
        fax.signals.contains { $0.name == "page data" && $0.start >= start && $0.end <= end }
            || fax.messages.contains { $0.isImageFrame && $0.time >= start && $0.end <= end }
    }
}
