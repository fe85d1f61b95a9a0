import FaxCore
import PcapDecode

/// Judges a fax by what the receiver confirmed, never by a sender's belief.
struct FaxJudge {
    let call: Call
    let story: StoryBuilder
    let hasT30: Bool
    /// Audio that was listened to: who sent it, and how much of it there was.
    let heard: [(party: Party?, length: Duration)]

    func outcome(of session: FaxSession) -> FaxSession.Outcome {
        let numbers = Set(session.pages.map(\.number))
        let confirmed = Set(session.pages.filter { $0.confirmedBy != nil }.map(\.number))
        if !numbers.isEmpty, confirmed == numbers, lastCommandIsAnswered(session) { return .success }
        // What a sender did that the capture does not show at all, nobody can say.
        if let sender = session.sender, hasT30, !isVisible(sender, session) { return .unknown }
        if HiddenAnswer(call, session)?.hidesOutcome == true { return .unknown }
        if !confirmed.isEmpty { return receiverIsVisible(session) || !isCut(session) ? .partial : .unknown }
        if !wasAttempted(session) { return noFax }
        if isCut(session) || !receiverIsVisible(session) { return .unknown }
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

    /// The capture ends, or begins, inside the fax. A DCN is its end; calling and answer tones are its beginning.
    func isCut(_ session: FaxSession) -> Bool {
        let showsStart = session.signals.contains { LineSignal.namesOfPhaseA.contains($0.name) }
        let hidesEnd = call.coverage.endsMidCall || stopsInsideFax(session)
        return (hidesEnd && !story.sawDCN) || (call.coverage.startsMidCall && !showsStart)
    }

    /// A recording does not say that it was stopped. Who waits for an answer in vain repeats the command, or says DCN,
    /// within this time (T2 and T4 of T.30 and the command itself): a recording that ends sooner was stopped.
    private func stopsInsideFax(_ session: FaxSession) -> Bool {
        guard call.isRecording, let end = session.end else { return false }
        return call.lastTime < end + Self.longestWait
    }

    private static let longestWait = Duration.seconds(7)

    /// Whether the capture would have shown the receiver's answers.
    private func receiverIsVisible(_ session: FaxSession) -> Bool {
        guard let receiver = session.sender?.other else {
            return call.coverage.caller != 0 && call.coverage.callee != 0 && call.signalling.outcome == .answered
        }
        return isVisible(receiver, session)
    }

    private func isVisible(_ party: Party, _ session: FaxSession) -> Bool {
        if session.messages.contains(where: { $0.direction == party }) { return true }
        // One channel may hold one direction alone: who was not heard on it may not be on it.
        if call.isMixedRecording { return session.signals.contains { $0.direction == party && $0.isFax } }
        let coverage = party == .caller ? call.coverage.caller : call.coverage.callee
        return coverage.map { $0 > 0 } ?? call.signalling.steps.contains { $0.from == party }
    }

    private func wasAttempted(_ session: FaxSession) -> Bool {
        hasT30 || !session.messages.isEmpty || switchedToT38
            || session.signals.contains { LineSignal.namesOfPhaseA.contains($0.name) }
    }

    private var switchedToT38: Bool {
        guard let change = call.signalling.t38Switch, let status = change.status else { return false }
        return (200..<300).contains(status) && !call.streams.isEmpty
    }

    /// No sign of a fax in what could be read: not a fax, if both sides were listened to for long enough to tell.
    private var noFax: FaxSession.Outcome {
        let wasAnswered = call.signalling.outcome == .answered || call.signalling.carrier == .none
        let least = call.coverage.startsMidCall ? Self.leastInMidCall : Self.least
        let longest = Party.allCases.map { party in
            heard.filter { $0.party == party || $0.party == nil }.map(\.length).max() ?? .zero
        }
        return wasAnswered && longest.allSatisfy { $0 >= least } ? .notFax : .unknown
    }

    /// A fax shows itself within this time of the answer: CNG comes every 3.5 s, DIS repeats every 4.5 s (T.30 4.2, T4).
    private static let least = Duration.seconds(5)
    /// Where the beginning is missing: longer than the longest page of one A4 sheet at 2,400 bit/s usually takes.
    private static let leastInMidCall = Duration.seconds(60)
}
