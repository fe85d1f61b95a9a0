import FaxCore
import FaxWire
import PcapDecode

/// When the packets of a signal came: lead-in, pauses, ends.
enum IFPTimingRules {
    static let rules = [
        Rule(["ifp-90s-cutoff": .cause(.session, of: effectsOfCutoff)], cutoffs),
        Rule(["ifp-slow-start": .cause(.session, of: IFPRules.effectsOfLostSignal)], slowStarts),
        Rule(["ifp-gap-timeout": .cause(.session, of: IFPRules.effectsOfLostSignal)], pauses),
        Rule(["ifp-training-too-short": .cause(.session, of: IFPRules.effectsOfLostSignal)], shortTrainings),
        Rule(["ifp-preamble-too-short": .cause(.session, of: IFPRules.effectsOfLostSignal)], shortPreambles),
        Rule(["ifp-after-end": .remark], afterEnd),
    ]

    private static let effectsOfCutoff = [
        "page-no-eol", "page-truncated", "page-bad-lines", "ecm-rcp-missing", "rtn", "ppr-loop", "no-mcf", "t2-expired",
    ]
    /// A packet that the sender's clock or the network moved: the time of one.
    private static let tolerance = Duration.milliseconds(20)
    /// (ours) A gateway tells of flags when it has heard some: of a second on its line so much is left at least.
    private static let heardLate = Duration.milliseconds(600)
    /// (ours) And of a training when it has heard the beginning of it.
    private static let trainingTolerance = Duration.milliseconds(100)
    /// Receivers that run T.38 take a longer silence for the end of the signal.
    private static let longestPause = Duration.milliseconds(300)
    /// Some gateways stop any signal after about 90 s.
    private static let cutoff = Duration.seconds(88)...Duration.seconds(95)
    private static let slowStart = Duration.seconds(2)
    private static let trainingsLookedAt = 32
    /// Packets that were under way when the call ended.
    private static let inFlight = Duration.milliseconds(500)

    /// Of each party that the capture holds signals of.
    private static func perParty(_ facts: CallFacts, _ look: (Party?, [IFPSignal]) -> Finding?) -> [Finding] {
        ([Party.caller, .callee, nil] as [Party?]).compactMap { party in
            let own = facts.fax.ifpSignals.filter { $0.party == party }
            return own.isEmpty ? nil : look(party, own)
        }
    }

    // MARK: - Lead-in

    private static func shortPreambles(_ facts: CallFacts) -> [Finding] {
        perParty(facts) { party, signals in
            let leads = signals.filter { $0.indicator == .v21Preamble && $0.type == .v21 }
            let short = leads.filter { $0.leadIn.map { $0 < ModemTiming.shortestPreamble - tolerance } ?? false }
            let brief = leads.filter { $0.leadIn.map { $0 < ModemTiming.preamble - tolerance } ?? false }
            // Within the tolerance of T.30: worth saying only where something went wrong.
            guard let worst = brief.min(by: { ($0.leadIn ?? .zero) < ($1.leadIn ?? .zero) }),
                let lead = worst.leadIn, !short.isEmpty || facts.isFailed
            else { return nil }
            let shown = short.isEmpty ? brief : short
            let rule = short.isEmpty ? "legal (1 s ±15 %), but some receivers want 1 s" : "T.30 asks for 1 s ±15 %"
            return Finding(
                "ifp-preamble-too-short", .ifp, facts.isFailed && lead < heardLate ? .warning : .note, .strong,
                "V.21 preamble too short",
                because:
                    "\(shown.count) of \(leads.count) preambles of \(IFPRules.sender(party)) gave way to data before "
                    + "1 s was over, the shortest after \(lead.inWholeMilliseconds): \(rule).",
                remedy: "Let the gateway send a second of flags, and look at jitter before this capture point.",
                measures: [.init("preamble", lead.inMilliseconds.rounded(), "ms", threshold: 850)], party: party,
                frames: shown.flatMap { [$0.announced?.frame, $0.firstData?.frame] })
        }
    }

