import FaxReport
import Simulator

/// Success rates over random loss: a chart for each document and whatever else the network does, a curve a path.
struct CurveSection {
    let report: RegressionReport

    /// Cells that differ in path and loss alone.
    struct Family: Hashable {
        var document: String
        var others: String
    }

    func write(to html: inout HTMLWriter) {
        let charts = Self.charts(report.cells)
        if charts.isEmpty { return }
        html.part("curves", "Delivered calls over loss") { html in
            html.element(
                "p", ["class": "quiet"],
                "Bands: 95 % interval (Wilson) of each point. The scale of loss is that of its square root.")
            html.element("div", ["class": "charts"]) { html in
                for (number, chart) in charts.prefix(RegressionPage.Limit.curves).enumerated() {
                    write(chart, number + 1, &html)
                }
            }
            html.left(charts.count - RegressionPage.Limit.curves, "charts")
        }
    }

    /// Of every family with at least two values of loss.
    static func charts(_ cells: [RegressionReport.Cell]) -> [(family: Family, chart: LossChart)] {
        var order: [Family] = []
        var members: [Family: [LossChart.Member]] = [:]
        for cell in cells where cell.calls.tries > 0 {
            for sweep in cell.sweeps {
                let family = Family(document: cell.document, others: sweep.others)
                if members[family] == nil { order.append(family) }
                members[family, default: []].append(LossChart.Member(cell: cell, loss: sweep.lossPercent))
            }
        }
        return order.compactMap { family in
            let chart = LossChart(members[family] ?? [])
            return chart.losses.count < 2 ? nil : (family, chart)
        }
    }

    private func write(_ entry: (family: Family, chart: LossChart), _ number: Int, _ html: inout HTMLWriter) {
        let (family, chart) = entry
        let title = family.others.isEmpty ? family.document : "\(family.document), \(family.others)"
        html.element("figure", ["class": "chart"]) { html in
            html.element("figcaption") { html in html.element("b", [:], title) }
            html.element("div", ["class": "keys"]) { html in
                for (place, curve) in chart.curves.enumerated() {
                    html.element("span", ["class": "key"]) { html in
                        html.append(raw: chart.sample(of: place))
                        html.words(curve.path)
                    }
                }
            }
            html.append(raw: chart.drawing(label: "Share of delivered calls over loss: \(title). A table follows."))
            html.element("details") { html in
                html.element("summary", ["aria-label": "Figures of chart \(number)"], "Figures")
                table(chart, title, &html)
            }
            html.left(chart.leftOut, "paths")
        }
    }

    private func table(_ chart: LossChart, _ title: String, _ html: inout HTMLWriter) {
        let columns = ["loss#"] + chart.curves.map(\.path)
        html.table("Figures: \(title)", ["class": "figures"], columns) { html in
            for loss in chart.losses {
                html.element("tr") { html in
                    html.element("th", ["scope": "row", "class": "num"], LossChart.name(loss))
                    for curve in chart.curves {
                        let point = curve.points.first { $0.loss == loss }
                        html.element(
                            "td", [:], point.map { "\(Figures.rate($0.calls)) (\(Figures.interval($0.calls)))" } ?? "–")
                    }
                }
            }
        }
    }
}
