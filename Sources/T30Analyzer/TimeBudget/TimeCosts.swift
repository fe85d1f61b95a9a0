import FaxCore

/// What each failed training, repetition and fallback of a fax cost.
struct TimeCosts {
    private(set) var costs: [TimeBudget.Cost] = []
    private let fax: FaxSession
    private let turns: [Turn]

    init(_ fax: FaxSession, _ turns: [Turn], firstRateBps: Int?) {
        self.fax = fax
        self.turns = turns
        addTrainings()
        addRequests()
        addRejections()
        addRepeats()
        costs.sort { $0.time < $1.time }
        if let firstRateBps { addRate(firstRateBps) }
    }

    private mutating func add(
        _ kind: TimeBudget.Cost.Kind, _ what: String, _ start: Instant, _ end: Instant, _ frames: [FrameRef?]
    ) {
        guard end > start, costs.count < Self.limit else { return }
        costs.append(
            TimeBudget.Cost(
                kind: kind, what: what, time: start, length: end - start, frames: frames.compactMap(\.self)))
    }

    /// Mishaps of one call that are told.
    static let limit = 200

    private func turn(around time: Instant) -> Turn? { turns.first { $0.start <= time && $0.end >= time } }

    /// From the command to the end of the answer that refused it.
    private mutating func addTrainings() {
        for training in fax.trainings.lazy.filter({ $0.answer == "FTT" }).prefix(Self.limit) {
            guard let answer = fax.messages.first(where: { $0.name == "FTT" && $0.time > training.time }) else {
                continue
            }
            let rate = training.rateBps.map { " at \($0) bit/s" } ?? ""
            let start = turn(around: training.time)?.start ?? training.time
            add(.failedTraining, "FTT\(rate)", start, answer.end, [training.frame, answer.frame])
        }
    }

    /// From a PPR to the end of the next PPS: the request, the frames again, the command again.
    private mutating func addRequests() {
        for request in fax.messages.lazy.filter({ $0.name == "PPR" && $0.crcOK != false }).prefix(Self.limit) {
            let next = fax.messages.first {
                $0.time > request.end && ($0.name.hasPrefix("PPS") || $0.name.hasPrefix("EOR")) && $0.crcOK != false
            }
            guard let next else { continue }
            let start = turn(around: request.time)?.start ?? request.time
            add(.repeatedFrames, "PPR", start, next.end, [request.frame, next.frame])
        }
    }

    /// The time of the page that has to come again.
    private mutating func addRejections() {
        for page in fax.pages.lazy.filter({ $0.rejectedBy != nil }).prefix(Self.limit) {
            guard let start = page.start, let name = page.rejectedBy,
                let answer = fax.messages.first(where: { $0.name == name && $0.time > start })
            else { continue }
            add(.rejectedPage, "\(name) of page \(page.number)", start, answer.end, [page.firstFrame, answer.frame])
        }
    }

    /// From the end of a command that nothing answered to the end of its repeat.
    private mutating func addRepeats() {
        let commands = fax.commands.filter(\.endsTurn)
        let repeats = Set(fax.remarks.lazy.filter { $0.name == "command-repeated" }.map(\.time))
        for (last, again) in zip(commands, commands.dropFirst()) where last.name == again.name {
            guard repeats.contains(again.time), last.direction == again.direction else { continue }
            add(.repeatedCommand, "\(again.name) again", last.end, again.end, [last.frame, again.frame])
        }
    }

    /// Page data at less than the first rate.
    private mutating func addRate(_ firstRateBps: Int) {
        for page in fax.distinctPages {
            guard let octets = page.octets, let rate = page.rateBps, rate > 0, rate < firstRateBps,
                let start = page.start
            else { continue }
            let bits = Double(octets) * 8
            let longer = bits / Double(rate) - bits / Double(firstRateBps)
            add(
                .lowerRate, "page \(page.number) at \(rate) bit/s", start, start + .seconds(longer),
                [page.firstFrame, page.lastFrame])
        }
    }
}