    private static func shortTrainings(_ facts: CallFacts) -> [Finding] {
        perParty(facts) { party, signals in
            let short = signals.compactMap { signal -> (signal: IFPSignal, lead: Duration, least: Duration)? in
                guard let training = signal.indicator?.training, let lead = signal.leadIn,
                    signal.type?.modem == training.modem,
                    let least = ModemTiming.training(
                        training.modem, rateBps: training.rateBps, isShort: training.short),
                    lead < least - trainingTolerance
                else { return nil }
                return (signal, lead, least)
            }
            guard let worst = short.max(by: { $0.least - $0.lead < $1.least - $1.lead }) else { return nil }
            let refused = short.prefix(trainingsLookedAt).count { facts.isRefused($0.signal) }
            return Finding(
                "ifp-training-too-short", .ifp, refused > 0 ? .warning : .note, .strong,
                "Training too short",
                because: "\(counted(short.count, "training")) of \(IFPRules.sender(party)) gave way to data too soon: "
                    + "\(worst.signal.indicator?.name ?? "training") after \(worst.lead.inWholeMilliseconds), where the "
                    + "modem takes \(worst.least.inWholeMilliseconds)"
                    + (refused > 0 ? "; \(refused) answered with FTT." : "."),
                remedy: "A gateway that must catch up cuts data or trains late: let the sender pace by the modem.",
                measures: [
                    .init(
                        "training", worst.lead.inMilliseconds.rounded(), "ms",
                        threshold: worst.least.inMilliseconds.rounded())
                ], party: party,
                frames: short.flatMap { [$0.signal.announced?.frame, $0.signal.firstData?.frame] })
        }
    }

    // MARK: - Pauses

    private static func pauses(_ facts: CallFacts) -> [Finding] {
        perParty(facts) { party, signals in
            let held = signals.filter { $0.longestPause.map { $0.length > longestPause } ?? false }
            guard let longest = held.compactMap(\.longestPause).max(by: { $0.length < $1.length }) else { return nil }
            let lossy = held.count { $0.longestPause?.hasLoss == true }
            return Finding(
                "ifp-gap-timeout", .ifp, facts.isFailed ? .warning : .note, .strong, "Silence inside a signal",
                because:
                    "\(counted(held.count, "signal")) of \(IFPRules.sender(party)) stood still without having ended, "
                    + "for up to \(longest.length.inWholeMilliseconds)"
                    + (lossy > 0 ? "; packets were lost in \(lossy) of them." : "; no packet is missing there."),
                remedy: lossy > 0
                    ? "Remove the loss; a receiver may take the silence for the end of the signal."
                    : "Look at the sender's load and pacing; a receiver may take the silence for the end of the signal.",
                measures: [.init("pause", longest.length.inMilliseconds.rounded(), "ms", threshold: 300)], party: party,
                frames: held.flatMap { [$0.longestPause?.before, $0.longestPause?.after] })
        }
    }

    /// The party's audio goes on with fax signals after the switch, or had them before, and its T.38 says nothing.
    private static func slowStarts(_ facts: CallFacts) -> [Finding] {
        let late = lateStarts(facts)
        return late.isEmpty ? mute(facts).map { [$0] } ?? [] : late
    }

    /// The called side was heard in audio; after the switch its T.38 says no more than that there is no signal.
    private static func mute(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let change = facts.agreedSwitch, let since = change.answerTime,
            facts.audioAgain(after: since) == nil, facts.end - since >= muteLeast, !facts.call.coverage.endsMidCall,
            !facts.fax.ifpSignals.contains(where: { $0.party == .callee }),
            let stream = facts.t38(of: .callee).first, stream.statistics.gaps.isEmpty,
            let tone = facts.fax.signals.first(where: {
                $0.direction == .callee && $0.measure != nil && $0.isFax && $0.start < since
            })
        else { return nil }
        return Finding(
            "ifp-slow-start", .ifp, .error, .proof, "Gateway silent after the switch",
            because:
                "The callee sent \(tone.name) in audio; in the \((facts.end - since).inWords) after the switch its "
                + "\(counted(stream.packets, "packet")) of T.38 tell of no signal: its gateway does not hear the machine.",
            remedy: "Look at level, codec and media path between that machine and the T.38 side of its gateway.",
            measures: [.init("silence", (facts.end - since).inSeconds, "s", threshold: muteLeast.inSeconds)],
            party: .callee, frames: [tone.firstFrame, change.answerFrame, stream.firstFrame, stream.lastFrame])
    }

    /// CED and DIS are due within some seconds of the answer (T.30 4.3.3.2).
    private static let muteLeast = Duration.seconds(10)

