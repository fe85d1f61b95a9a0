import FaxCore
import FaxWire
import PcapDecode

/// What a gateway does not say: the training behind a DCS, the end of a signal.
enum IFPSilenceRules {
    static let rules = [
        Rule(
            ["tcf-missing": .cause(.session, of: IFPRules.effectsOfLostSignal + ["dcn-early"])], once: missingTraining),
        Rule(["ifp-missing-end": .cause(.session, of: IFPRules.effectsOfLostSignal)]) { facts in
            Party.allCases.compactMap { missingEnd($0, facts) }
        },
    ]

    /// TCF begins 75 ms after DCS (T.30 5.3.2.2); who has not begun by then has lost it.
    private static let trainingDue = Duration.seconds(3)

    // MARK: - No TCF

    /// DCS came whole, and no data of the message channel behind it.
    private static func missingTraining(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let sender = facts.fax.sender, !facts.t38(of: sender).isEmpty,
            !facts.messages("CFR").contains(where: { $0.direction == sender.other })
        else { return nil }
        let commands = facts.messages("DCS").filter { $0.direction == sender }
        let bare = commands.filter { isBare($0, of: sender, facts) }
        guard let first = bare.first, bare.count == commands.count else { return nil }
        let isAnnounced = facts.fax.ifpSignals.contains {
            $0.party == sender && $0.indicator?.training != nil && $0.start >= first.time
        }
        return Finding(
            "tcf-missing", .ifp, .error, .proof, "No TCF behind DCS",
            because: "The \(sender.rawValue) sent DCS \(counted(bare.count, "time")) and no TCF behind it"
                + (isAnnounced ? " (a training was announced)" : "")
                + ", though no packet is missing: its gateway does not receive the modem of its machine.",
            remedy: "Look at the line between that machine and its gateway: level, noise, a codec for speech, loss.",
            measures: [.init("DCS", Double(bare.count), "", threshold: 1)], party: sender,
            frames: [first.frame] + bare.map(\.lastFrame))
    }

    private static func isBare(_ command: T30Message, of sender: Party, _ facts: CallFacts) -> Bool {
        let next = facts.turns.first { $0.party == sender && $0.start > command.end }?.start ?? facts.lastSeen
        guard next - command.end >= trainingDue, !facts.isMissing(of: sender, in: command.end...next) else {
            return false
        }
        return !facts.fax.signals.contains {
            $0.direction == sender && $0.isData && $0.end >= command.time && $0.start <= next
        }
    }

    // MARK: - No end

    /// Signals that no-signal alone ended, and that were never answered: a receiver may wait for the field that ends them.
    private static func missingEnd(_ party: Party, _ facts: CallFacts) -> Finding? {
        guard facts.isFailed else { return nil }
        let own = facts.fax.ifpSignals.filter { $0.party == party && $0.hasData }
        let open = own.filter {
            $0.ending == .noSignal && !facts.isMissing(of: party, in: $0.start...max($0.start, $0.end))
        }
        guard let type = open.last(where: { isUnanswered($0, among: own, facts) })?.type else { return nil }
        let alike = open.filter { $0.type == type && isLastOfTurn($0, among: own, facts) }
        guard !alike.isEmpty, alike.allSatisfy({ isUnanswered($0, among: own, facts) }) else { return nil }
        return Finding(
            "ifp-missing-end", .ifp, .warning, .strong, "Signal without end",
            because:
                "\(counted(alike.count, "signal")) (\(type.name)) of the \(party.rawValue) ended with no-signal and "
                + "without the field that ends data (sig-end), and none was answered.",
            remedy: "Receivers that keep to the letter may fail on it: report it to the maker of the device.",
            measures: [.init("signals", Double(alike.count), "")], party: party,
            frames: alike.flatMap { [$0.lastData?.frame, $0.endFrame] })
    }

    /// Something of the other side is the next signal of the call.
    private static func isLastOfTurn(_ signal: IFPSignal, among own: [IFPSignal], _ facts: CallFacts) -> Bool {
        let next = own.first { $0.start >= signal.end }?.start ?? facts.lastSeen
        return next - signal.end >= trainingDue || answer(to: signal, before: next, facts) != nil
    }

    private static func isUnanswered(_ signal: IFPSignal, among own: [IFPSignal], _ facts: CallFacts) -> Bool {
        let next = own.first { $0.start >= signal.end }?.start ?? facts.lastSeen
        return next - signal.end >= trainingDue && answer(to: signal, before: next, facts) == nil
    }

    private static func answer(to signal: IFPSignal, before next: Instant, _ facts: CallFacts) -> T30Message? {
        facts.commands.first {
            $0.direction == signal.party?.other && $0.end > signal.end && $0.time < next && $0.name != "DCN"
        }
    }
}
