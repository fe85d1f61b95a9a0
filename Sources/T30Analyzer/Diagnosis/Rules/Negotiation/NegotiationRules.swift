import FaxCore
import FaxWire
import PcapDecode

/// Layer B: offers and answers, and whether T.38 flowed where it was agreed.
enum NegotiationRules {
    /// Statuses that refuse the media (RFC 3261 21.4.26, 21.6.4; some stacks say 415).
    static let refusals: Set<Int> = [415, 488, 606]
    /// Asks for a password: no answer yet.
    private static let challenges: Set<Int> = [401, 407]
    private static let dialogIsGone = 481
    private static let requestTerminated = 487
    /// Silence after a switch that is no longer a pause.
    static let silenceAfterSwitch = Duration.seconds(3)
    /// The same where the capture ends before the call does: a side may wait for the other's DIS, and take its time (T1).
    private static let silenceInCutCall = Duration.seconds(20)
    /// Timer B of RFC 3261: then the transaction has failed.
    static let transactionTimeout = Duration.seconds(32)
    /// An INVITE sent this often without any response was not heard.
    static let sendsWithoutResponse = 3
    /// T4, and the default patience of a common application.
    static let slowAnswer = Duration.seconds(3)
    static let verySlowAnswer = Duration.seconds(5)

    static let rules =
        AddressRules.rules + SwitchRules.rules + answerRules + RefusalRules.rules + MediaLineRules.rules
        + T38ParameterRules.rules + SwitchRules.others

    private static let answerRules = [
        Rule(
            [
                "t38-reinvite-unanswered": .cause(.switching), "t38-answer-without-image": .cause(.switching),
                "t38-answer-image-port-zero": .cause(.switching), "t38-refused": .fallback,
                "t38-reinvite-glare": .remark,
            ], answers),
        Rule(
            [
                "t38-reinvite-slow-answer": .cause(
                    .switching, of: SwitchRules.effectsOfLateSwitch + ["late-t38-reinvite"])
            ],
            once: slowAnswer),
        Rule(
            ["t38-redundancy-zero": .cause(.session, of: ["dis-repeated-no-dcs", "dcs-tcf-no-response", "no-mcf"])],
            once: errorCorrection),
        Rule(["t38-udpec-mismatch": .remark], once: mismatch),
        Rule(
            ["no-udptl-after-switch": .cause(.switching, of: ["dis-repeated-no-dcs", "loss-beyond-capture"])],
            noPackets),
    ]

    // MARK: - The answer to the offer

    private static func answers(_ facts: CallFacts) -> [Finding] {
        facts.signalling.mediaChanges.filter { $0.to == .t38 || $0.to == .both }.compactMap { answer($0, facts) }
    }

    private static func answer(_ change: MediaChange, _ facts: CallFacts) -> Finding? {
        // An image line in the first INVITE belongs to the set-up.
        guard change.frame != facts.signalling.inviteFrame else { return nil }
        guard let status = change.status else { return unanswered(change, facts) }
        let frames = [change.frame, change.answerFrame]
        let answer = facts.signalling.steps.first { $0.frame == change.answerFrame }
        let said = ([answer?.summary ?? "\(status)"] + (answer?.remarks ?? [])).joined(separator: "; ")
        let offer = "The \(change.offeredBy.rawValue) offered T.38"
        if refusals.contains(status) {
            return Finding(
                "t38-refused", .negotiation, .warning, .proof, "T.38 refused",
                because: "\(offer) and was answered \(said).",
                remedy: "Enable T.38 on the leg that refuses, or let the fax go on in G.711 without offering T.38.",
                frames: frames)
        }
        if status == 491 {
            return Finding(
                "t38-reinvite-glare", .negotiation, .note, .proof, "Both sides offered at once",
                because: "\(offer) while another offer was open and was answered \(said).",
                remedy: "Let only the called side offer T.38.", frames: frames)
        }
        if status >= 300 { return failed(change, status, said, facts) }
        guard (200..<300).contains(status), change.agreed != .t38, change.agreed != .both, let given = answer?.sdp,
            given.image == nil
        else { return nil }
        // A fax that arrived all the same was not hurt by it.
        let severity: Finding.Severity = facts.fax.outcome == .success ? .warning : .error
        if given.audio != nil {
            return Finding(
                "t38-answer-without-image", .negotiation, severity, .proof, "Answer to the T.38 offer has audio only",
                because: "\(offer); the answer \(said) leaves audio on and no image line.",
                remedy: "Fix or upgrade the element that answered, or do not offer T.38 to it.", frames: frames)
        }
        return Finding(
            "t38-answer-image-port-zero", .negotiation, severity, .proof, "T.38 answered with port 0",
            because: "\(offer); the answer \(said) declines the image line.",
            remedy: "Take it as a refusal and offer audio again; enable T.38 on the leg that declines.",
            frames: frames)
    }

