import FaxReport
import Simulator

/// Success rates at a glance: a table a document, a row an impairment, a column a path. The figure stands in each field;
/// its colour says the same once more.
struct MatrixSection {
    let report: RegressionReport

    func write(to html: inout HTMLWriter) {
        if report.cells.isEmpty { return }
        html.part("matrix", "Delivered calls") { html in
            legend(&html)
            let documents = RegressionReport.distinct(report.cells.map(\.document))
            let places = Dictionary(grouping: report.cells.indices) { report.cells[$0].document }
            for document in documents {
                matrix(document, places[document] ?? [], isOnly: documents.count == 1, &html)
            }
        }
    }

    private func legend(_ html: inout HTMLWriter) {
        html.element("p", ["class": "legend-line"]) { html in
            for band in Band.allCases {
                html.element("span", ["class": "heat \(band.style)"], band.text)
                html.words(" ")
            }
            html.element("span", ["class": "quiet"], "✗ a gate failed · ? a gate could not decide")
        }
    }

    private func matrix(_ document: String, _ places: [Int], isOnly: Bool, _ html: inout HTMLWriter) {
        let paths = RegressionReport.distinct(places.map { report.cells[$0].path })
        let impairments = RegressionReport.distinct(places.map { report.cells[$0].impairment })
        let byName = Dictionary(places.map { (Key(report.cells[$0]), $0) }) { first, _ in first }
        let shown = paths.prefix(RegressionPage.Limit.columns)
        if !isOnly { html.element("h4", [:], document) }
        html.table("Delivered calls of \(document)", ["class": "matrix"], ["impairment"] + shown) { html in
            for impairment in impairments.prefix(RegressionPage.Limit.rows) {
                html.element("tr") { html in
                    html.element("th", ["scope": "row"], impairment)
                    for path in shown { field(byName[Key(path: path, impairment: impairment)], &html) }
                }
            }
        }
        html.left(paths.count - shown.count, "paths")
        html.left(impairments.count - RegressionPage.Limit.rows, "impairments")
    }

    private struct Key: Hashable {
        var path: String
        var impairment: String

        init(path: String, impairment: String) {
            self.path = path
            self.impairment = impairment
        }

        init(_ cell: RegressionReport.Cell) { self.init(path: cell.path, impairment: cell.impairment) }
    }

    private func field(_ place: Int?, _ html: inout HTMLWriter) {
        guard let place, let band = Band(report.cells[place].calls) else {
            return html.element("td", ["class": "heat none"], "–")
        }
        let calls = report.cells[place].calls
        html.element("td", ["class": "heat \(band.style)"]) { html in
            html.cellLink(place, Figures.rate(calls))
            switch report.cells[place].verdict {
            case .failed: html.element("span", ["class": "sign", "title": "a gate failed"], " ✗")
            case .undecided, .unjudged:
                html.element("span", ["class": "sign", "title": "a gate could not decide"], " ?")
            case .passed, nil: break
            }
            html.element("span", ["class": "of"], Figures.counts(calls))
        }
    }

    /// Steps of the success rate.
    private enum Band: CaseIterable {
        case all, most, some, half, few

        init?(_ calls: Proportion) {
            guard let share = calls.share else { return nil }
            self = share >= 0.99 ? .all : share >= 0.95 ? .most : share >= 0.8 ? .some : share >= 0.5 ? .half : .few
        }

        var style: String {
            switch self {
            case .all: "h4"
            case .most: "h3"
            case .some: "h2"
            case .half: "h1"
            case .few: "h0"
            }
        }

        var text: String {
            switch self {
            case .all: "99 % and more"
            case .most: "95 %"
            case .some: "80 %"
            case .half: "50 %"
            case .few: "less"
            }
        }
    }
}
