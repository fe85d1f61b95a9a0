import FaxCore

/// Where the time of a fax went.
enum TimeRules {
    static let rules: [Rule] = [Rule(["excess-time": .remark], once: excess)]
    /// Seconds of silence beyond what T.30 needs that are worth a line.
    private static let waiting = 10.0

    private static func excess(_ facts: CallFacts) -> Finding? {
        guard facts.fax.pages.contains(where: { $0.confirmedBy != nil }),
            let budget = TimeBudget(facts.call, facts.fax)
        else { return nil }
        let idle = budget.excess(.waiting).inSeconds
        guard idle > waiting || !budget.costs.isEmpty else { return nil }
        let total = TimeBudget.Kind.allCases.reduce(0.0) { $0 + budget.excess($1).inSeconds }
        let parts = TimeBudget.Kind.allCases.filter { budget.excess($0).inSeconds >= 0.5 }
            .sorted { budget.excess($0) > budget.excess($1) }
            .map { "\($0.inWords) \(budget.excess($0).inWords)" }
        let costs = budget.costs.prefix(4).map { "\($0.what) \($0.length.inWords)" }
        var because = "\(Duration.seconds(total).inWords) more than T.30 needs for these pages"
        if !parts.isEmpty { because += ": " + parts.joined(separator: ", ") }
        if !costs.isEmpty { because += ". What it was spent on: " + costs.joined(separator: ", ") }
        if budget.costs.count > 4 { because += " and \(budget.costs.count - 4) more" }
        return Finding(
            "excess-time", .t30, .note, .proof, "Call longer than it need be", because: because + ".",
            remedy: "Cut delay, loss and retries where the most time went.",
            measures: [
                .init("excess", (total * 10).rounded() / 10, "s"),
                .init("waiting", (idle * 10).rounded() / 10, "s", threshold: waiting),
            ], frames: budget.costs.flatMap(\.frames))
    }
}
