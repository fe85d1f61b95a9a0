import FaxCore
import PcapDecode

/// A gap in a stream that nothing repaired, aligned in time with what the same party had on the line.
struct LossHit {
    enum Target: Hashable {
        /// A T.30 frame, by its name as far as it could be read.
        case frame(String)
        /// TCF or page data without ECM.
        case burst(String)
        /// Only a tone, preamble or training.
        case signal(String)
        /// ECM frames, first and last number.
        case imageFrames(Int, Int)
        /// Nothing of the party was seen where an answer to this command was due.
        case missingAnswer(String)

        /// T.30 lost content, not only a tone or nothing known.
        var isContent: Bool {
            switch self {
            case .frame, .burst, .imageFrames, .missingAnswer: true
            case .signal: false
            }
        }
    }

    var gap: SequenceGap
    var party: Party?
    var targets: [Target]
    /// What was hit came again whole, or was taken as it was.
    var isMadeGood = false
    /// What shows the effect later: a timer that ran out, ECM frames asked for again.
    var shownBy: String?

    /// What was lost this short a time before a signal belongs to it: the indicator, the preamble.
    static let reachAhead = Duration.milliseconds(500)
    /// An answer that does not begin within this time of its command will not come: T4 with what a relay adds.
    static let answerIsDue = TimerCheck.t4Most

    /// T.30 lost content, not only a tone or nothing known.
    var hitContent: Bool { targets.contains(where: \.isContent) }

    /// Content was lost, and nothing made it good.
    var isHarmful: Bool { hitContent && !isMadeGood }

    static func all(_ streams: [MediaStream], _ fax: FaxSession) -> [LossHit] {
        streams.flatMap { stream in
            let gaps = stream.statistics.gaps.filter { $0.recovered < $0.count }
            if gaps.isEmpty { return [LossHit]() }
            let own = SentByParty(stream.direction, fax)
            let outcome = LossOutcome(fax, stream.direction)
            return gaps.map { gap in
                var hit = LossHit(gap: gap, party: stream.direction, targets: own.targets(gap))
                hit.isMadeGood = hit.targets.filter(\.isContent).allSatisfy { outcome.isMadeGood($0, gap) }
                hit.shownBy = hit.targets.lazy.compactMap { outcome.shownBy($0, gap) }.first
                return hit
            }
        }
    }
}

/// What one party had on the line, to find what a gap in its packets hit.
private struct SentByParty {
    let party: Party?
    let fax: FaxSession
    /// In order of time, as are all of these.
    let messages: [T30Message]
    let commands: [T30Message]
    let signals: [FaxSignal]

    init(_ party: Party?, _ fax: FaxSession) {
        self.party = party
        self.fax = fax
        messages = fax.messages.filter { $0.direction == party }
        commands = fax.messages.filter { $0.direction == party?.other && $0.endsTurn && $0.name != "DCN" }
        signals = fax.signals.filter { $0.isFax && $0.direction == party }
    }

    /// The packets around the gap are whole: what ended with the one before it was not hit.
    private func isHit(_ start: Instant, _ end: Instant, _ gap: SequenceGap) -> Bool {
        start <= gap.time.upperBound && end > gap.time.lowerBound
    }

    /// A damaged frame may lack its end, then the last packet of it is the one before the gap; or only what announces it.
    private func isNear(_ start: Instant, _ end: Instant, _ gap: SequenceGap) -> Bool {
        start <= gap.time.upperBound + LossHit.reachAhead && end >= gap.time.lowerBound
    }

    func targets(_ gap: SequenceGap) -> [LossHit.Target] {
        var targets: [LossHit.Target] = []
        func add(_ target: LossHit.Target) { if !targets.contains(target) { targets.append(target) } }
        let first = messages.firstIndex(from: { $0.end >= gap.time.lowerBound })
        let near = messages[first...].prefix { $0.time <= gap.time.upperBound + LossHit.reachAhead }
        for message in near where message.crcOK != true && isNear(message.time, message.end, gap) {
            if let number = message.imageFrameNumber {
                add(.imageFrames(number, number))
            } else {
                add(.frame(message.name.hasPrefix("unknown") ? "a frame" : message.name))
            }
        }
        if let range = missingImageFrames(gap) { add(.imageFrames(range.first, range.last)) }
        for signal in signals where isHit(signal.start, signal.end, gap) {
            add(signal.isData ? .burst(signal.name) : .signal(signal.name))
        }
        if let name = untrainedBurst(at: gap) { add(.burst(name)) }
        if !targets.contains(where: \.isContent), let name = damagedBurst(after: gap) { add(.burst(name)) }
        if targets.isEmpty, let command = unansweredCommand(gap) { add(.missingAnswer(command)) }
        return targets
    }

    /// A burst that began soon after the gap and was received badly: its indicator was in the gap.
    private func damagedBurst(after gap: SequenceGap) -> String? {
        let reach = gap.time.upperBound...gap.time.upperBound + LossHit.reachAhead
        return signals.first { $0.isData && reach.contains($0.start) && isDamaged($0) }?.name
    }

    /// In audio a receiver whose training was hit gets nothing of what comes behind it.
    private func untrainedBurst(at gap: SequenceGap) -> String? {
        let burst = fax.bursts.first {
            $0.party == party && !$0.isTrained && !$0.gaps.isEmpty
                && isHit($0.training.lowerBound, $0.training.upperBound, gap)
        }
        guard let burst else { return nil }
        let command = messages.last { $0.endsTurn && $0.crcOK == true && $0.end <= burst.training.upperBound }
        return command?.name == "DCS" ? "TCF" : "page data"
    }

