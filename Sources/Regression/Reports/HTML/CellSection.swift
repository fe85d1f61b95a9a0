import FaxReport
import Simulator

/// All cells in a table that can be sorted and filtered.
struct CellSection {
    let report: RegressionReport

    func write(to html: inout HTMLWriter) {
        if report.cells.isEmpty { return }
        html.part("cells", "All cells") { html in
            html.table("All cells", ["class": "calls", "id": "cell-table"], columns) { html in
                for place in report.cells.indices.prefix(RegressionPage.Limit.cells) { row(place, &html) }
            }
            html.left(report.cells.count - RegressionPage.Limit.cells, "cells")
        }
    }

    private var hasBaseline: Bool { report.cells.contains { $0.comparison != nil } }

    /// The first three are filters too.
    private var columns: [String] {
        ["document", "path", "impairment", "gate", "delivered#", "calls#", "95 % interval"]
            + (hasBaseline ? ["baseline#", "lost#", "won#"] : []) + metrics.map { "\($0.title), \($0.unit)#" }
            + ["why not"]
    }

    /// Of each metric the first that comes.
    private var metrics: [RegressionReport.Metric] {
        let all = report.cells.flatMap(\.metrics)
        return RegressionReport.distinct(all.map(\.id)).prefix(6).compactMap { id in all.first { $0.id == id } }
    }

    private func row(_ place: Int, _ html: inout HTMLWriter) {
        let cell = report.cells[place]
        let verdict = cell.verdict
        html.element(
            "tr", ["id": RegressionPage.anchor(ofCell: place), "data-gate": verdict?.rawValue ?? ""]
        ) { html in
            html.element("td", [:], cell.document)
            html.element("td", [:], cell.path)
            html.element("th", ["scope": "row"], cell.impairment)
            html.element("td", [:]) { html in html.verdict(verdict) }
            number(cell.calls.share, Figures.rate(cell.calls), &html)
            number(Double(cell.calls.tries), Figures.counts(cell.calls), &html)
            html.element("td", [:], Figures.interval(cell.calls))
            if hasBaseline { baseline(cell.comparison, &html) }
            for metric in metrics {
                let own = cell.metrics.first { $0.id == metric.id }
                number(own?.median, own.map(Self.text) ?? "–", &html)
            }
            let why = cell.failures.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")
            html.element("td", ["class": "what"], why)
        }
    }

    private func baseline(_ other: RegressionReport.Comparison?, _ html: inout HTMLWriter) {
        number(other?.calls.share, other.map { Figures.rate($0.calls) } ?? "–", &html)
        number(other.map { Double($0.lost) }, other.map { "\($0.lost)" } ?? "–", &html)
        number(other.map { Double($0.won) }, other.map { "\($0.won)" } ?? "–", &html)
    }

    /// Median, and what 95 % of the calls stay below.
    private static func text(_ metric: RegressionReport.Metric) -> String {
        "\(Figures.number(metric.median, digits: 1)) (≤ \(Figures.number(metric.high, digits: 1)))"
    }

    /// A cell by whose value rows are sorted; what is not known comes first.
    private func number(_ value: Double?, _ text: String, _ html: inout HTMLWriter) {
        let key = value.flatMap { Decimals.text($0, digits: 6) } ?? "-1"
        html.element("td", ["class": "num", "data-v": key], text)
    }
}
