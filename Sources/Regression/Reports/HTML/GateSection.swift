import FaxReport
import Simulator

/// What each gate asked for and found; those that stop the build first.
struct GateSection {
    let report: RegressionReport

    func write(to html: inout HTMLWriter) {
        let gates = report.gatesByWeight
        if gates.isEmpty { return }
        html.part("gates", "Gates") { html in
            html.table("Gates", ["class": "calls"], ["verdict", "gate", "cell", "asks for", "found"]) { html in
                for gate in gates.prefix(RegressionPage.Limit.gates) { row(gate, &html) }
            }
            html.left(gates.count - RegressionPage.Limit.gates, "gates")
        }
    }

    private func row(_ gate: RegressionReport.GateLine, _ html: inout HTMLWriter) {
        html.element("tr") { html in
            html.element("td", [:]) { html in html.verdict(gate.verdict) }
            html.element("th", ["scope": "row"], gate.name)
            html.element("td", ["class": "what"]) { html in
                if let place = gate.cell, report.cells.indices.contains(place) {
                    html.cellLink(place, report.cells[place].name)
                } else {
                    html.words("the whole run")
                }
            }
            html.element("td", ["class": "what"], gate.rule)
            html.element("td", ["class": "what"], gate.found)
        }
    }
}

extension HTMLWriter {
    /// To the cell's row in the list of all cells, where it has one.
    mutating func cellLink(_ place: Int, _ text: String) {
        if place >= RegressionPage.Limit.cells { return words(text) }
        element("a", ["href": "#" + RegressionPage.anchor(ofCell: place)], text)
    }
}
