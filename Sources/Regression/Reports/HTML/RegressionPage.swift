import FaxReport
import Simulator

/// `--html`: the run in one file that needs nothing else. Without scripts everything reads as it stands; scripts add
/// sorting, filters and copying.
public struct RegressionPage: Sendable {
    enum Limit {
        /// Rows and columns of one matrix.
        static let rows = 100
        static let columns = 16
        static let curves = 24
        static let gates = 500
        static let pairs = 500
        static let worstCells = 12
        static let worstCalls = 3
        static let cells = 5_000
    }

    private let report: RegressionReport

    public init(_ report: RegressionReport) { self.report = report }

    public var text: String {
        let shell = HTMLShell(style: Self.style, script: Self.script)
        return shell.text(title: "\(report.headline) – \(report.suite)") { html in
            html.element("a", ["class": "skip", "href": "#main"], "Skip to the report")
            banner(&html)
            html.element("main", ["id": "main"]) { html in
                SummarySection(report: report).write(to: &html)
                GateSection(report: report).write(to: &html)
                MatrixSection(report: report).write(to: &html)
                CurveSection(report: report).write(to: &html)
                PairSection(report: report).write(to: &html)
                WorstSection(report: report).write(to: &html)
                CellSection(report: report).write(to: &html)
            }
            foot(&html)
        }
    }

    package static let style = String(decoding: PackageResources.regress_css, as: UTF8.self)
    private static let script = HTMLShell.script([HTMLShell.helpers, PackageResources.regress_js])

    private func banner(_ html: inout HTMLWriter) {
        html.element("header", ["class": "banner"]) { html in
            html.element("h1", [:]) { html in
                html.words("Regression of fax calls")
                html.element("span", [:], report.suite)
            }
            html.element("nav", ["aria-label": "Report", "class": "tools"])
        }
    }

    private func foot(_ html: inout HTMLWriter) {
        html.element("footer") { html in
            for note in report.notes { html.element("p", [:], note) }
            html.element("p", [:], "Made by faxprobe. The same suite and seed give the same calls.")
        }
    }

    /// The anchor of a cell in the list of all cells.
    static func anchor(ofCell place: Int) -> String { "cell-\(place + 1)" }
}

extension HTMLWriter {
    /// A part with its heading.
    package mutating func part(_ id: String, _ title: String, _ body: (inout HTMLWriter) -> Void) {
        element("section", ["class": "part", "id": id, "aria-labelledby": id + "-title"]) { html in
            html.element("h3", ["id": id + "-title"], title)
            body(&html)
        }
    }

    /// A table that may be wider than the page, with its column heads; a name that ends with `#` is a column of numbers.
    package mutating func table(
        _ label: String, _ attributes: Attributes, _ columns: [String], _ body: (inout HTMLWriter) -> Void
    ) {
        element("div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": label]) { html in
            html.element("table", attributes) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for name in columns {
                            let isNumber = name.hasSuffix("#")
                            html.element(
                                "th", ["scope": "col", "class": isNumber ? "num" : ""],
                                isNumber ? String(name.dropLast()) : name)
                        }
                    }
                }
                html.element("tbody") { html in body(&html) }
            }
        }
    }

    /// What a gate said, with a mark for eyes that do not tell colours.
    mutating func verdict(_ verdict: RegressionReport.Verdict?) {
        guard let verdict else { return element("span", ["class": "quiet"], "–") }
        let mark =
            switch verdict {
            case .passed: "✓"
            case .failed: "✗"
            case .undecided, .unjudged: "?"
            }
        element("span", ["class": "gate \(verdict.rawValue)"], "\(mark) \(verdict.rawValue)")
    }

    mutating func left(_ count: Int, _ what: String) {
        if count > 0 { element("p", ["class": "quiet"], "\(count) more \(what) are left out to keep this file small.") }
    }
}
