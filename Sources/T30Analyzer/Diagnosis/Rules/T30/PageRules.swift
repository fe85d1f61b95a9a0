import FaxCore

/// Pages as the receiver got them.
enum PageRules {
    /// A total coded line takes less than 5 s (T.4 2.3).
    private static let longestLine = 5.0
    /// Above it a rejection is honest, below it the receiver is fussy or the coding wrong: shares of bad rows.
    private static let honest = 0.10
    private static let fussy = 0.01
    /// Ours: backstop timers of gateways and idle timers of paths begin here.
    static let longPage = 90.0

    static let rules = [
        Rule(["long-page-at-low-rate": .cause(.session, of: ["no-mcf", "ifp-90s-cutoff", "page-no-eol"])], once: long),
        Rule(["rtn": .symptom(.session, of: ["no-mcf"])], once: rejected),
        Rule(["rtp-response": .remark], once: retrains),
        Rule(["page-no-eol": .symptom(.session, of: ["rtn", "no-mcf"])], once: endless),
        Rule(["page-truncated": .remark], once: truncated),
        Rule(["page-bad-lines": .remark], once: badRows),
    ]

    // MARK: - Answers

    private static func rejected(_ facts: CallFacts) -> Finding? {
        let rejected = facts.fax.pages.filter { $0.rejectedBy != nil }
        guard let first = rejected.first else { return nil }
        let each = rejected.map { page in
            "page \(page.number)" + (page.badRows.map { " (\($0) of \(page.rows ?? 0) rows bad)" } ?? "")
        }
        let shares = rejected.compactMap(\.badShare)
        var judgement = ""
        if let least = shares.min(), least < fussy {
            judgement =
                " Less than 1 % of the rows is bad here: a fussy receiver, a coding that it does not like, or "
                + "errors behind the receiving side."
        } else if let most = shares.max(), most > honest {
            judgement = " With so many bad rows the rejection is honest."
        }
        let wasFinal = facts.fax.pages.last?.rejectedBy != nil
        return Finding(
            "rtn", .t30, facts.isFailed && wasFinal ? .error : .warning, .proof, "Page rejected",
            because: "\(first.rejectedBy ?? "RTN") for \(each.joined(separator: ", ")).\(judgement)",
            remedy: "Use ECM; lower the rate; remove the loss.",
            measures: shares.max().map { [.init("bad rows", ($0 * 1000).rounded() / 10, "%", threshold: 10)] } ?? [],
            party: facts.fax.sender?.other, frames: (facts.messages("RTN") + facts.messages("PIN")).map(\.frame))
    }

    private static func retrains(_ facts: CallFacts) -> Finding? {
        let responses = facts.messages("RTP")
        guard let first = responses.first else { return nil }
        return Finding(
            "rtp-response", .t30, responses.count > 1 ? .warning : .note, .proof, "Page confirmed, retrain asked for",
            because: "\(responses.count) RTP: the receiver took the page and wants the modem trained again.",
            remedy: "A marginal line: lower the rate.", measures: [.init("RTP", Double(responses.count), "")],
            party: first.direction, frames: responses.map(\.frame))
    }

    // MARK: - Data

    /// The data of a page without ECM ended without RTC, or went on too long without an end of line.
    private static func endless(_ facts: CallFacts) -> Finding? {
        for page in facts.fax.pages where page.ecm == false && page.confirmedBy == nil {
            guard let rate = page.rateBps, rate > 0, let line = page.longestLineBits else { continue }
            let seconds = Double(line) / Double(rate)
            let lacksReturn = page.hasEnd == false && wentOn(page, facts)
            guard lacksReturn || seconds > longestLine else { continue }
            let what =
                seconds > longestLine
                ? "\((seconds * 10).rounded() / 10) s of page \(page.number) had no end of line"
                : "the data of page \(page.number) ended without RTC"
            return Finding(
                "page-no-eol", .t30, T30Rules.severity(facts), .proof, "Page data without its ends",
                because: "\(what.prefix(1).uppercased() + what.dropFirst()).",
                remedy: "Look at what broke the signal off: carrier lost, loss, a gateway's timer.",
                measures: [.init("line", (seconds * 100).rounded() / 100, "s", threshold: longestLine)],
                party: facts.fax.sender, frames: [page.firstFrame, page.lastFrame])
        }
        return nil
    }

