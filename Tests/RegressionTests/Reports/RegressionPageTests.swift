import Foundation
import FoundationXML
import Simulator
import Testing

@testable import Regression

/// The page as text; ``RegressionBrowserTests`` looks at it in a browser.
@Suite struct RegressionPageTests {
    @Test func `Every part stands there without any script`() throws {
        let html = RegressionPage(try SampleRun.report()).text
        for part in [
            "<h2 id=\"verdict-title\">Failed: 1 of 3 judgements failed</h2>", "id=\"gates\"", "id=\"matrix\"",
            "id=\"curves\"", "id=\"pairs\"", "id=\"worst\"", "id=\"cells\"", "href=\"#cell-8\"", "id=\"cell-8\"",
            "href=\"calls/cell-8-seed-12.pcapng\"", "faxprobe simulate --transport g711 --loss 5% --seed 12",
            "lang=\"en\"", "default-src &#39;none&#39;",
        ] {
            #expect(html.contains(part), "\(part)")
        }
    }

    @Test func `Links have targets`() throws {
        let html = RegressionPage(try SampleRun.report()).text
        let ids = html.matches(of: #/ id="([^"]+)"/#).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        let links = html.matches(of: #/ href="#([^"]+)"/#).map { String($0.1) }
        #expect(links.count > 10)
        for link in links { #expect(ids.contains(link), "\(link)") }
    }

    @Test func `Hostile text is text`() throws {
        let html = RegressionPage(try SampleRun.bitten()).text
        #expect(!html.contains("<script>alert(1)"))
        #expect(!html.contains("javascript:") && !html.contains("\u{202E}"))
    }

    @Test(arguments: [
        ("calls/a.pcapng", "calls/a.pcapng"), ("../x y.html", "../x%20y.html"), ("/tmp/a", "file:///tmp/a"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"), ("//host/x", "file:////host/x"), ("", nil),
        ("a?b#c", "a%3Fb%23c"),
    ])
    func `A link leads to a file`(_ path: String, _ address: String?) {
        #expect(WorstSection.address(path) == address)
    }

    @Test func `A run without cells is a page`() {
        let html = RegressionPage(RegressionReport(suite: "s", seed: 1, command: "x")).text
        #expect(html.contains("Measured: no gates are set") && !html.contains("id=\"matrix\""))
    }

    // MARK: - Curves

    private static func chart(_ report: RegressionReport) throws -> LossChart {
        try #require(CurveSection.charts(report.cells).first).chart
    }

    @Test func `A curve has a point for each loss, with its band`() throws {
        let chart = try Self.chart(SampleRun.report())
        #expect(chart.losses == [0, 1, 2, 5] && chart.curves.map(\.path) == ["t38", "g711"])
        #expect(chart.curves[1].points.map(\.calls.successes) == [100, 62, 31, 2])
        let drawing = try XMLDocument(xmlString: chart.drawing(label: "x"))
        #expect(try drawing.nodes(forXPath: "//path[contains(@class, 'band')]").count == 2)
        #expect(try drawing.nodes(forXPath: "//path[contains(@class, 'curve')]").count == 2)
        let titles = try drawing.nodes(forXPath: "//title").compactMap(\.stringValue)
        #expect(titles.contains("g711, loss 5 %: 2.0 % (2 of 100, 0.6 to 7.0 %)"))
    }

    @Test func `One value of loss makes no curve`() throws {
        let report = try SampleRun.report { $0.cells = Array($0.cells.prefix(2)) }
        #expect(CurveSection.charts(report.cells).isEmpty)
    }

    @Test func `Losses that are no percentage are not drawn`() throws {
        let report = try SampleRun.report {
            $0.cells[2].sweeps = [.init(lossPercent: .nan, others: "")]
            $0.cells[3].sweeps = [.init(lossPercent: -1, others: "")]
        }
        #expect(try Self.chart(report).losses == [0, 2, 5])
    }

    @Test(arguments: [(0.0, "0 %"), (0.5, "0.5 %"), (10, "10 %"), (0.125, "0.125 %")])
    func `Losses are named as short as they can be`(_ loss: Double, _ name: String) {
        #expect(LossChart.name(loss) == name)
    }
}
