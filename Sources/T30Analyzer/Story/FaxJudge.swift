import FaxCore
import PcapDecode

/// Judges a fax by what the receiver confirmed, never by a sender's belief.
struct FaxJudge {
    let call: Call
    let story: StoryBuilder
    let hasT30: Bool

    func outcome(of session: FaxSession) -> FaxSession.Outcome {
        let numbers = Set(session.pages.map(\.number))
        let confirmed = Set(session.pages.filter { $0.confirmedBy != nil }.map(\.number))
        if !numbers.isEmpty, confirmed == numbers, lastCommandIsAnswered(session) { return .success }
        // What a sender did that the capture does not show at all, nobody can say.
        if let sender = session.sender, hasT30, !isVisible(sender, session) { return .unknown }
        if !confirmed.isEmpty { return receiverIsVisible(session) || !isCut ? .partial : .unknown }
        if !wasAttempted(session) { return noFax }
        if isCut || !receiverIsVisible(session) { return .unknown }
        return .failed
    }

    /// EOP or EOM was answered: nothing is left open.
    private func lastCommandIsAnswered(_ session: FaxSession) -> Bool {
        guard !story.hasOpenCommand else { return false }
        switch story.lastAnswered {
        case .endOfAll, .endOfDocument: return true
        case .morePages: return story.sawDCN && !call.coverage.endsMidCall
        case .partialPage, nil: return false
        }
    }

    /// The capture ends, or begins, inside the fax.
    private var isCut: Bool { call.coverage.endsMidCall || call.coverage.startsMidCall }

    /// Whether the capture would have shown the receiver's answers.
    private func receiverIsVisible(_ session: FaxSession) -> Bool {
        guard let receiver = session.sender?.other else {
            return call.coverage.caller != 0 && call.coverage.callee != 0 && call.signalling.outcome == .answered
        }
        return isVisible(receiver, session)
    }

    private func isVisible(_ party: Party, _ session: FaxSession) -> Bool {
        if session.messages.contains(where: { $0.direction == party }) { return true }
        let coverage = party == .caller ? call.coverage.caller : call.coverage.callee
        return coverage.map { $0 > 0 } ?? call.signalling.steps.contains { $0.from == party }
    }

    private func wasAttempted(_ session: FaxSession) -> Bool {
        hasT30 || !session.messages.isEmpty || !session.signals.isEmpty || switchedToT38
    }

    private var switchedToT38: Bool {
        guard let change = call.signalling.t38Switch, let status = change.status else { return false }
        return (200..<300).contains(status) && !call.streams.isEmpty
    }

    /// No sign of a fax in what could be read; audio that nobody has listened to tells nothing.
    private var noFax: FaxSession.Outcome { .unknown }
}