    /// The signal had its own end, or the sender went on after it: it was not the call that ended there.
    private static func wentOn(_ page: FaxPage, _ facts: CallFacts) -> Bool {
        if page.isDataEnded == true { return true }
        return facts.commands.contains { command in page.end.map { command.time > $0 } ?? false }
    }

    private static func truncated(_ facts: CallFacts) -> Finding? {
        let cut = facts.fax.pages.filter { $0.ecm == false && $0.confirmedBy != nil && $0.hasEnd == false }
        guard let first = cut.first else { return nil }
        let atLoss = facts.losses.contains { $0.targets.contains(.burst("page data")) }
        return Finding(
            "page-truncated", .t30, .warning, atLoss ? .strong : .proof, "Page confirmed without its end",
            because:
                "\(cut.map { "Page \($0.number) (\($0.rows ?? 0) rows)" }.joined(separator: ", ")) ended without RTC, "
                + "and was answered \(first.confirmedBy ?? "MCF")\(atLoss ? "; packets of page data were lost" : "").",
            remedy: "Compare with the page at the receiver: its bottom may be missing.", party: facts.fax.sender,
            frames: cut.flatMap { [$0.firstFrame, $0.lastFrame] })
    }

    /// Each run of bad rows is held against the packets that are missing.
    private static func badRows(_ facts: CallFacts) -> Finding? {
        let damaged = facts.fax.pages.filter { $0.ecmFrames == nil && ($0.badRows ?? 0) > 0 }
        guard !damaged.isEmpty else { return nil }
        let runs = damaged.flatMap(\.badRuns)
        let aligned = runs.count(where: \.isAtLoss)
        let each = damaged.map { "page \($0.number): \($0.badRows ?? 0) of \($0.rows ?? 0)" }
        let share = damaged.compactMap(\.badShare).max() ?? 0
        return Finding(
            "page-bad-lines", .t30, .warning, .proof, "Bad rows in a page without ECM",
            because: "Bad rows: \(each.joined(separator: ", ")), in \(counted(runs.count, "run")). "
                + place(aligned, of: runs.count, facts),
            remedy: aligned > 0
                ? "Use ECM; raise the redundancy; remove the loss."
                : "Look at the leg behind the gateway that sent them, and capture nearer to the sender.",
            measures: [
                .init("bad rows", (share * 1000).rounded() / 10, "%", threshold: 10),
                .init("runs at a loss", Double(aligned), ""),
            ], party: facts.fax.sender,
            frames: runs.flatMap { [$0.firstFrame, $0.lastFrame] }
                + damaged.flatMap { [$0.firstFrame, $0.lastFrame] })
    }

    private static func place(_ aligned: Int, of runs: Int, _ facts: CallFacts) -> String {
        let elsewhere =
            "the line behind the gateway of \(facts.fax.sender.inside), or loss before this capture point"
        if runs == 0 { return "Where they stand is not known." }
        if aligned == runs { return "All stand where packets of the page are missing: loss on IP." }
        if aligned == 0 { return "No packet is missing there: \(elsewhere)." }
        return "\(aligned) stand where packets are missing (loss on IP), \(runs - aligned) do not (\(elsewhere))."
    }

    // MARK: - Length

    private static func long(_ facts: CallFacts) -> Finding? {
        let long = facts.fax.pages.compactMap { page -> (page: FaxPage, seconds: Double)? in
            guard let octets = page.octets, let rate = page.rateBps, rate > 0 else { return nil }
            let seconds = Double(octets) * 8 / Double(rate)
            return seconds > longPage ? (page, seconds) : nil
        }
        guard let longest = long.max(by: { $0.seconds < $1.seconds }) else { return nil }
        let broke = facts.isFailed && facts.fax.pages.last?.number == longest.page.number
        return Finding(
            "long-page-at-low-rate", .t30, broke ? .warning : .note, .strong, "Long page at a low rate",
            because: "Page \(longest.page.number) has \(longest.page.octets ?? 0) octets: "
                + "\(Int(longest.seconds.rounded())) s at \(longest.page.rateBps ?? 0) bit/s.",
            remedy: "Use MMR with ECM, a higher rate or a lower resolution: timers of gateways and NAT are near.",
            measures: [.init("page", longest.seconds.rounded(), "s", threshold: longPage)], party: facts.fax.sender,
            frames: long.flatMap { [$0.page.firstFrame, $0.page.lastFrame] })
    }
}

extension FaxPage {
    /// Bad rows of all.
    var badShare: Double? {
        guard let rows, rows > 0, let badRows else { return nil }
        return Double(badRows) / Double(rows)
    }
}