    /// Neither taken nor refused in the words that are meant for it: the request failed, or the call was ended under it.
    private static func failed(_ change: MediaChange, _ status: Int, _ said: String, _ facts: CallFacts) -> Finding? {
        guard !challenges.contains(status), facts.fax.outcome != .success || facts.t38.isEmpty else { return nil }
        let offer = "The \(change.offeredBy.rawValue) offered T.38"
        let asked = change.offeredBy.other
        if status == requestTerminated {
            // Who withdraws an offer has not been refused.
            guard facts.signalling.endedBy?.rawValue == asked.rawValue, let ended = facts.signalling.endTime,
                ended >= change.time, facts.fax.outcome != .success
            else { return nil }
            return Finding(
                "t38-refused", .negotiation, .warning, .strong, "Call ended in place of an answer to T.38",
                because:
                    "\(offer) and the \(asked.rawValue) sent BYE \((ended - change.time).inWords) later; the offer "
                    + "was answered \(said).",
                remedy: "Look at the side that hung up: it has no T.38 on this leg, or the call was over for it.",
                party: asked, frames: [change.frame, facts.signalling.endFrame, change.answerFrame])
        }
        let isGone = status == dialogIsGone
        return Finding(
            "t38-refused", .negotiation, .warning, .strong, "T.38 offer failed",
            because: "\(offer) and was answered \(said)"
                + (isGone
                    ? ": the other side knows no such call any more, so the call ends (RFC 3261 12.2.1.2)." : "."),
            remedy: isGone
                ? "Look for an element on the way that sends requests inside the call elsewhere, or has restarted."
                : "Look at the log of the side that answered; a leg without T.38 has to answer 488.",
            party: asked, frames: [change.frame, change.answerFrame])
    }

    private static func unanswered(_ change: MediaChange, _ facts: CallFacts) -> Finding? {
        guard let first = facts.signalling.steps.first(where: { $0.frame == change.frame }) else { return nil }
        let transaction = facts.signalling.steps.filter { $0.cseq == first.cseq && $0.method == first.method }
        let sends = transaction.filter { $0.status == nil && $0.from == first.from && !$0.isFurtherHop }
        guard !transaction.contains(where: { ($0.status ?? 0) >= 200 }), let last = sends.last,
            mayBeUnanswered(first, facts)
        else { return nil }
        let waited = facts.end - first.time
        let isHeard = transaction.contains { $0.status != nil }
        guard waited >= transactionTimeout || (!isHeard && sends.count >= sendsWithoutResponse) else { return nil }
        return Finding(
            "t38-reinvite-unanswered", .negotiation, .error, waited >= transactionTimeout ? .proof : .strong,
            "T.38 re-INVITE never answered",
            because:
                "The \(change.offeredBy.rawValue) offered T.38, sent the INVITE \(counted(sends.count, "time")), and "
                + "no final response came in \(waited.inWords).",
            remedy:
                "Check Contact and Record-Route and the firewalls for requests inside a dialog; capture on the other "
                + "side too.",
            frames: [first.frame, last.frame, facts.signalling.endFrame])
    }

    /// No answer in the capture is no answer only where the other side's signalling is in it, and where nothing shows that
    /// the offerer had one: its ACK, or its T.38.
    private static func mayBeUnanswered(_ offer: SIPStep, _ facts: CallFacts) -> Bool {
        guard let offerer = offer.from, facts.signalling.steps.contains(where: { $0.from == offerer.other }) else {
            return false
        }
        let isAcknowledged = facts.signalling.steps.contains {
            $0.method == "ACK" && $0.status == nil && $0.cseq == offer.cseq && $0.from == offerer
        }
        return !isAcknowledged && !facts.t38(of: offerer).contains { $0.lastTime > offer.time }
    }

    private static func slowAnswer(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, change.afterAnswer != nil, let answered = change.answerTime else {
            return nil
        }
        let took = answered - change.offerTime
        guard took > slowAnswer else { return nil }
        // An offer that came when the machines were training already was late by itself.
        let wasInTime = !facts.commands.contains { $0.name == "DCS" && $0.time < change.offerTime }
        return Finding(
            "t38-reinvite-slow-answer", .negotiation, facts.isFailed && wasInTime ? .warning : .note, .strong,
            "T.38 offer answered slowly",
            because:
                "The 200 to the image offer came after \(took.inWords); T4 is \(slowAnswer.inWords), and some give up "
                + "after \(verySlowAnswer.inWords).",
            remedy: "Shorten the way of the signalling; raise the time-out for T.38 of the offering side.",
            frames: [change.offerFrame, change.answerFrame])
    }

    // MARK: - Error correction

