import FaxCore
import PcapDecode

/// Layer C: packets of T.38 that did not come.
enum LossRules {
    static let meanBurst = 1.5

    static let rules = [
        Rule(
            [
                "udptl-loss-unrepaired": .cause(.session, of: TransportRules.effectsOfLoss),
                "udptl-loss-bursty": .cause(.session, of: TransportRules.effectsOfLoss),
                "udptl-loss-repaired": .remark,
            ]
        ) { facts in facts.t38.flatMap { loss($0, facts) } },
        Rule(["udptl-loss-bursty": .cause(.session, of: TransportRules.effectsOfLoss)], once: pathLoss),
        Rule(["udptl-indicator-lost-at-pause": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
            facts.t38.compactMap { LateIndicators($0, facts).finding }
        },
    ]

    private static func loss(_ stream: MediaStream, _ facts: CallFacts) -> [Finding] {
        let figures = stream.statistics
        guard let lost = figures.lost, lost > 0, let expected = figures.expected else { return [] }
        let unrepaired = figures.unrecovered ?? lost
        let first = unrepaired == 0 ? repaired(stream, lost, expected) : unrepairedLoss(stream, lost, expected, facts)
        return [first] + (bursty(stream, unrepaired, facts).map { [$0] } ?? [])
    }

    private static func share(_ lost: Int, _ expected: Int, _ stream: MediaStream) -> String {
        "\(lost) of \(expected) packets from \(stream.sender) (\(percentText(lost, of: expected)))"
    }

    private static func measures(_ stream: MediaStream, _ lost: Int, _ expected: Int) -> [Finding.Measure] {
        var measures = [Finding.Measure("loss", 100 * Double(lost) / Double(max(1, expected)), "%")]
        if let longest = stream.statistics.longestLossBurst {
            measures.append(.init("longest run", Double(longest), ""))
        }
        if let depth = stream.statistics.redundancyDepth { measures.append(.init("copies", Double(depth), "")) }
        return measures
    }

    private static func repaired(_ stream: MediaStream, _ lost: Int, _ expected: Int) -> Finding {
        let figures = stream.statistics
        let how = [
            figures.recoveredByRedundancy.flatMap { $0 > 0 ? "\($0) from later copies" : nil },
            figures.recoveredByFEC.flatMap { $0 > 0 ? "\($0) by parity" : nil },
        ].compactMap { $0 }.joined(separator: ", ")
        return Finding(
            "udptl-loss-repaired", .transport, .note, .proof, "UDPTL loss, all repaired",
            because:
                "\(share(lost, expected, stream)) did not arrive, at most \(figures.longestLossBurst ?? 1) in a row; "
                + "all were repaired\(how.isEmpty ? "" : " (\(how))").",
            remedy: "Keep the redundancy; look for the loss in the network.",
            measures: measures(stream, lost, expected), party: stream.direction,
            frames: figures.gaps.flatMap { [$0.before, $0.after] })
    }

    /// An error where content was lost for good in a fax that failed; what came again later only cost time.
    private static func unrepairedLoss(_ stream: MediaStream, _ lost: Int, _ expected: Int, _ facts: CallFacts)
        -> Finding
    {
        let figures = stream.statistics
        let unrepaired = figures.unrecovered ?? lost
        let hits = facts.losses.filter { $0.party == stream.direction }
        let content = hits.filter(\.hitContent)
        let harmful = content.filter(\.isHarmful)
        var because =
            "\(share(lost, expected, stream)) did not arrive and \(unrepaired) could not be repaired; the longest run is "
            + "\(figures.longestLossBurst ?? 1), each packet carries \(counted(figures.redundancyDepth ?? 0, "earlier one"))"
        let targets = hits.named(limit: 12)
        if !targets.isEmpty { because += ". Hit: " + targets }
        if !content.isEmpty, harmful.isEmpty { because += "; all of it came again later or was taken as it was" }
        if let shown = harmful.lazy.compactMap(\.shownBy).first { because += "; " + shown }
        let isHarm = facts.isFailed && !harmful.isEmpty
        return Finding(
            "udptl-loss-unrepaired", .transport, isHarm ? .error : .warning, .proof, "UDPTL loss not repaired",
            because: because + ".",
            remedy: "Find the loss in the network; raise the redundancy above the longest run of losses.",
            measures: measures(stream, lost, expected), party: stream.direction,
            frames: (harmful + content + hits).flatMap { [$0.gap.before, $0.gap.after] })
    }

    private static func bursty(_ stream: MediaStream, _ unrepaired: Int, _ facts: CallFacts) -> Finding? {
        let figures = stream.statistics
        guard let lost = figures.lost, let longest = figures.longestLossBurst, let expected = figures.expected,
            let fit = GilbertFit(figures)
        else { return nil }
        let depth = figures.redundancyDepth ?? 0
        let isBursty = fit.meanBurst > meanBurst && longest > 2
        guard isBursty || (longest > depth + 1 && lost * 100 < expected) else { return nil }
        let runs = figures.lossBursts.values.reduce(0, +)
        return Finding(
            "udptl-loss-bursty", .transport, unrepaired > 0 && facts.isFailed ? .warning : .note, .strong,
            "Bursty loss",
            because: "\(lost) packets from \(stream.sender) were lost in \(counted(runs, "run")) of "
                + "\(decimal(fit.meanBurst, 1)) on average, the longest \(longest); each packet carries "
                + "\(counted(depth, "earlier one")). A Gilbert model of it has p = \(decimal(fit.p, 4)) and r = "
                + "\(decimal(fit.r, 2)).",
            remedy: "Look for queues that overflow, radio links and routes that change; spread copies in time.",
            measures: measures(stream, lost, expected) + [
                Finding.Measure("mean run", fit.meanBurst, "", threshold: meanBurst), .init("p", fit.p, ""),
                .init("r", fit.r, ""),
            ], party: stream.direction,
            frames: figures.gaps.sorted { $0.count > $1.count }.flatMap { [$0.before, $0.after] })
    }

    /// T.38 died without an answer on a path whose audio shows bursts that its redundancy cannot repair. What the
    /// silent side may have sent leaves no gap in the numbering when nothing follows it.
    private static func pathLoss(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, facts.losses.isEmpty, !facts.t38.isEmpty,
            let path = NegotiationRules.lossyPath(facts), let lossy = path.party
        else { return nil }
        let depth = facts.t38.compactMap(\.statistics.redundancyDepth).max() ?? 0
        guard depth > 0, path.longest > depth + 1, T30Rules.unansweredCommand(by: lossy.other, facts) != nil else {
            return nil
        }
        return Finding(
            "udptl-loss-bursty", .transport, .error, .strong, "The path loses packets in bursts",
            because:
                "Before the switch \(path.text); T.38 packets carry \(counted(depth, "earlier one")), and after it the "
                + "answers of the \(lossy.rawValue) were missing.",
            remedy:
                "Find the loss in the network (queues that overflow, radio links, routes that change); capture on the "
                + "other side to see what it sent.",
            measures: [.init("longest run", Double(path.longest), "", threshold: Double(depth + 2))], party: lossy,
            frames: path.frames)
    }
}

extension MediaStream {
    /// Who sends it, in words.
    var sender: String { direction.map { "the \($0.rawValue)" } ?? "\(from)" }
}

/// A number with so many decimals, by the point.
func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "?" }
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = String(whole % scale)
    return "\(sign)\(whole / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
}
