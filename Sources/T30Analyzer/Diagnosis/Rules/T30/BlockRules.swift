import FaxCore
import FaxWire
import PcapDecode

/// Error correction mode: partial pages, their repetitions and their ends (T.30 Annex A).
enum BlockRules {
    /// T.30 A.4.1: after four PPR the transmitter continues at another rate or gives the block up.
    static let requestsOfBlock = 4
    /// Requests of one partial page that are held against one another.
    private static let requestsCompared = 16
    /// So many of the frames that came again failed again.
    private static let patternShare = 0.75

    static let rules = [
        Rule(["ctc-failed": .symptom(.session, of: ["no-mcf", "ecm-partial-page"])], once: continuation),
        Rule(["ppr-loop": .symptom(.session, of: ["no-mcf", "ctc-failed"])], once: repetitions),
        Rule(["rnr-timeout": .symptom(.session, of: ["no-mcf"])], once: notReady),
        Rule(["ecm-rcp-missing": .cause(.session, of: ["no-mcf", "ppr-loop"])], once: missingReturn),
        Rule(["ecm-partial-page": .remark], once: incomplete),
    ]

    // MARK: - PPR

    private struct Request {
        var message: T30Message
        var frames: [Int]
        var block: Int?
    }

    /// Each PPR with the frames that its partial page has.
    private static func requests(_ facts: CallFacts) -> [Request] {
        var counts: PartialPageCounts?
        var found: [Request] = []
        for message in facts.commands {
            let frame = T30Frame(lax: message.octets)
            if frame.signal == .pps { counts = PartialPageCounts(information: frame.information) ?? counts }
            guard frame.signal == .ppr else { continue }
            let frames = PartialPageRequest(information: frame.information).frames(of: counts?.frames)
            let block = counts.map { $0.page << 8 | $0.block }
            found.append(Request(message: message, frames: frames, block: block))
        }
        return found
    }

    /// The most requests that any partial page drew.
    private static func longestRow(_ requests: [Request]) -> [Request] {
        var rows: [[Request]] = []
        for request in requests {
            if let last = rows.indices.last, rows[last].last?.block == request.block {
                rows[last].append(request)
            } else {
                rows.append([request])
            }
        }
        return rows.max { $0.count < $1.count } ?? []
    }

    private static func repetitions(_ facts: CallFacts) -> Finding? {
        let all = requests(facts)
        let row = longestRow(all)
        let isLoop = row.count >= requestsOfBlock
        guard isLoop || (!all.isEmpty && facts.isFailed && lastPageIsOpen(facts)) else { return nil }
        let missing = facts.fax.pages.last?.ecmMissing ?? 0
        return Finding(
            "ppr-loop", .t30, facts.isFailed ? .error : .warning, isLoop ? .proof : .strong,
            "Frames asked for again and again",
            because:
                "\(all.count) PPR, \(row.count) for one partial page; \(counted(missing, "frame")) of the last page "
                + "never came whole.\(pattern(row))",
            remedy: "Remove the loss; lower the rate; raise the redundancy.",
            measures: [.init("PPR of one partial page", Double(row.count), "", threshold: Double(requestsOfBlock))],
            party: facts.fax.sender, frames: all.map(\.message.frame))
    }

    private static func lastPageIsOpen(_ facts: CallFacts) -> Bool { facts.fax.pages.last?.confirmedBy == nil }

    /// A frame that comes again is one that was asked for before. Where nearly all of them fail again, although few failed
    /// at first, something hits these frames; noise takes a share of them each time.
    private static func pattern(_ row: [Request]) -> String {
        let row = row.prefix(requestsCompared)
        guard row.count > 1, let last = row.last else { return "" }
        let again = row.dropFirst().reduce(0) { $0 + $1.frames.count }
        let sent = row.dropLast().reduce(0) { $0 + $1.frames.count }
        guard sent > 0, Double(again) >= Double(sent) * patternShare else {
            return " Fewer each time: noise or scattered loss."
        }
        let recurring = last.frames.filter { frame in row.allSatisfy { $0.frames.contains(frame) } }
        let shown = ranges(Array(recurring.prefix(16)))
        return " Frames \(shown) were asked for again each time: a pattern that hits the same place."
    }

    // MARK: - CTC, EOR, RNR

