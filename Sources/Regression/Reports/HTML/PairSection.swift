import FaxReport
import Simulator

/// Paths held against each other under the same seeds, those that differ most first.
struct PairSection {
    let report: RegressionReport

    func write(to html: inout HTMLWriter) {
        if report.pairs.isEmpty { return }
        html.part("pairs", "Paths against each other") { html in
            html.element(
                "p", ["class": "quiet"],
                "Both met the same network, call by call. p: McNemar's test, corrected for all rows (Holm).")
            let columns = [
                "document", "impairment", "first path", "second path", "calls#", "first alone#", "second alone#",
                "points#", "p#",
            ]
            html.table("Paths against each other", ["class": "calls"], columns) { html in
                for pair in sorted.prefix(RegressionPage.Limit.pairs) { row(pair, &html) }
            }
            html.left(report.pairs.count - RegressionPage.Limit.pairs, "pairs")
        }
    }

    private var sorted: [RegressionReport.PathPair] {
        report.pairs.enumerated().sorted { left, right in
            let (first, second) = (abs(left.element.points), abs(right.element.points))
            return first == second ? left.offset < right.offset : first > second
        }.map(\.element)
    }

    private func row(_ pair: RegressionReport.PathPair, _ html: inout HTMLWriter) {
        html.element("tr") { html in
            html.element("td", [:], pair.document)
            html.element("th", ["scope": "row"], pair.impairment)
            html.element("td", [:], pair.first)
            html.element("td", [:], pair.second)
            for count in [pair.outcomes.pairs, pair.outcomes.onlyFirst, pair.outcomes.onlySecond] {
                html.element("td", ["class": "num"], "\(count)")
            }
            html.element("td", ["class": "num"], Figures.points(pair.points))
            html.element("td", ["class": "num"], Figures.probability(pair.p))
        }
    }
}

extension RegressionReport.PathPair {
    /// Share of calls that the second path delivered less that of the first.
    fileprivate var points: Double { outcomes.difference ?? 0 }
}
