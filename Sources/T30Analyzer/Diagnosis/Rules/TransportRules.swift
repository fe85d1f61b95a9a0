import FaxCore
import PcapDecode

/// Layer C: what the network did to the packets.
enum TransportRules {
    /// Silence before the end of the call that is no longer a pause of T.30.
    static let stopsBeforeEnd = Duration.seconds(3)
    /// Both sides silent this long inside a session: longer than any timer of T.30 between two signals (T2, 6 s) lets pass.
    static let silenceOfBoth = Duration.seconds(7)
    static let meanBurst = 1.5

    /// What packets that were lost bring about.
    private static let effectsOfLoss = [
        "tcf-errors", "ftt-loop", "ftt-single", "dcs-tcf-no-response", "dis-repeated-no-dcs", "no-mcf", "ppr-loop",
        "rtn",
        "page-bad-lines", "ecm-partial-page", "command-repeated", "dcn-early", "dcn-from-receiver", "crp",
    ]

    static let rules = [
        Rule(["media-stops-mid-call": .cause(.session, of: ["no-mcf", "dcs-tcf-no-response"])], once: mediaStops),
        Rule(
            [
                "udptl-loss-unrepaired": .cause(.session, of: effectsOfLoss),
                "udptl-loss-bursty": .cause(.session, of: effectsOfLoss), "udptl-loss-repaired": .remark,
            ]
        ) { facts in facts.t38.flatMap { loss($0, facts) } },
        Rule(["udptl-loss-bursty": .cause(.session, of: effectsOfLoss)], once: pathLoss),
        Rule(["capture-one-sided": .remark], once: oneSided),
        Rule(["udptl-reorder": .remark, "udptl-duplicate": .remark]) { facts in facts.t38.flatMap(order) },
    ]

    private static func sender(_ stream: MediaStream) -> String {
        stream.direction.map { "the \($0.rawValue)" } ?? "\(stream.from)"
    }

    // MARK: - Loss

    private static func loss(_ stream: MediaStream, _ facts: CallFacts) -> [Finding] {
        let figures = stream.statistics
        guard let lost = figures.lost, lost > 0, let expected = figures.expected else { return [] }
        let unrepaired = figures.unrecovered ?? lost
        let share = "\(lost) of \(expected) packets from \(sender(stream)) (\(percentText(lost, of: expected)))"
        var found: [Finding] = []
        if unrepaired == 0 {
            let how = [
                figures.recoveredByRedundancy.flatMap { $0 > 0 ? "\($0) from later copies" : nil },
                figures.recoveredByFEC.flatMap { $0 > 0 ? "\($0) by parity" : nil },
            ].compactMap { $0 }.joined(separator: ", ")
            found.append(
                Finding(
                    "udptl-loss-repaired", .transport, .note, .proof, "UDPTL loss, all repaired",
                    because: "\(share) did not arrive, at most \(figures.longestLossBurst ?? 1) in a row; all were "
                        + "repaired\(how.isEmpty ? "" : " (\(how))").",
                    remedy: "Keep the redundancy; look for the loss in the network.",
                    frames: figures.gaps.flatMap { [$0.before, $0.after] }))
        } else {
            found.append(unrepairedLoss(stream, share, unrepaired, facts))
        }
        if let bursty = bursty(stream, unrepaired, facts) { found.append(bursty) }
        return found
    }

    private static func unrepairedLoss(_ stream: MediaStream, _ share: String, _ unrepaired: Int, _ facts: CallFacts)
        -> Finding
    {
        let hits = facts.losses.filter { $0.party == stream.direction }
        let content = hits.filter(\.hitContent)
        var targets: [String] = []
        for target in (content + hits).flatMap(\.targets).map(\.inWords) where !targets.contains(target) {
            targets.append(target)
        }
        let depth = stream.statistics.redundancyDepth ?? 0
        let longest = stream.statistics.longestLossBurst ?? 1
        var because =
            "\(share) did not arrive and \(unrepaired) could not be repaired; the longest run is \(longest), each packet "
            + "carries \(counted(depth, "earlier one"))"
        if !targets.isEmpty { because += ". Hit: " + targets.prefix(12).joined(separator: ", ") }
        if targets.count > 12 { because += " and \(targets.count - 12) more" }
        return Finding(
            "udptl-loss-unrepaired", .transport, content.isEmpty ? .warning : .error, .proof, "UDPTL loss not repaired",
            because: because + ".",
            remedy: "Find the loss in the network; raise the redundancy above the longest run of losses.",
            frames: (content + hits).flatMap { [$0.gap.before, $0.gap.after] })
    }

