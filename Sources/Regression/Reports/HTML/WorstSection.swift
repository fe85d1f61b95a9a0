import FaxReport
import Foundation
import Simulator

/// Cells where most calls failed: why, and calls to look at, each with the command that runs it again.
struct WorstSection {
    let report: RegressionReport

    func write(to html: inout HTMLWriter) {
        let places = report.worstCells
        if places.isEmpty { return }
        html.part("worst", "Worst cells") { html in
            html.element("ol", ["class": "findings"]) { html in
                for place in places.prefix(RegressionPage.Limit.worstCells) { cell(place, &html) }
            }
            html.left(places.count - RegressionPage.Limit.worstCells, "cells with failed calls")
        }
    }

    private func cell(_ place: Int, _ html: inout HTMLWriter) {
        let cell = report.cells[place]
        html.element("li", ["class": "finding \(cell.verdict == .failed ? "error" : "warning")"]) {
            html in
            html.element("h4", [:]) { html in html.cellLink(place, cell.name) }
            html.element("p", ["class": "tags"]) { html in
                html.element("span", [:], "\(Figures.rate(cell.calls)) delivered")
                html.element("span", [:], Figures.counts(cell.calls))
                html.element("span", [:], "95 % interval \(Figures.interval(cell.calls))")
            }
            if !cell.failures.isEmpty { html.element("p", [:], Self.why(cell)) }
            for call in cell.worst.prefix(RegressionPage.Limit.worstCalls) { write(call, &html) }
        }
    }

    /// `Failed: 7 × t38-tcf-lost, 2 × unknown.`
    private static func why(_ cell: RegressionReport.Cell) -> String {
        "Failed: " + cell.failures.map { "\($0.count) × \($0.name)" }.joined(separator: ", ") + "."
    }

    private func write(_ call: RegressionReport.WorstCall, _ html: inout HTMLWriter) {
        html.element("div", ["class": "again"]) { html in
            html.element("p", [:]) { html in
                html.words("Seed \(call.seed): \(call.outcome)")
                if let cause = call.rootCause {
                    html.words(" ")
                    html.element("code", [:], cause)
                }
                link(call.capture, "capture", call, &html)
                link(call.page, "verdict", call, &html)
            }
            html.element("pre", ["class": "command"]) { html in html.element("code", [:], call.command) }
        }
    }

    private func link(
        _ path: String?, _ name: String, _ call: RegressionReport.WorstCall, _ html: inout HTMLWriter
    ) {
        guard let address = path.flatMap(Self.address) else { return }
        html.words(" · ")
        html.element("a", ["href": address, "aria-label": "\(name) of seed \(call.seed)"], name)
    }

    /// A path from the report's folder as the address of a link: a file and nothing else, whatever its name.
    static func address(_ path: String) -> String? {
        if path.isEmpty { return nil }
        var allowed = CharacterSet(charactersIn: "/-._~")
        allowed.formUnion(CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
        let name = path.addingPercentEncoding(withAllowedCharacters: allowed)
        return name.map { path.hasPrefix("/") ? "file://" + $0 : $0 }
    }
}
