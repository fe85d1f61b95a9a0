import FaxCore
import PcapDecode

/// Where a fax broke: the last step that was begun and not finished.
enum BreakPoint {
    static func of(_ facts: CallFacts) -> Verdict.Break? {
        switch facts.signalling.outcome {
        case .rejected, .busy, .cancelled, .noAnswer: return .setup
        case .answered, .unknown: break
        }
        guard facts.isFailed else { return nil }
        if !facts.fax.pages.isEmpty { return ofPages(facts) }
        if !facts.fax.trainings.isEmpty { return .training }
        if facts.agreedSwitch != nil, facts.commands.isEmpty { return .switching }
        return .identification
    }

    private static func ofPages(_ facts: CallFacts) -> Verdict.Break {
        guard let page = facts.fax.pages.last(where: { $0.confirmedBy == nil }) else { return .release }
        let trainedAgain = facts.fax.trainings.last.map { training in page.end.map { training.time > $0 } ?? false }
        if trainedAgain == true { return .training }
        let isEnded = facts.commands.contains { command in
            command.isPostMessageCommand && page.start.map { command.time > $0 } ?? true
        }
        return isEnded ? .confirmation : .page
    }
}
