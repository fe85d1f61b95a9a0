import FaxCore
import FaxWire
import PcapDecode

/// Layer B: when and how often the call switches between audio and T.38.
enum SwitchRules {
    /// Switches of the medium in one call from which on it is a flip-flop.
    private static let changesOfLoop = 3
    /// Image offers after refusals from which on it is one.
    private static let offersOfLoop = 3
    /// V.21 this long is no chance find.
    private static let faxProof = Duration.milliseconds(300)

    static let rules = [
        Rule(["t38-reinvite-glare": .remark], once: unresolvedGlare),
        Rule(
            ["t38-reinvite-after-v34": .cause(.switching, of: effectsOfLateSwitch)], once: afterV34),
        Rule(["late-t38-reinvite": .cause(.switching, of: effectsOfLateSwitch)], once: late),
    ]

    /// Less sure than what the other rules of the layer find.
    static let others = [
        Rule(["t38-offer-loop": .cause(.switching, of: effectsOfLateSwitch)], once: loop),
        Rule(["no-t38-reinvite": .remark], once: nobodyOffers),
        Rule(["t38-autoswitch-no-signalling": .remark], once: autoSwitch),
    ]

    static let effectsOfLateSwitch = [
        "dis-repeated-no-dcs", "dcs-tcf-no-response", "no-udptl-after-switch", "no-mcf", "command-repeated",
        "dcn-early",
    ]

    /// Both offered before either had an answer, and both offers were accepted.
    private static func unresolvedGlare(_ facts: CallFacts) -> Finding? {
        for first in facts.reoffers where first.isAccepted {
            guard let answered = first.final?.time,
                let second = facts.reoffers.first(where: { other in
                    other.party != first.party && other.isAccepted && other.request.time > first.request.time
                        && other.request.time < answered
                }), let one = first.answer, let two = second.answer, (one.image == nil) != (two.image == nil)
            else { continue }
            return Finding(
                "t38-reinvite-glare", .negotiation, facts.severity(onSuccess: .warning), .proof,
                "Both sides offered at once and both were accepted",
                because:
                    "The \(second.party.rawValue) offered while the offer of the \(first.party.rawValue) was open; both "
                    + "were accepted, one with an image line and one without: what the call carries is not settled.",
                remedy:
                    "Answer an offer that crosses an own one with 491 (RFC 3261 14.2); let only one side offer T.38.",
                frames: [first.request.frame, second.request.frame, first.final?.frame, second.final?.frame])
        }
        return nil
    }

    /// V.8 was agreed in audio, then a T.38 that cannot carry V.34.
    private static func afterV34(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let agreed = change.answerTime,
            let joint = facts.fax.messages.last(where: { $0.name == "JM" && $0.end < agreed })
        else { return nil }
        let answer = change.answer ?? change.offer
        let version = min(answer.version ?? 0, change.offer.version ?? 0)
        let rate = answer.maxBitRate ?? 14_400
        guard version < 3 || rate <= 14_400 else { return nil }
        return Finding(
            "t38-reinvite-after-v34", .negotiation, facts.severity(), .strong, "T.38 accepted after V.34 was agreed",
            because:
                "JM agreed on V.34 in audio, and \((agreed - joint.end).inWords) later T.38 version \(version) at "
                + "\(rate) bit/s was accepted, which has no V.34.",
            remedy:
                "Suppress CM or ANSam on the gateway so that the machines begin as G3, stay in G.711, or use T.38 "
                + "version 3 on both sides.", party: change.offeredBy,
            frames: [joint.frame, change.offerFrame, change.answerFrame])
    }

    /// The switch came when the machines were past the identification.
    private static func late(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let agreed = change.answerTime, change.afterAnswer != nil else {
            return nil
        }
        let before = facts.commands.filter { $0.time < agreed }
        let passed = ["MCF", "CFR", "DCS"].lazy.compactMap { name in before.last { $0.name == name } }.first
        guard let passed else { return nil }
        let training = facts.fax.signals.last { $0.name == "TCF" && $0.start < agreed }
        let again = facts.commands.contains { $0.time > agreed && ($0.name == "DCS" || $0.name == "DIS") }
        return Finding(
            "late-t38-reinvite", .negotiation, facts.severity(onSuccess: .warning), .strong,
            "Switch to T.38 came too late",
            because:
                "T.38 was agreed \((agreed - passed.time).inWords) after \(passed.name)"
                + (training == nil ? "" : " and a TCF") + " had gone over audio"
                + (again ? "; the machines had to begin again." : "; DIS and DCS were not repeated in T.38."),
            remedy:
                "Shorten the detection of fax and the way of the signalling, or switch T.38 off on that route: past DCS "
                + "an offer of T.38 is better refused.",
            measures: [Finding.Measure("after \(passed.name)", (agreed - passed.time).inSeconds, "s")],
            party: change.offeredBy,
            frames: [passed.frame, training?.firstFrame, change.offerFrame, change.answerFrame])
    }

