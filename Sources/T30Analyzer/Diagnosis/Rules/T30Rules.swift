import FaxCore
import PcapDecode

/// Layer F: what the fax machines said.
enum T30Rules {
    /// A command is sent three times (T.30 5.4.2).
    static let tries = 3
    /// A receiver passes a TCF with a second of zeros (T.30 5.3.6.1.3 asks for 1.5 s less the tolerance).
    static let trainingSeconds = 1.0
    /// T.30 A.4.1: after four PPR the transmitter continues at another rate or gives the block up.
    static let partialPageRequests = 4

    /// Signals that only the receiver of a command can send: who sends one has heard the other.
    static let answers: Set<String> = [
        "DCS", "CFR", "FTT", "MCF", "RTP", "RTN", "PIP", "PIN", "PPR", "RNR", "ERR", "CTR",
    ]

    static let rules = [
        Rule(
            [
                "tcf-errors": .symptom(.session, of: ["ftt-loop", "ftt-single", "dcs-tcf-no-response"]),
                "ftt-loop": .symptom(.session), "ftt-single": .remark,
            ], training),
        Rule(
            [
                "ppr-loop": .symptom(.session, of: ["no-mcf"]), "rtn": .symptom(.session), "crp": .remark,
            ], answersOfReceiver),
        Rule(["dcn-early": .symptom(.session), "dcn-from-receiver": .remark], once: disconnect),
        Rule(["dcs-tcf-no-response": .symptom(.session)], once: unansweredTraining),
        Rule(["no-mcf": .symptom(.session)], once: unconfirmed),
        Rule(["dis-repeated-no-dcs": .symptom(.session)], once: unansweredIdentification),
        Rule(["page-bad-lines": .remark, "ecm-partial-page": .remark], pages),
        Rule(["command-repeated": .remark], once: commandRepeats),
    ]

    // MARK: - Training

    private static func training(_ facts: CallFacts) -> [Finding] {
        let trainings = facts.fax.trainings
        let failed = trainings.filter { $0.answer == "FTT" }
        var found: [Finding] = []
        let rates = failed.compactMap(\.rateBps).map(String.init).joined(separator: ", ")
        let hasPage = !facts.fax.pages.isEmpty
        if failed.count >= tries, !hasPage {
            found.append(
                Finding(
                    "ftt-loop", .t30, .error, .proof, "Training fails at every rate",
                    because:
                        "\(failed.count) of \(counted(trainings.count, "training")) were answered FTT (at \(rates) "
                        + "bit/s), and no page followed.",
                    remedy: "Look at what hit the TCF: loss, jitter, level, or local against transferred TCF.",
                    frames: failed.flatMap { [$0.frame, $0.answerFrame] }))
        } else if !failed.isEmpty {
            found.append(
                Finding(
                    "ftt-single", .t30, .note, .proof, "Training failed and was repeated",
                    because: "\(counted(failed.count, "FTT")) (at \(rates) bit/s) before "
                        + "\(hasPage ? "a rate that passed" : "the call ended").",
                    remedy: "None for a single one; limit the rate if it happens on every call.",
                    frames: failed.flatMap { [$0.frame, $0.answerFrame] }))
        }
        if let bad = badTCF(facts) { found.append(bad) }
        return found
    }

    private static func badTCF(_ facts: CallFacts) -> Finding? {
        let bad = facts.fax.trainings.filter { training in
            guard let run = training.longestZeroRunBits, let rate = training.rateBps else { return false }
            return Double(run) < Double(rate) * trainingSeconds
        }
        guard !bad.isEmpty else { return nil }
        let each = bad.map {
            "\($0.longestZeroRunBits ?? 0) bits at \($0.rateBps ?? 0) bit/s (\($0.answer ?? "no answer"))"
        }
        return Finding(
            "tcf-errors", .t30, facts.isFailed ? .error : .warning, .proof, "TCF has errors",
            because: "Longest run of zeros shorter than a second in \(bad.count) of "
                + "\(counted(facts.fax.trainings.count, "training")): \(each.joined(separator: ", ")).",
            remedy: "Find what damaged it before this capture point: loss, jitter buffer, echo.",
            frames: bad.flatMap { [$0.frame, $0.answerFrame] })
    }

