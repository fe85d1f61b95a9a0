import FaxReport
import Simulator

/// The verdict, and what was run.
struct SummarySection {
    let report: RegressionReport

    func write(to html: inout HTMLWriter) {
        html.element("section", ["class": "verdict \(style)", "id": "verdict", "aria-labelledby": "verdict-title"]) {
            html in
            html.element("h2", ["id": "verdict-title"], report.headline)
            html.element("p", ["class": "because"], report.totals + ".")
            if let line = carriages { html.element("p", ["class": "because"], line) }
            html.element("dl", ["class": "facts"]) { html in
                for (name, value) in facts {
                    html.element("div") { html in
                        html.element("dt", [:], name)
                        html.element("dd", [:], value)
                    }
                }
                html.element("div") { html in
                    html.element("dt", [:], "run again")
                    html.element("dd", [:]) { html in html.element("code", [:], report.command) }
                }
            }
        }
    }

    /// Named as the outcomes of calls are, for their colours.
    private var style: String {
        switch report.verdict {
        case .failed: "failed"
        case .undecided, .unjudged: "partial"
        case .passed: "success"
        case nil: "unknown"
        }
    }

    private var carriages: String? {
        guard let total = CarriageComparison(report.cells).total else { return nil }
        return "Under the same impairments T.38 delivered \(Figures.rate(total.t38)), "
            + "G.711 pass-through \(Figures.rate(total.passThrough))."
    }

    private var facts: [(String, String)] {
        var facts: [(String, String)] = []
        if let build = report.build { facts.append(("build", build)) }
        facts.append(("baseline", report.baseline ?? "none"))
        if let calls = report.calls, calls.tries > 0 { facts.append(("interval", Figures.interval(calls))) }
        facts.append(("seed", String(report.seed)))
        return facts
    }
}
