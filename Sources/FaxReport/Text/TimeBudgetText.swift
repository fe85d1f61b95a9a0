import FaxCore
import T30Analyzer

/// Where the time of a fax went, as a table for people.
struct TimeBudgetText {
    let budget: TimeBudget

    /// Lines of the table, then what each mishap cost.
    var lines: [String] {
        var table = TextTable([("class", .left), ("actual/s", .right), ("optimum/s", .right), ("excess/s", .right)])
        for kind in TimeBudget.Kind.allCases where budget.actual(kind) > .zero || budget.optimum(kind) > .zero {
            table.rows.append([kind.inWords] + row(budget.actual(kind), budget.optimum(kind), budget.excess(kind)))
        }
        let all = TimeBudget.Kind.allCases
        table.rows.append(
            ["all"]
                + row(
                    budget.duration, all.reduce(.zero) { $0 + budget.optimum($1) },
                    all.reduce(.zero) { $0 + budget.excess($1) }))
        return table.lines(indent: 2) + throughput + costs
    }

    private func row(_ durations: Duration...) -> [String] { durations.map { Clock.seconds($0) } }

    private var throughput: [String] {
        guard let bps = budget.throughputBps else { return [] }
        return [
            "  \(budget.confirmedOctets) octets of image confirmed in \(Clock.seconds(budget.faxDuration)) s: "
                + "\(Int(bps.rounded())) bit/s"
        ]
    }

    private static let costLimit = 20

    private var costs: [String] {
        let shown = budget.costs.prefix(Self.costLimit).map { cost in
            "  \(Clock.seconds(cost.length)) s for \(TerminalText.harmless(cost.what))"
        }
        let more = budget.costs.count - shown.count
        return shown + (more > 0 ? ["  … \(more) more (all in --json)"] : [])
    }
}