    // MARK: - No answer

    /// Commands of a party at the end of the session that brought no answer: name and where each was sent.
    static func unansweredCommand(by party: Party, _ facts: CallFacts) -> (name: String, sent: [T30Message])? {
        var commands = facts.commands
        while commands.last?.name == "DCN" { commands.removeLast() }
        guard let last = commands.last(where: \.endsTurn), last.direction == party else { return nil }
        var sent: [T30Message] = []
        for message in commands.reversed() {
            guard message.direction == party else { break }
            if message.endsTurn, message.name == last.name { sent.insert(message, at: 0) }
        }
        // Nothing sent since the other side's last frame: its answer has begun, though no final frame of it came.
        return sent.isEmpty ? nil : (last.name, sent)
    }

    private static func isVisible(_ party: Party, _ facts: CallFacts) -> Bool { facts.sees(party) }

    private static func unansweredIdentification(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed else { return nil }
        for party in Party.allCases {
            guard let (name, sent) = unansweredCommand(by: party, facts), name == "DIS" || name == "DTC",
                sent.count >= tries, isVisible(party.other, facts)
            else { continue }
            return Finding(
                "dis-repeated-no-dcs", .t30, .error, .proof, "\(name) repeated, never answered",
                because: "The \(party.rawValue) sent \(name) \(sent.count) times and no T.30 frame of the "
                    + "\(party.other.rawValue) followed.",
                remedy:
                    "Follow the direction of silence: does the \(party.other.rawValue) get these frames, and do its "
                    + "packets get here?",
                frames: sent.map(\.frame))
        }
        return nil
    }

    private static func unansweredTraining(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, facts.fax.pages.isEmpty, let sender = facts.fax.sender, isVisible(sender.other, facts),
            let (name, sent) = unansweredCommand(by: sender, facts), name == "DCS", sent.count >= tries
        else { return nil }
        return Finding(
            "dcs-tcf-no-response", .t30, .error, .proof, "DCS and TCF never answered",
            because: "The \(sender.rawValue) trained \(sent.count) times without CFR or FTT from the "
                + "\(sender.other.rawValue).",
            remedy: "Check the way back, and lower the rate.", frames: sent.map(\.frame))
    }

    /// The last page waits for its confirmation.
    private static func unconfirmed(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let sender = facts.fax.sender, isVisible(sender.other, facts),
            let page = facts.fax.pages.last, page.confirmedBy == nil, page.rejectedBy == nil,
            let (name, sent) = unansweredCommand(by: sender, facts), sent[0].isPostMessageCommand
        else { return nil }
        return Finding(
            "no-mcf", .t30, .error, sent.count >= tries ? .proof : .strong, "Page not confirmed",
            because:
                "\(name) was sent \(counted(sent.count, "time")) after page \(page.number), and no MCF, RTP, RTN, PPR or "
                + "RNR came back.",
            remedy: "Check the way back, and raise the redundancy of T.30 frames.", frames: sent.map(\.frame))
    }

    // MARK: - Answers

    private static func answersOfReceiver(_ facts: CallFacts) -> [Finding] {
        var found: [Finding] = []
        let requests = facts.messages("PPR")
        let isLoop = requests.count >= partialPageRequests
        if isLoop || (!requests.isEmpty && facts.isFailed && facts.fax.pages.last?.confirmedBy == nil) {
            let missing = facts.fax.pages.last?.ecmMissing ?? 0
            found.append(
                Finding(
                    "ppr-loop", .t30, facts.isFailed ? .error : .warning, isLoop ? .proof : .strong,
                    "Frames asked for again and again",
                    because: "\(requests.count) PPR; \(counted(missing, "frame")) of the last page never came whole.",
                    remedy: "Remove the loss; lower the rate; raise the redundancy.", frames: requests.map(\.frame)))
        }
        let rejected = facts.fax.pages.filter { $0.rejectedBy != nil }
        if !rejected.isEmpty {
            let each = rejected.map { page in
                "page \(page.number)" + (page.badRows.map { " (\($0) of \(page.rows ?? 0) rows bad)" } ?? "")
            }
            found.append(
                Finding(
                    "rtn", .t30, .warning, .proof, "Page rejected",
                    because: "\(rejected[0].rejectedBy ?? "RTN") for \(each.joined(separator: ", ")).",
                    remedy: "Use ECM; lower the rate; remove the loss.",
                    frames: (facts.messages("RTN") + facts.messages("PIN")).map(\.frame)))
        }
        let repeats = facts.messages("CRP")
        if !repeats.isEmpty {
            found.append(
                Finding(
                    "crp", .t30, .note, .proof, "Command asked for again", because: "\(repeats.count) CRP.",
                    remedy: "Look for what damaged the command before it.", frames: repeats.map(\.frame)))
        }
        return found
    }