    private static func bursty(_ stream: MediaStream, _ unrepaired: Int, _ facts: CallFacts) -> Finding? {
        let figures = stream.statistics
        let runs = figures.gaps.count
        guard runs > 0, let lost = figures.lost, let longest = figures.longestLossBurst, let expected = figures.expected
        else { return nil }
        let mean = Double(lost) / Double(runs)
        let depth = figures.redundancyDepth ?? 0
        guard (mean > meanBurst && longest > 2) || (longest > depth + 1 && lost * 100 < expected) else { return nil }
        return Finding(
            "udptl-loss-bursty", .transport, unrepaired > 0 && facts.isFailed ? .warning : .note, .strong,
            "Bursty loss",
            because: "\(lost) packets from \(sender(stream)) were lost in \(counted(runs, "run")) of \(text(mean)) on "
                + "average, the longest \(longest); each packet carries \(counted(depth, "earlier one")).",
            remedy: "Look for queues that overflow, radio links and routes that change; spread copies in time.",
            frames: figures.gaps.sorted { $0.count > $1.count }.flatMap { [$0.before, $0.after] })
    }

    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
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
            frames: path.frames)
    }

    // MARK: - Silence

    /// Packets end for good although T.30 had work to do.
    private static func mediaStops(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed || facts.fax.outcome == .unknown, facts.messages("DCN").isEmpty,
            let phase = facts.fax.phases.last?.phase, phase != .A, phase != .E,
            let last = facts.t38.max(by: { $0.lastTime < $1.lastTime }), !facts.call.coverage.endsMidCall,
            facts.signalling.endTime != nil
        else { return nil }
        let silence = facts.end - last.lastTime
        let isMidSignal = endsMidSignal(last, facts)
        guard silence >= (isMidSignal ? stopsBeforeEnd : silenceOfBoth) else { return nil }
        let stopped = isMidSignal ? sender(last) : "both sides"
        let doing = facts.fax.signals.last(where: \.isFax).map(\.name) ?? "a signal"
        return Finding(
            "media-stops-mid-call", .transport, .error, .proof, "Media stops for good in mid call",
            because: "The last T.38 packet of \(stopped) came \(silence.inWords) before the call ended, in phase "
                + "\(phase.rawValue)\(isMidSignal ? " and inside a signal that never ended" : " after \(doing)").",
            remedy:
                "Look at the network at that moment: route or NAT mapping lost, link or device down; capture on both "
                + "sides.",
            frames: facts.t38.map(\.lastFrame) + [facts.signalling.endFrame])
    }

    /// The stream ends without the end of what it carried.
    private static func endsMidSignal(_ stream: MediaStream, _ facts: CallFacts) -> Bool {
        facts.fax.remarks.contains {
            $0.name == LineQuirk.signalCut && $0.direction == stream.direction && $0.time == stream.lastTime
        }
    }

    /// Only one party's packets are in the capture, and what it says shows that it heard the other.
    private static func oneSided(_ facts: CallFacts) -> Finding? {
        guard !facts.call.streams.isEmpty,
            let seen = Party.allCases.first(where: { party in
                !facts.sees(party.other) && facts.call.streams.contains { $0.direction == party }
            })
        else { return nil }
        let reaction = facts.commands.first { $0.direction == seen && T30Rules.answers.contains($0.name) }
        var because =
            "The capture holds no packet of the \(seen.other.rawValue), neither signalling nor media, and "
            + "\(facts.call.streams.reduce(0) { $0 + $1.packets }) media packets of the \(seen.rawValue)"
        if let reaction { because += "; its \(reaction.name) answers what is not in the capture" }
        return Finding(
            "capture-one-sided", .gateway, .note, .proof, "Capture shows one side only", because: because + ".",
            remedy: "Capture both directions, with no filter on ports or hosts.",
            frames: [facts.call.streams.first?.firstFrame, reaction?.frame])
    }

    // MARK: - Order

    private static func order(_ stream: MediaStream) -> [Finding] {
        var found: [Finding] = []
        if let reordered = stream.statistics.reordered, reordered > 0 {
            found.append(
                Finding(
                    "udptl-reorder", .transport, .note, .proof, "UDPTL out of order",
                    because: "\(counted(reordered, "packet")) from \(sender(stream)) came after a later one.",
                    remedy: "Look for parallel paths in the network.", frames: [stream.firstFrame, stream.lastFrame]))
        }
        if let duplicates = stream.statistics.duplicates, duplicates > 0 {
            found.append(
                Finding(
                    "udptl-duplicate", .transport, .note, .proof, "Duplicate UDPTL packets",
                    because: "\(counted(duplicates, "packet")) from \(sender(stream)) came twice.",
                    remedy: "None needed: copies are harmless.", frames: [stream.firstFrame, stream.lastFrame]))
        }
        return found
    }
}