    private static func lateStarts(_ facts: CallFacts) -> [Finding] {
        guard let change = facts.agreedSwitch, let since = change.answerTime else { return [] }
        return Party.allCases.compactMap { party in
            let audible = facts.fax.signals.filter { signal in
                signal.direction == party && signal.measure != nil && signal.end > since + slowStart
                    && (signal.name == LineSignal.v21Preamble.name
                        || LineSignal.namesOfPhaseA.contains(signal.name) && signal.name != LineSignal.cng.name)
            }
            let first = facts.fax.ifpSignals.first { $0.party == party && $0.indicator != nil || $0.hasData }
            guard let heard = audible.first, !facts.t38.isEmpty, facts.sees(party),
                first.map({ $0.start > since + slowStart && $0.start > heard.start }) ?? true
            else { return nil }
            let began = first.map { "begins \(($0.start - since).inWords) after the switch" } ?? "never begins"
            return Finding(
                "ifp-slow-start", .ifp, facts.isFailed ? .error : .note, .proof, "Gateway silent after the switch",
                because: "\(IFPRules.senderFirst(party))'s audio still carried \(heard.name) "
                    + "\((heard.end - since).inWords) after T.38 was agreed on, while its T.38 \(began).",
                remedy: "The gateway's T.38 side gets no samples: look at its media path and codec.",
                measures: first.map { [.init("start", ($0.start - since).inSeconds, "s", threshold: 2)] } ?? [],
                party: party, frames: [change.answerFrame, heard.firstFrame, heard.lastFrame, first?.firstFrame])
        }
    }

    // MARK: - Ends

    private static func cutoffs(_ facts: CallFacts) -> [Finding] {
        perParty(facts) { party, signals in
            let cut = signals.filter { isCutOff($0, facts) }
            guard let first = cut.first, let length = first.length else { return nil }
            let lengths = cut.compactMap(\.length).map(\.inWords).joined(separator: ", ")
            return Finding(
                "ifp-90s-cutoff", .ifp, facts.isFailed ? .error : .warning, .strong, "Signal stopped at about 90 s",
                because: "Page data of \(IFPRules.sender(party)) stopped after \(lengths), without the end of a page.",
                remedy: "A backstop timer of the gateway: use ECM, a higher rate or a lower resolution.",
                measures: [.init("data", length.inSeconds, "s", threshold: 88)], party: party,
                frames: cut.flatMap { [$0.firstData?.frame, $0.endFrame] })
        }
    }

    private static func isCutOff(_ signal: IFPSignal, _ facts: CallFacts) -> Bool {
        guard let length = signal.length, cutoff.contains(length), let type = signal.type, type.modem != .v21,
            let start = signal.firstData?.time, facts.end > signal.end + .seconds(1)
        else { return false }
        let hasReturn = facts.fax.messages.contains {
            $0.name == "RCP" && $0.direction == signal.party && $0.time >= start && $0.end <= signal.end
        }
        let page = facts.fax.pages.first { page in
            page.start.map { $0 >= start && $0 <= signal.end } ?? false
        }
        guard !hasReturn, let page else { return false }
        return page.ecm == true || page.hasEnd == false
    }

    private static func afterEnd(_ facts: CallFacts) -> [Finding] {
        let goodbyes = Party.allCases.map { party in facts.messages("DCN").first { $0.direction == party }?.end }
        let bothSaid = goodbyes.contains(nil) ? nil : goodbyes.compactMap { $0 }.max()
        guard let end = [facts.signalling.endTime, bothSaid].compactMap({ $0 }).min() else { return [] }
        return perParty(facts) { party, signals in
            let late = signals.filter { $0.end > end + inFlight && ($0.hasData || $0.start > end + inFlight) }
            guard let last = late.last else { return nil }
            return Finding(
                "ifp-after-end", .ifp, .note, .hint, "T.38 after the end",
                because: "\(IFPRules.senderFirst(party)) sent \(counted(late.count, "signal")) up to "
                    + "\((last.end - end).inWords) after the fax was over.",
                remedy: "None needed: receivers ignore it.",
                measures: [.init("after the end", (last.end - end).inSeconds, "s", threshold: 0.5)], party: party,
                frames: late.flatMap { [$0.firstFrame, $0.endFrame] })
        }
    }
}

extension IFPSignal {
    /// First data to last.
    fileprivate var length: Duration? {
        guard let firstData, let lastData else { return nil }
        return lastData.time - firstData.time
    }
}

extension CallFacts {
    /// FTT is the next thing that the other side said.
    fileprivate func isRefused(_ signal: IFPSignal) -> Bool {
        commands.first { $0.time >= signal.end && $0.direction == signal.party?.other }?.name == "FTT"
    }
}