    // MARK: - Pages

    private static func pages(_ facts: CallFacts) -> [Finding] {
        var found: [Finding] = []
        let damaged = facts.fax.pages.filter { $0.ecmFrames == nil && ($0.badRows ?? 0) > 0 }
        if !damaged.isEmpty {
            let each = damaged.map { "page \($0.number): \($0.badRows ?? 0) of \($0.rows ?? 0)" }
            let isAligned = facts.losses.contains { $0.targets.contains(.burst("page data")) }
            found.append(
                Finding(
                    "page-bad-lines", .t30, .warning, .proof, "Bad rows in a page without ECM",
                    because: "Bad rows: \(each.joined(separator: ", ")); "
                        + (isAligned ? "packets with page data were lost." : "no loss of packets explains them."),
                    remedy: isAligned
                        ? "Use ECM; raise the redundancy; remove the loss."
                        : "Look at the leg behind the gateway that sent them.",
                    frames: damaged.flatMap { [$0.firstFrame, $0.lastFrame] }))
        }
        let incomplete = facts.fax.pages.filter { ($0.ecmMissing ?? 0) > 0 && $0.confirmedBy != nil }
        if !incomplete.isEmpty {
            let each = incomplete.map { "page \($0.number): \(counted($0.ecmMissing ?? 0, "frame"))" }
            found.append(
                Finding(
                    "ecm-partial-page", .t30, .note, .strong, "ECM page confirmed with frames not in the capture",
                    because: "Missing: \(each.joined(separator: ", ")).",
                    remedy:
                        "Compare with the receiver's page: it was confirmed incomplete, or the capture lost packets.",
                    frames: incomplete.flatMap { [$0.firstFrame, $0.lastFrame] }))
        }
        return found
    }

    // MARK: - Ends and repeats

    private static func disconnect(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let dcn = facts.messages("DCN").first else { return nil }
        let before = facts.commands.last { $0.end <= dcn.time && $0.direction != nil && $0.endsTurn }
        if let before, before.direction == dcn.direction?.other, before.name == "DIS" || before.name == "DCS" {
            return Finding(
                "dcn-early", .t30, .error, .proof, "DCN as the answer to \(before.name)",
                because: "The \(dcn.direction?.rawValue ?? "other side") answered \(before.name) with DCN.",
                remedy: "Compare the capabilities; look for number filters, polling, full memory.",
                frames: [before.frame, dcn.frame])
        }
        guard let sender = facts.fax.sender, dcn.direction == sender.other else { return nil }
        return Finding(
            "dcn-from-receiver", .t30, .warning, .proof, "Receiver gave up",
            because: "DCN came from the receiver"
                + (before.map { ", \((dcn.time - $0.end).inWords) after \($0.name)" } ?? "")
                + ".",
            remedy: "Look at what came, or did not come, in the six seconds before.",
            frames: [before?.frame, dcn.frame])
    }

    private static func commandRepeats(_ facts: CallFacts) -> Finding? {
        let repeats = facts.fax.remarks.filter { $0.name == "command-repeated" }
        guard let first = repeats.first else { return nil }
        return Finding(
            "command-repeated", .t30, .note, .proof, "Commands repeated",
            because:
                "\(counted(repeats.count, "command")) sent again without an answer to the one before in the capture, "
                + "the first: \(first.text).",
            remedy: "Look for the answers: lost on the way, or never sent.", frames: repeats.flatMap(\.frames))
    }
}