    private static func continuation(_ facts: CallFacts) -> Finding? {
        let asked = facts.messages("CTC")
        let endings = facts.commands.filter { $0.name.hasPrefix("EOR") }
        let isRefused =
            asked.last.map { last in
                facts.sees(facts.fax.sender?.other ?? .callee)
                    && !facts.commands.contains { $0.name == "CTR" && $0.time > last.time }
            } ?? false
        guard (isRefused && asked.count >= T30Rules.tries) || !endings.isEmpty else { return nil }
        let errors = facts.messages("ERR")
        var because = asked.isEmpty ? "" : "CTC was sent \(counted(asked.count, "time"))"
        if isRefused { because += " without CTR" }
        if !endings.isEmpty {
            because += because.isEmpty ? "" : "; "
            because += "\(endings[0].name) gave the partial page up"
            if !errors.isEmpty { because += ", and ERR agreed" }
        }
        return Finding(
            "ctc-failed", .t30, T30Rules.severity(facts), .proof, "Partial page given up",
            because: because.prefix(1).uppercased() + because.dropFirst() + ".",
            remedy: "Look at the PPR before it: loss or a rate that is too high.",
            measures: [.init("CTC", Double(asked.count), "", threshold: Double(T30Rules.tries))],
            party: facts.fax.sender, frames: (asked + endings + errors).map(\.frame))
    }

    private static func notReady(_ facts: CallFacts) -> Finding? {
        guard let remark = facts.fax.remarks.first(where: { $0.name == "t5-expired" }) else { return nil }
        let waiting = facts.messages("RNR")
        let length = waiting.first.map { remark.time - $0.time } ?? .zero
        return Finding(
            "rnr-timeout", .t30, T30Rules.severity(facts), .proof, "Receiver not ready for longer than T5",
            because: "\(remark.direction.atStart) answered RNR \(counted(waiting.count, "time")) in \(length.inWords); "
                + "T5 is 60 s.",
            remedy: "The receiver is out of memory or paper: send again later.",
            measures: [.init("not ready", length.inSeconds.rounded(), "s", threshold: 65)], party: remark.direction,
            frames: waiting.map(\.frame))
    }

    // MARK: - Ends

    /// Frames of a partial page, then the control channel, and no RCP between (T.4 A.3.5).
    private static func missingReturn(_ facts: CallFacts) -> Finding? {
        var lacking: [T30Message] = []
        var last: [Party: T30Message] = [:]
        for message in facts.fax.messages {
            guard let party = message.direction else { continue }
            if message.isImageFrame {
                last[party] = message
            } else if message.crcOK != false, message.isPostMessageCommand, let before = last[party] {
                if before.name != "RCP" { lacking.append(before) }
                last[party] = nil
            }
        }
        guard let first = lacking.first else { return nil }
        let hidden = facts.losses.contains { loss in
            lacking.contains { loss.party == $0.direction && loss.gap.time.lowerBound >= $0.time }
        }
        return Finding(
            "ecm-rcp-missing", .t30, facts.isFailed ? .warning : .note, .strong, "ECM data without RCP",
            because: "\(counted(lacking.count, "partial page")) ended after \(first.name) without any of the three RCP"
                + (hidden ? "; packets were lost." : "."),
            remedy: "Raise the redundancy at the end of a block; a receiver waits for RCP.", party: first.direction,
            frames: lacking.map(\.lastFrame))
    }

    private static func incomplete(_ facts: CallFacts) -> Finding? {
        let incomplete = facts.fax.pages.filter { ($0.ecmMissing ?? 0) > 0 && $0.confirmedBy != nil }
        guard !incomplete.isEmpty else { return nil }
        let each = incomplete.map { "page \($0.number): \(counted($0.ecmMissing ?? 0, "frame"))" }
        return Finding(
            "ecm-partial-page", .t30, .note, .strong, "ECM page confirmed with frames not in the capture",
            because: "Missing: \(each.joined(separator: ", ")).",
            remedy: "Compare with the receiver's page: it was confirmed incomplete, or the capture lost packets.",
            measures: [.init("frames", Double(incomplete.reduce(0) { $0 + ($1.ecmMissing ?? 0) }), "")],
            party: facts.fax.sender, frames: incomplete.flatMap { [$0.firstFrame, $0.lastFrame] })
    }
}
