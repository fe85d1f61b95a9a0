import FaxCore
import FaxWire
import PcapDecode

/// Indicators of a preamble or a training that were lost and came again only with the data that they announce: the
/// receiver's side began its signal late by the whole pause between them.
struct LateIndicators {
    private struct Late {
        var indicator: T38Indicator
        var before: FrameRef
        var repair: FrameRef
        var repairTime: Instant
        var byHowMuch: Duration
    }

    /// Less is what packets take anyhow.
    static let least = Duration.milliseconds(75)

    private let stream: MediaStream
    private let facts: CallFacts
    private let items: [IFPTrace.Item]

    init(_ stream: MediaStream, _ facts: CallFacts) {
        self.stream = stream
        self.facts = facts
        let isRepaired = (stream.statistics.recovered ?? 0) > 0
        items = isRepaired ? stream.t38.map { IFPTrace($0).items } ?? [] : []
    }

    var finding: Finding? {
        let late = all
        guard let first = late.first else { return nil }
        let worst = late.map(\.byHowMuch).max() ?? .zero
        let hurt = late.first(where: isHurt)
        let names = late.prefix(6).map { "\($0.indicator.name) by \(decimal($0.byHowMuch.inSeconds * 1_000, 0)) ms" }
        var because =
            "Packets of \(stream.sender) with an indicator were lost and their copies came only after the pause that "
            + "follows it: \(names.joined(separator: ", "))\(late.count > 6 ? " and \(late.count - 6) more" : "")"
        if let hurt { because += "; what \(hurt.indicator.name) announced failed" }
        return Finding(
            "udptl-indicator-lost-at-pause", .transport, hurt != nil ? .warning : .note, .proof,
            "Training indicator lost before a pause", because: because + ".",
            remedy: "Send indicators three or four times at once, or packets during the pause.",
            measures: [
                .init("late", worst.inSeconds * 1_000, "ms", threshold: Self.least.inSeconds * 1_000),
                .init("indicators", Double(late.count), ""),
            ], party: stream.direction,
            frames: [hurt?.before, hurt?.repair] + late.flatMap { [$0.before, $0.repair] } + [first.repair])
    }

    private var all: [Late] {
        guard items.count > 1 else { return [] }
        return items.indices.dropFirst().compactMap { index in
            let item = items[index]
            guard case .secondary = item.origin, case .indicator(let indicator) = item.content,
                let pause = pause(after: indicator)
            else { return nil }
            // The copy came with the data, not with another packet of the same moment.
            let next = items[(index + 1)...].first { $0.origin == .primary }
            guard let next, case .data = next.content, next.frame == item.frame else { return nil }
            // Nor can it be later than the packet before it was early.
            let late = min(pause, item.time - items[index - 1].time)
            guard late > Self.least else { return nil }
            return Late(
                indicator: indicator, before: items[index - 1].frame, repair: item.frame, repairTime: item.time,
                byHowMuch: late)
        }
    }

    /// From an indicator to the first data, as this sender does it; `nil`: it announces nothing.
    private func pause(after indicator: T38Indicator) -> Duration? {
        let nominal: Duration
        switch indicator {
        case .v21Preamble: nominal = .milliseconds(850)
        case _ where indicator.training != nil: nominal = .milliseconds(indicator.training?.short == true ? 100 : 200)
        default: return nil
        }
        let seen = zip(items, items.dropFirst()).compactMap { item, next -> Duration? in
            guard case .indicator(indicator) = item.content, item.origin == .primary, next.origin == .primary,
                next.sequence == item.sequence + 1, case .data = next.content
            else { return nil }
            return next.time - item.time
        }.sorted()
        return seen.isEmpty ? nominal : seen[seen.count / 2]
    }

    /// The training failed, or the command was not answered.
    private func isHurt(_ late: Late) -> Bool {
        guard facts.isFailed || facts.fax.trainings.contains(where: { $0.answer == "FTT" }) else { return false }
        if late.indicator.training != nil {
            let training = facts.fax.trainings.last { $0.time <= late.repairTime }
            return training.map { $0.answer != "CFR" && late.repairTime - $0.time < .seconds(10) } ?? false
        }
        guard
            let command = facts.commands.first(where: {
                $0.direction == stream.direction && $0.end >= late.repairTime && $0.endsTurn
            })
        else { return false }
        let next = facts.commands.first { $0.time > command.end && $0.name != "DCN" }
        return next.map { $0.direction == command.direction && $0.name == command.name } ?? true
    }
}