    private static func loop(_ facts: CallFacts) -> Finding? {
        let changes = facts.signalling.mediaChanges.filter {
            $0.frame != facts.signalling.inviteFrame && $0.agreed != nil && $0.agreed != .hold
        }
        let offers = facts.imageOffers
        let refusals = offers.filter { $0.status.map(NegotiationRules.refusals.contains) ?? false }
        let isLoop = changes.count >= changesOfLoop
        guard isLoop || (offers.count >= offersOfLoop && refusals.count >= offersOfLoop - 1) else { return nil }
        let what =
            isLoop
            ? "The medium of the call was changed \(changes.count) times: "
                + changes.prefix(6).compactMap { $0.agreed?.rawValue }.joined(separator: ", ")
            : "T.38 was offered \(offers.count) times and refused \(counted(refusals.count, "time"))"
        return Finding(
            "t38-offer-loop", .negotiation, facts.severity(onSuccess: .warning), .strong,
            "Flip-flop between audio and T.38", because: what + ".",
            remedy: "Let one side detect the fax and switch once a call; lengthen its time to tell a fax from a modem.",
            measures: [Finding.Measure("switches", Double(isLoop ? changes.count : offers.count), "", threshold: 3)],
            frames: isLoop
                ? changes.flatMap { [$0.frame, $0.answerFrame] }
                : offers.flatMap { [$0.request.frame, $0.final?.frame] })
    }

    /// The fax stayed in audio to its bad end, and nobody offered anything else.
    private static func nobodyOffers(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, facts.signalling.carrier == .sip, facts.signalling.outcome == .answered,
            facts.signalling.startsMidCall == false, facts.t38.isEmpty, facts.end > (facts.fax.start ?? facts.end),
            !facts.signalling.steps.contains(where: { $0.sdp?.lines.contains(where: \.isImage) ?? false }),
            Party.allCases.allSatisfy({ party in facts.signalling.steps.contains { $0.from == party } })
        else { return nil }
        let preambles = facts.fax.signals.filter { $0.name == "V.21 preamble" && $0.end - $0.start >= faxProof }
        guard let proof = facts.commands.first?.frame ?? preambles.first?.firstFrame else { return nil }
        return Finding(
            "no-t38-reinvite", .negotiation, .note, .proof, "Nobody offered T.38",
            because:
                "A fax was heard in audio and failed there; no INVITE or UPDATE of either side had an image line "
                + "until the call ended.",
            remedy:
                "Where the route is to carry T.38, let the called side's gateway offer it on CED or V.21, and if it may "
                + "not, the calling side's.", frames: [facts.signalling.inviteFrame, proof, facts.signalling.endFrame])
    }

    /// T.38 packets, and no description that ever had an image line.
    private static func autoSwitch(_ facts: CallFacts) -> Finding? {
        guard facts.signalling.carrier == .sip, !facts.signalling.startsMidCall,
            facts.signalling.outcome == .answered, let stream = facts.t38.first(where: { $0.kind == .udptl }),
            facts.signalling.steps.contains(where: { $0.sdp != nil }),
            !facts.signalling.steps.contains(where: { $0.sdp?.lines.contains(where: \.isImage) ?? false })
        else { return nil }
        return Finding(
            "t38-autoswitch-no-signalling", .negotiation, facts.isFailed ? .warning : .note, .proof,
            "T.38 without an offer",
            because:
                "\(counted(stream.packets, "UDPTL packet")) went from \(stream.from) to \(stream.to), though no session "
                + "description of the call has an image line.",
            remedy:
                "Switch the mode off that goes to T.38 without a re-INVITE, unless both gateways are known to use it.",
            party: stream.direction, frames: [facts.signalling.inviteFrame, stream.firstFrame, stream.lastFrame])
    }
}