    private static func errorCorrection(_ facts: CallFacts) -> Finding? {
        let bare = facts.t38.filter {
            $0.kind == .udptl && $0.packets > 5
                && $0.statistics.errorCorrection == StreamStatistics.ErrorCorrection.none
        }
        guard !bare.isEmpty else { return nil }
        let lossyPath = lossyPath(facts)
        let isHurt = !facts.losses.isEmpty || lossyPath != nil
        var because = bare.map { stream in
            let from = stream.direction.map { "the \($0.rawValue)" } ?? "\(stream.from)"
            return "\(counted(stream.packets, "packet")) from \(from) carry no copy of an earlier one"
        }.joined(separator: "; ")
        if let asked = facts.agreedSwitch?.answer?.errorCorrection { because += "; the answer said \(asked.rawValue)" }
        if let lossyPath { because += "; \(lossyPath.text)" }
        return Finding(
            "t38-redundancy-zero", .negotiation, isHurt ? .warning : .note, .proof, "No redundancy in use",
            because: because + ".",
            remedy: "Send T.30 frames with three or more copies and page data with one or two "
                + "(T38FaxUdpEC:t38UDPRedundancy).",
            frames: bare.map(\.firstFrame) + [facts.agreedSwitch?.answerFrame] + (lossyPath?.frames ?? []))
    }

    /// Audio of the same call that lost packets shows a network that loses them.
    static func lossyPath(_ facts: CallFacts) -> (text: String, frames: [FrameRef], longest: Int, party: Party?)? {
        let worst = facts.rtp.max { ($0.statistics.lost ?? 0) < ($1.statistics.lost ?? 0) }
        guard let worst, let lost = worst.statistics.lost, let expected = worst.statistics.expected,
            lost * 100 >= expected
        else { return nil }
        let from = worst.direction.map { "the \($0.rawValue)" } ?? "\(worst.from)"
        let longest = worst.statistics.longestLossBurst ?? 1
        return (
            "audio from \(from) lost \(lost) of \(expected) packets (\(percentText(lost, of: expected)), up to \(longest) "
                + "in a row)", worst.statistics.gaps.prefix(4).flatMap { [$0.before, $0.after] }, longest,
            worst.direction
        )
    }

    private static func mismatch(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let answer = change.answer,
            change.offer.errorCorrection != .fec, answer.errorCorrection != .fec,
            let stream = facts.t38.first(where: { $0.statistics.errorCorrection == .fec })
        else { return nil }
        return Finding(
            "t38-udpec-mismatch", .negotiation, facts.isFailed ? .warning : .note, .proof,
            "Parity FEC sent although not agreed",
            because: "Neither offer nor answer says t38UDPFEC, and packets from \(stream.from) carry parity.",
            remedy: "Send redundancy unless the answer says FEC: many receivers cannot use parity.",
            frames: [change.offerFrame, change.answerFrame, stream.firstFrame])
    }

    // MARK: - No packets

    /// T.38 was agreed, and one side or both sent none, or none to where the other side asked for it.
    private static func noPackets(_ facts: CallFacts) -> [Finding] {
        let astray = Party.allCases.compactMap { AddressRules.astray($0, facts) }
        if !astray.isEmpty { return astray }
        guard let change = facts.agreedSwitch, let agreed = change.answerTime else { return [] }
        let until = switchedBack(facts, after: agreed) ?? facts.end
        let isCut = facts.call.coverage.endsMidCall
        guard until - agreed >= (isCut ? silenceInCutCall : silenceAfterSwitch), !isCut || !facts.t38.isEmpty else {
            return []
        }
        let silent = Party.allCases.filter { facts.t38(of: $0).isEmpty }
        guard !silent.isEmpty, facts.t38.allSatisfy({ $0.direction != nil }) else { return [] }
        // Absence counts only where the party would have been seen: its media came to this capture point before.
        let isCovered = silent.allSatisfy { !facts.rtp(of: $0).isEmpty }
        let isSIPOnly = facts.call.streams.isEmpty
        guard !isSIPOnly, isCovered, !GatewayRules.isFiltered(facts) else { return [] }
        let who = silent.count == 2 ? "either side" : "the \(silent[0].rawValue)"
        var because =
            "T.38 was agreed, and no UDPTL packet from \(who) is in the capture in the \((until - agreed).inWords) after"
        if let other = facts.t38.first { because += "; from the other side there are \(other.packets)" }
        let ongoing = facts.rtp.first { stream in
            stream.direction.map(silent.contains) == true && stream.lastTime - agreed > silenceAfterSwitch
        }
        if ongoing != nil { because += "; its audio went on" }
        return [
            Finding(
                "no-udptl-after-switch", .negotiation, .error, .proof,
                silent.count == 2 ? "T.38 agreed, no UDPTL at all" : "T.38 agreed, no UDPTL from \(who)",
                because: because + ".",
                remedy:
                    "Open the UDP ports of T.38 in firewalls and NAT, check the address in the SDP of the other side, "
                    + "and let the silent side send first.",
                frames: [change.offerFrame, change.answerFrame, facts.t38.first?.firstFrame, facts.signalling.endFrame])
        ]
    }

    /// When audio was agreed again.
    private static func switchedBack(_ facts: CallFacts, after: Instant) -> Instant? {
        facts.signalling.mediaChanges.first { $0.time > after && $0.to == .audio && $0.status != nil }?.time
    }
}
