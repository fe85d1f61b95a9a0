import FaxCore
import T30Analyzer

/// Where the time of a fax went, and what each mishap cost.
struct TimeSection {
    let budget: TimeBudget
    let place: CallPlace

    /// Mishaps shown.
    static let costLimit = 40

    func write(to html: inout HTMLWriter) {
        let kinds = TimeBudget.Kind.allCases.filter { budget.actual($0) > .zero || budget.optimum($0) > .zero }
        let rows = kinds.map { kind -> [FigureTable.Cell] in
            [.text(kind.inWords)]
                + [budget.actual(kind), budget.optimum(kind), budget.excess(kind)].map { .text(Clock.seconds($0)) }
        }
        FigureTable(
            name: "Time by what it was spent on",
            columns: [.text(""), .number("took/s"), .number("at best/s"), .number("more than that/s")], rows: rows,
            place: place
        ).write(to: &html)
        if budget.costs.isEmpty { return }
        let costs = budget.costs.prefix(Self.costLimit).map { cost -> [FigureTable.Cell] in
            [.text(cost.what), .text(Clock.seconds(cost.length)), .frame(cost.frames.first)]
        }
        html.element("h4", [:], "What mishaps cost")
        FigureTable(
            name: "What mishaps cost", columns: [.text("for"), .number("s"), .number("frame")], rows: costs,
            place: place
        ).write(to: &html)
        let hidden = budget.costs.count - costs.count
        if hidden > 0 { html.element("p", ["class": "quiet"], "\(hidden) more.") }
    }
}
