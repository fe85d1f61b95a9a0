import FaxCore
import PcapDecode

/// Commands that brought no answer.
enum AnswerRules {
    /// After CFR the page must begin within T2 (6 s ± 1 s).
    private static let pageDue = Duration.seconds(6)
    private static let confirmationsLookedAt = 16

    static let rules = [
        Rule(["cfr-then-no-page": .symptom(.session, of: ["t2-expired", "dcn-from-receiver"])], once: noPage),
        Rule(["dcs-tcf-no-response": .symptom(.session)], once: unansweredTraining),
        Rule(["no-mcf": .symptom(.session)], once: unconfirmed),
    ]

    private static func unansweredTraining(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, facts.fax.pages.isEmpty, let sender = facts.fax.sender, facts.sees(sender.other),
            let (name, sent) = T30Rules.unansweredCommand(by: sender, facts), name == "DCS",
            sent.count >= T30Rules.tries || T30Rules.isGivenUp(facts)
        else { return nil }
        return Finding(
            "dcs-tcf-no-response", .t30, .error, sent.count >= T30Rules.tries ? .proof : .strong,
            "DCS and TCF never answered",
            because: "The \(sender.rawValue) trained \(counted(sent.count, "time")) without CFR or FTT from the "
                + "\(sender.other.rawValue).",
            remedy: "Check the way back, and lower the rate.",
            measures: [.init("trainings", Double(sent.count), "", threshold: Double(T30Rules.tries))],
            party: sender.other, frames: sent.map(\.frame))
    }

    /// The last page waits for its confirmation.
    private static func unconfirmed(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let sender = facts.fax.sender, facts.sees(sender.other),
            let page = facts.fax.pages.last, page.confirmedBy == nil, page.rejectedBy == nil,
            let (name, sent) = T30Rules.unansweredCommand(by: sender, facts), sent[0].isPostMessageCommand
        else { return nil }
        return Finding(
            "no-mcf", .t30, .error, sent.count >= T30Rules.tries ? .proof : .strong, "Page not confirmed",
            because:
                "\(name) was sent \(counted(sent.count, "time")) after page \(page.number), and no MCF, RTP, RTN, PPR or "
                + "RNR came back.",
            remedy: "Check the way back, and raise the redundancy of T.30 frames.",
            measures: [.init("commands", Double(sent.count), "", threshold: Double(T30Rules.tries))],
            party: sender.other, frames: sent.map(\.frame))
    }

    /// The receiver was ready, and no signal of the message channel came.
    private static func noPage(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let sender = facts.fax.sender, facts.sees(sender) else { return nil }
        for ready in facts.messages("CFR").suffix(confirmationsLookedAt) where ready.direction == sender.other {
            let due = ready.end + pageDue
            // Who clears the call has nothing more to send.
            let isCleared = facts.signalling.endedBy?.rawValue == sender.rawValue && facts.end > ready.end
            guard facts.lastSeen >= due || isCleared else { continue }
            let hasData = facts.fax.signals.contains {
                $0.direction == sender && $0.start >= ready.time && $0.start <= due && ($0.isData || $0.isTraining)
                    || $0.direction == sender && $0.isData && $0.start <= ready.time && $0.end > ready.end
            }
            let hasFrames = facts.fax.messages.contains {
                $0.direction == sender && $0.time >= ready.time && $0.time <= due && $0.isImageFrame
            }
            guard !hasData, !hasFrames else { continue }
            let next = facts.next(after: ready.end, from: sender)
            // What trains again was not told of the CFR; that is no silence.
            let says =
                next.map { "it sent \($0.name) after \(($0.time - ready.end).inWords)" } ?? "it sent nothing any more"
            return Finding(
                "cfr-then-no-page", .t30, .error, .proof, "CFR, but no page",
                because: facts.lastSeen >= due
                    ? "No page data of the \(sender.rawValue) began within 6 s of CFR; \(says)."
                    : "The \(sender.rawValue) cleared the call \((facts.end - ready.end).inWords) after CFR and sent no page.",
                remedy: next?.name == "DCS"
                    ? "CFR did not reach the sender: look at the way back."
                    : "Look at the sender: it heard CFR and stalled, or CFR did not reach it.",
                measures: [.init("wait", pageDue.inSeconds, "s", threshold: pageDue.inSeconds)], party: sender,
                frames: [ready.frame, next?.frame])
        }
        return nil
    }
}

extension FaxSignal {
    /// The training of a modem of the message channel.
    var isTraining: Bool { name.hasSuffix("training") }
}
