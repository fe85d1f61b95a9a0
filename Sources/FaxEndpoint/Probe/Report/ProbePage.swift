import FaxCore
import FaxReport

/// A probe's report as one file for a browser, in the style of the project's other reports.
public enum ProbePage {
    public static func text(_ report: ProbeReport) -> String {
        HTMLShell(style: style, script: script).text(title: "Probe of \(report.uri)") { html in
            html.element("a", ["class": "skip", "href": "#main"], "Skip to the report")
            banner(report, &html)
            html.element("main", ["id": "main"]) { html in
                verdict(report, &html)
                html.element("section", ["class": "part", "aria-labelledby": "steps"]) { html in
                    html.element("h3", ["id": "steps"], "Checklist")
                    html.element("ol", ["class": "checks"]) { html in
                        for step in report.steps { write(step, report, &html) }
                    }
                }
                calls(report, &html)
            }
            html.element("footer") { html in html.element("p", [:], "Made by faxprobe probe.") }
        }
    }

    private static let script = HTMLShell.script([
        HTMLShell.helpers, Array("$(\".tools\").append(theme.control());\n".utf8),
    ])

    private static let style = """

        .verdict.limited, .verdict.incomplete { border-color: var(--doubt); } .verdict.passed { border-color: var(--good); }
        .limited .outcome, .incomplete .outcome { color: var(--doubt); } .passed .outcome { color: var(--good); }
        .checks { list-style: none; margin: 0; padding: 0; }
        .check { display: grid; grid-template-columns: 7.5rem 1fr; gap: .1rem 1rem; padding: .55rem 0;
          border-bottom: 1px solid var(--line); }
        .check .state { font-weight: 600; white-space: nowrap; color: var(--soft); }
        .check.passed .state { color: var(--good); } .check.failed .state { color: var(--bad); }
        .check.unknown .state { color: var(--doubt); } .check p { margin: .1rem 0 0; font-size: .9rem; }
        .check h4 { font-weight: 600; margin: 0; } .check h4 span { font-weight: 400; } .check.not-reached h4,
        .check.not-applicable h4 { color: var(--soft); }
        .values { display: flex; flex-wrap: wrap; gap: .05rem 1.2rem; margin: .15rem 0 0; font-size: .9rem; }
        .values div { display: flex; gap: .4rem; } .values dt { color: var(--soft); } .values dd { margin: 0; }
        @media (max-width: 40rem) { .check { grid-template-columns: 1fr; } }
        @media print { .check { break-inside: avoid; } .tools { display: none; } }

        """

    private static func banner(_ report: ProbeReport, _ html: inout HTMLWriter) {
        html.element("header", ["class": "banner"]) { html in
            html.element("h1", [:]) { html in
                html.words("Probe")
                html.element("span", [:], report.uri + (report.peer.map { " at \($0)" } ?? ""))
            }
            html.element("nav", ["aria-label": "Report", "class": "tools"])
        }
    }

    private static func verdict(_ report: ProbeReport, _ html: inout HTMLWriter) {
        html.element("header", ["class": "verdict \(report.verdict.rawValue)"]) { html in
            html.element("p", ["class": "tags"]) { html in
                html.element("span", ["class": "outcome"], report.verdict.rawValue)
                for state in ProbeStep.State.allCases where report.count(state) > 0 {
                    html.element("span", [:], "\(report.count(state)) \(state.text)")
                }
            }
            html.element("h2", [:], report.sentence)
            if let remedy = report.remedy {
                html.element("p", ["class": "remedy"]) { html in
                    html.element("b", [:], "What to do: ")
                    html.words(remedy)
                }
            }
        }
    }

    private static func write(_ step: ProbeStep, _ report: ProbeReport, _ html: inout HTMLWriter) {
        html.element("li", ["class": "check \(step.state.rawValue)"]) { html in
            html.element("span", ["class": "state"], step.state.text)
            html.element("div") { html in
                html.element("h4") { html in
                    html.words(step.title)
                    if let reason = step.reason { html.element("span", [:], ": " + reason) }
                }
                values(step, &html)
                if let remedy = step.remedy { html.element("p", ["class": "remedy"], remedy) }
                if report.isRecorded, !step.frames.isEmpty {
                    html.element("p", ["class": "evidence"], "frames " + ProbeText.frames(step))
                }
            }
        }
    }

    private static func values(_ step: ProbeStep, _ html: inout HTMLWriter) {
        if step.values.isEmpty { return }
        html.element("dl", ["class": "values"]) { html in
            for value in step.values {
                html.element("div") { html in
                    html.element("dt", [:], value.name)
                    html.element("dd", [:], value.text)
                }
            }
        }
    }

    private static func calls(_ report: ProbeReport, _ html: inout HTMLWriter) {
        if report.calls.isEmpty { return }
        html.element("section", ["class": "part", "aria-labelledby": "calls"]) { html in
            html.element("h3", ["id": "calls"], "Calls")
            html.element("div", ["class": "wide"]) { html in
                html.element("table") { html in
                    html.element("thead") { html in
                        html.element("tr") { html in
                            for name in ["call", "what for", "outcome", "what became of it"] {
                                html.element("th", ["scope": "col"], name)
                            }
                        }
                    }
                    html.element("tbody") { html in
                        for call in report.calls { row(call, report, &html) }
                    }
                }
            }
        }
    }

    private static func row(_ call: ProbeReport.Call, _ report: ProbeReport, _ html: inout HTMLWriter) {
        html.element("tr") { html in
            html.element("td", [:], "\(call.number)")
            html.element("td", [:], call.title)
            html.element("td", [:], call.outcome)
            let frame = report.isRecorded ? call.firstFrame.map { " (from frame \($0.number))" } ?? "" : ""
            html.element("td", [:], call.sentence + frame)
        }
    }
}
