import FaxCore
import PcapDecode

/// Layer C: what the network did to the packets.
enum TransportRules {
    /// Silence before the end of the call that is no longer a pause of T.30.
    static let stopsBeforeEnd = Duration.seconds(3)
    /// Both sides silent this long inside a session: longer than any timer of T.30 between two signals (T2, 6 s) lets pass.
    static let silenceOfBoth = Duration.seconds(7)

    /// What packets that were lost bring about.
    static let effectsOfLoss = [
        "tcf-errors", "ftt-loop", "ftt-single", "dcs-tcf-no-response", "dis-repeated-no-dcs", "no-mcf", "ppr-loop",
        "rtn", "page-bad-lines", "ecm-partial-page", "command-repeated", "dcn-early", "dcn-from-receiver", "crp",
        "cfr-then-no-page", "t1-expired", "t2-expired", "page-no-eol", "page-truncated", "ecm-rcp-missing",
        "ctc-failed", "ifp-gap-timeout", "unexpected-frame",
    ]

    static let rules =
        ContinuityRules.addressRules + LossRules.rules
        + [
            // Behind the losses: where bursts of them had harmed the fax before, the silence at its end is one more.
            Rule(["media-stops-mid-call": .cause(.session, of: effectsOfSilence)], once: mediaStops)
        ] + UDPTLRules.rules + TimingRules.rules
        + [BeyondCapture.rule, Rule(["capture-one-sided": .remark], once: oneSided)]

    private static let effectsOfSilence = [
        "no-mcf", "dcs-tcf-no-response", "dis-repeated-no-dcs", "cfr-then-no-page", "t1-expired", "t2-expired",
        "dcn-early", "dcn-from-receiver",
    ]

    // MARK: - Silence

    /// Packets end for good although T.30 had work to do.
    private static func mediaStops(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed || facts.fax.outcome == .unknown, !facts.call.coverage.endsMidCall,
            facts.signalling.endTime != nil
        else { return nil }
        return bothStop(facts) ?? Party.allCases.lazy.compactMap { stops($0, facts) }.first
    }

    /// One side is silent from a moment on, in T.38 inside a signal, while the other side goes on.
    private static func stops(_ party: Party, _ facts: CallFacts) -> Finding? {
        let isT38 = !facts.t38.isEmpty
        guard let last = (isT38 ? facts.t38(of: party) : facts.rtp(of: party)).max(by: { $0.lastTime < $1.lastTime }),
            let other = facts.call.streams.filter({ $0.direction == party.other }).map(\.lastTime).max(),
            min(other, facts.end) - last.lastTime >= stopsBeforeEnd,
            !facts.messages("DCN").contains(where: { $0.direction == party }),
            isT38 ? endsMidSignal(last, facts) : sendsAlways(last, facts)
        else { return nil }
        let next = facts.commands.first { $0.direction == party.other && $0.time > last.lastTime }
        return Finding(
            "media-stops-mid-call", .transport, .error, .proof, "Media stops for good in mid call",
            because:
                "The last packet of \(last.sender) came \((facts.end - last.lastTime).inWords) before the call ended"
                + (isT38 ? ", inside a signal that never ended" : "") + "; the other side went on"
                + (next.map { " (\($0.name))" } ?? "") + ".",
            remedy:
                "Look at the network of that direction at that moment: route or NAT mapping lost, link or device down; "
                + "capture on both sides.",
            party: party, frames: [last.lastFrame, next?.frame, facts.signalling.endFrame])
    }

    /// Audio of a fax that ran without a pause until then, and that nobody put on hold.
    private static func sendsAlways(_ stream: MediaStream, _ facts: CallFacts) -> Bool {
        AudioRules.isAudioFax(facts) && !facts.commands.isEmpty && facts.agreedSwitch == nil
            && stream.statistics.silences == 0 && stream.statistics.comfortNoise == 0
            && facts.signalling.mediaChanges.allSatisfy { $0.to != .hold }
    }

    private static func bothStop(_ facts: CallFacts) -> Finding? {
        guard facts.messages("DCN").isEmpty, let phase = facts.fax.phases.last?.phase, phase != .A, phase != .E,
            let last = facts.t38.max(by: { $0.lastTime < $1.lastTime })
        else { return nil }
        let silence = facts.end - last.lastTime
        let isMidSignal = endsMidSignal(last, facts)
        guard silence >= (isMidSignal ? stopsBeforeEnd : silenceOfBoth) else { return nil }
        let stopped = isMidSignal ? last.sender : "both sides"
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
}