    private func isDamaged(_ signal: FaxSignal) -> Bool {
        guard signal.name == "TCF" else {
            return fax.pages.contains { ($0.badRows ?? 0) > 0 && $0.start.map { $0 <= signal.end } ?? false }
        }
        let training = fax.trainings.last { $0.time <= signal.start }
        return training?.answer == "FTT" || (training?.errors ?? 0) > 0
    }

    /// Numbers of ECM frames that are missing between the last one before the gap and the first one after it.
    private func missingImageFrames(_ gap: SequenceGap) -> (first: Int, last: Int)? {
        let next = messages.firstIndex(from: { $0.time >= gap.time.upperBound })
        let first = messages.firstIndex(from: { $0.end > gap.time.lowerBound })
        guard first > 0, next < messages.count, let before = messages[first - 1].imageFrameNumber,
            let after = messages[next].imageFrameNumber, after > before + 1
        else { return nil }
        return (before + 1, after - 1)
    }

    /// The other party's last command until the end of the gap, if the line then shows no answer to it, and the gap
    /// reaches into the time in which the answer was due.
    private func unansweredCommand(_ gap: SequenceGap) -> String? {
        let next = commands.firstIndex(from: { $0.end > gap.time.upperBound })
        guard next > 0, gap.time.lowerBound <= commands[next - 1].end + LossHit.answerIsDue else { return nil }
        let command = commands[next - 1]
        let answer = messages.firstIndex(from: { $0.time >= command.end })
        guard answer < messages.count else { return command.name }
        let isAnswered = next >= commands.count || messages[answer].time < commands[next].time
        return isAnswered ? nil : command.name
    }
}

/// What became of content that was lost.
private struct LossOutcome {
    let fax: FaxSession
    let party: Party?
    /// Frames of T.30 that came whole, without those of ECM pages.
    private let messages: [T30Message]
    /// Those that say again what was said before.
    private let repeats: [T30Message]

    init(_ fax: FaxSession, _ party: Party?) {
        self.fax = fax
        self.party = party
        messages = fax.commands
        let turns = messages.filter(\.endsTurn)
        repeats = zip(turns, turns.dropFirst()).filter { last, again in
            last.isCommand && last.name == again.name && last.direction == again.direction
        }.map(\.1)
    }

    func isMadeGood(_ target: LossHit.Target, _ gap: SequenceGap) -> Bool {
        switch target {
        case .signal: true
        case .imageFrames: page(at: gap).map { $0.ecmMissing == 0 || $0.confirmedBy != nil } ?? false
        case .burst("TCF"): training(at: gap)?.answer == "CFR"
        case .burst: page(at: gap)?.confirmedBy != nil
        case .frame(let name): cameAgain(name, after: gap)
        case .missingAnswer: answeredLater(gap)
        }
    }

    /// Of ECM frames the request for them, of answers and commands the repeat after a timer.
    func shownBy(_ target: LossHit.Target, _ gap: SequenceGap) -> String? {
        switch target {
        case .signal, .burst: nil
        case .imageFrames:
            later(gap).first { $0.direction == party?.other && $0.name == "PPR" }.map {
                "a PPR \(($0.time - gap.time.lowerBound).inWords) later asked for them"
            }
        case .frame, .missingAnswer:
            repeated(gap).map {
                "\($0.name) was repeated \(($0.time - gap.time.lowerBound).inWords) after the loss began"
            }
        }
    }

    private func later(_ gap: SequenceGap) -> ArraySlice<T30Message> {
        messages[messages.firstIndex(from: { $0.time >= gap.time.lowerBound })...]
    }

    private func page(at gap: SequenceGap) -> FaxPage? {
        fax.pages.last { page in
            page.start.map { $0 <= gap.time.upperBound + LossHit.reachAhead } ?? false
                && page.end.map { $0 >= gap.time.lowerBound } ?? true
        }
    }

    /// The training that the gap fell into; where it failed, a later one that passed makes it good.
    private func training(at gap: SequenceGap) -> Training? {
        guard let index = fax.trainings.lastIndex(where: { $0.time <= gap.time.upperBound }) else { return nil }
        return fax.trainings[index...].first { $0.answer == "CFR" } ?? fax.trainings[index]
    }

    private func cameAgain(_ name: String, after gap: SequenceGap) -> Bool {
        later(gap).contains { message in
            message.direction == party && message.name != "DCN" && (message.name == name || name == "a frame")
        }
    }

    private func answeredLater(_ gap: SequenceGap) -> Bool {
        later(gap).contains {
            $0.direction == party && $0.time >= gap.time.upperBound && $0.endsTurn && $0.name != "DCN"
        }
    }

    /// The first command after the loss that says again what was said before.
    private func repeated(_ gap: SequenceGap) -> T30Message? {
        repeats.first { $0.time >= gap.time.lowerBound }
    }
}

extension FaxSignal {
    var isData: Bool { name == "TCF" || name == "page data" }
}

extension LossHit.Target {
    var inWords: String {
        switch self {
        case .frame(let name), .burst(let name), .signal(let name): name
        case .imageFrames(let first, let last): first == last ? "FCD \(first)" : "FCD \(first)–\(last)"
        case .missingAnswer(let command): "the answer to \(command)"
        }
    }
}

extension [LossHit] {
    /// What was hit, the content first, each once; at most `limit` named.
    func named(limit: Int) -> String {
        var names: [String] = []
        let targets = flatMap(\.targets)
        for target in (targets.filter(\.isContent) + targets.filter { !$0.isContent }).map(\.inWords)
        where !names.contains(target) { names.append(target) }
        return names.prefix(limit).joined(separator: ", ")
            + (names.count > limit ? " and \(names.count - limit) more" : "")
    }
}
