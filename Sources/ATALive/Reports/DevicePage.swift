import ATADrivers
import FaxReport
import Regression

/// `--html` of a device suite: the verdict, which setting matters, and every cell; one file that needs nothing else, and no script.
public struct DevicePage: Sendable {
    private let report: DeviceReport

    private static let cellLimit = 5_000

    public init(_ report: DeviceReport) { self.report = report }

    public var text: String {
        let shell = HTMLShell(style: RegressionPage.style, script: HTMLShell.script([HTMLShell.helpers]))
        return shell.text(title: "\(report.run.suite): \(report.headline)") { html in
            html.element("a", ["class": "skip", "href": "#main"], "Skip to the report")
            html.element("header", ["class": "banner"]) { html in
                html.element("h1", [:]) { html in
                    html.words("Faxes over devices")
                    html.element("span", [:], report.run.suite)
                }
                html.element("nav", ["aria-label": "Report", "class": "tools"])
            }
            html.element("main", ["id": "main"]) { html in
                verdict(&html)
                for effects in report.effects { part(effects, &html) }
                cells(&html)
            }
            html.element("footer") { html in html.element("p", [:], "Made by faxprobe.") }
        }
    }

    private func verdict(_ html: inout HTMLWriter) {
        let style = report.status == 0 ? "success" : report.status == 1 ? "failed" : "partial"
        html.element("section", ["class": "verdict \(style)", "id": "verdict", "aria-labelledby": "verdict-title"]) {
            html in
            html.element("h2", ["id": "verdict-title"], report.headline)
            for (title, names) in [
                ("Broken since the baseline", report.broken), ("Mended since the baseline", report.mended),
                ("Not as expected", report.run.unexpected.map(\.name)), ("Problems", report.run.problems),
            ] where !names.isEmpty {
                html.element("p", ["class": "because"], title + ":")
                html.element("ul") { html in for name in names.prefix(50) { html.element("li", [:], name) } }
            }
        }
    }

    // MARK: - What matters

    private func part(_ effects: DeviceEffects, _ html: inout HTMLWriter) {
        html.part("device-\(place(of: effects.device) + 1)", "\(effects.device): what matters") { html in
            if effects.factors.isEmpty { html.element("p", ["class": "quiet"], "Nothing was varied.") }
            for factor in effects.factors { write(factor, &html) }
            let best = effects.best.map { "\(DeviceFigures.settings($0.settings)) (\($0.passed) of \($0.calls))" }
            html.element("p", [:]) { html in
                html.words("Best: ")
                html.element("code", [:], best ?? "none came through")
            }
        }
    }

    private func place(of device: String) -> Int { report.effects.firstIndex { $0.device == device } ?? 0 }

    private func write(_ factor: DeviceEffects.Factor, _ html: inout HTMLWriter) {
        html.table(
            factor.name, ["class": "matrix"],
            ["\(factor.name), effect \(DeviceFigures.percent(factor.effect))"] + factor.levels.map(\.value)
        ) { html in
            html.element("tr") { html in
                html.element("th", ["scope": "row"], "came through")
                for level in factor.levels {
                    html.element("td", ["class": "heat \(Self.heat(level.share))"]) { html in
                        html.words(DeviceFigures.percent(level.share))
                        html.element("span", ["class": "of"], "\(level.passed) of \(level.calls)")
                    }
                }
            }
        }
    }

    /// As matrices of simulated calls have it.
    private static func heat(_ share: Double) -> String {
        switch share {
        case 1...: "h4"
        case 0.95..<1: "h3"
        case 0.8..<0.95: "h2"
        case 0.5..<0.8: "h1"
        default: "h0"
        }
    }

    // MARK: - Cells

    private func cells(_ html: inout HTMLWriter) {
        html.part("cells", "All cells") { html in
            let settings = report.run.outcomes.first.map { $0.cell.settings.map(\.setting.rawValue) } ?? []
            html.table(
                "All cells", ["class": "calls"],
                ["outcome", "device"] + settings
                    + ["document", "impairment", "direction", "carried by", "rate#", "seconds#", "tries#", "why"]
            ) { html in
                for outcome in report.run.outcomes.prefix(Self.cellLimit) { row(outcome, &html) }
            }
            let more = report.run.outcomes.count - Self.cellLimit
            if more > 0 { html.element("p", ["class": "quiet"], "\(more) more are left out to keep this file small.") }
        }
    }

    private func row(_ outcome: DeviceOutcome, _ html: inout HTMLWriter) {
        let cell = outcome.cell
        html.element("tr") { html in
            html.element("td") { html in mark(outcome, &html) }
            html.element("th", ["scope": "row"], cell.device)
            for value in cell.settings { html.element("td", [:], value.value) }
            for text in [cell.document, cell.impairment, cell.direction.rawValue, DeviceFigures.carriage(outcome)] {
                html.element("td", [:], text)
            }
            let numbers = [
                outcome.rateBps.map(String.init) ?? "–", DeviceFigures.seconds(outcome, digits: 0), "\(outcome.tries)",
            ]
            for number in numbers { html.element("td", ["class": "num"], number) }
            html.element("td", ["class": "what"]) { html in
                html.words(outcome.kind == .passed ? "" : DeviceReport.why(outcome))
                if let cause = outcome.cause {
                    html.words(" ")
                    html.element("code", [:], cause)
                }
            }
        }
    }

    private func mark(_ outcome: DeviceOutcome, _ html: inout HTMLWriter) {
        let isExpected = report.isExpected(outcome)
        let style = outcome.kind == .passed ? "passed" : outcome.kind == .failed ? "failed" : "undecided"
        let sign = outcome.kind == .passed ? "✓" : outcome.kind == .failed ? "✗" : "?"
        html.element("span", ["class": "gate \(style)"], "\(sign) \(outcome.kind.rawValue)")
        let isToTell = outcome.kind != .passed || !isExpected
        if isToTell { html.element("span", ["class": "quiet"], isExpected ? " as expected" : " not expected") }
    }
}
