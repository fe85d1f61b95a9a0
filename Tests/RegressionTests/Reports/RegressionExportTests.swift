import Foundation
import FoundationXML
import Simulator
import Testing

@testable import Regression

@Suite struct RegressionExportTests {
    // MARK: - JUnit

    private static func xml(_ report: RegressionReport) throws -> XMLDocument {
        try XMLDocument(xmlString: RegressionJUnit(report).text)
    }

    private static func count(_ document: XMLDocument, _ path: String) throws -> Int {
        try document.nodes(forXPath: path).count
    }

    @Test func `A gate is a test case, and so is a cell without one`() throws {
        let document = try Self.xml(SampleRun.report())
        #expect(try Self.count(document, "//testcase") == 3 + 5)
        #expect(try Self.count(document, "//failure") == 1)
        #expect(try Self.count(document, "//skipped") == 1)
        let suite = try #require(try document.nodes(forXPath: "/testsuites/testsuite").first as? XMLElement)
        #expect(suite.attribute(forName: "tests")?.stringValue == "8")
        #expect(suite.attribute(forName: "failures")?.stringValue == "1")
        #expect(suite.attribute(forName: "skipped")?.stringValue == "1")
        let failure = try #require(try document.nodes(forXPath: "//failure").first as? XMLElement)
        #expect(failure.attribute(forName: "message")?.stringValue == "success at least 95 %: 2 of 100 good")
        let text = failure.stringValue ?? ""
        #expect(text.contains("90 calls: audio-loss") && text.contains("--seed 12"))
    }

    @Test func `A failing cell that no gate is about is no failure`() throws {
        var report = try SampleRun.report()
        report.cells[1].calls = try SampleRun.calls(0)
        #expect(try Self.count(Self.xml(report), "//failure") == 1)
    }

    @Test func `What has nothing to be held against is skipped`() throws {
        let report = try SampleRun.report {
            $0.add(.init("no worse", cell: 1, rule: "baseline", verdict: .unjudged, found: "no baseline was given"))
        }
        #expect(try Self.count(Self.xml(report), "//skipped") == 2)
    }

    @Test func `Hostile text is text in XML`() throws {
        let document = try Self.xml(SampleRun.bitten())
        #expect(try Self.count(document, "//script") == 0)
        #expect(try Self.count(document, "//testcase") == 1)
    }

    // MARK: - CSV

    /// Rows as RFC 4180 has them.
    private static func rows(_ text: String) -> [[String]] {
        var (rows, row, cell, isQuoted): ([[String]], [String], String, Bool) = ([], [], "", false)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: (row, cell) = (row + [cell], "")
            case "\r" where !isQuoted: break
            case "\n" where !isQuoted: (rows, row, cell) = (rows + [row + [cell]], [], "")
            default: cell.unicodeScalars.append(scalar)
            }
        }
        return rows
    }

    @Test func `A cell is a row`() throws {
        let rows = Self.rows(RegressionCSV(try SampleRun.report()).text)
        #expect(rows.count == 9)
        #expect(rows[0] == RegressionCSV.columns + ["duration_s_median", "duration_s_p95"])
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        let last = Dictionary(zip(rows[0], rows[8])) { first, _ in first }
        for (name, value) in [
            ("document", "letter"), ("path", "g711"), ("carriage", "G.711"), ("loss_percent", "5.000"),
            ("calls", "100"), ("delivered", "2"), ("success_rate", "0.020000"), ("gate", "failed"),
            ("failures", "audio-loss 90; unexplained 8"), ("baseline_calls", ""), ("duration_s_median", ""),
        ] {
            #expect(last[name] == value, "\(name)")
        }
        let first = Dictionary(zip(rows[0], rows[1])) { first, _ in first }
        #expect(first["won"] == "1" && first["duration_s_p95"] == "40.250000" && first["gate"] == "passed")
    }

    @Test(arguments: ["=1+1", "+1", "@SUM(A1)", "|x", "a,\"b\"", "x\r\n=1"])
    func `No cell is a formula`(_ text: String) throws {
        let report = try SampleRun.report { $0.cells[0].document = text }
        let rows = Self.rows(RegressionCSV(report).text)
        #expect(rows.count == 9 && rows[1].count == rows[0].count)
        for cell in rows[1] { #expect(!["=", "+", "@", "|", "%", "\t", "\r"].contains(cell.first ?? " ")) }
    }

    @Test func `Every column is documented`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let text = try String(contentsOf: root.appending(path: "docs/regress-reports.md"), encoding: .utf8)
        for column in RegressionCSV.columns { #expect(text.contains("`\(column)`"), "\(column)") }
    }

    // MARK: - Markdown

    @Test func `Markdown has the verdict, what did not pass, and T.38 against G.711`() throws {
        let text = RegressionMarkdown(try SampleRun.report()).text
        for part in [
            "## Failed: 1 of 3 judgements failed", "nightly: 8 cells, 800 calls, 584 delivered (73.0 %).",
            "| failed | audio | letter/g711/loss-5 | success at least 95 % | 2 of 100 good |",
            "| undecided | repair | letter/t38/loss-5 |", "### Worst cells", "### T.38 against G.711",
            "T.38 delivered 97.3 % (389 of 400), G.711 pass-through 48.8 % (195 of 400)",
            "| letter | loss-5 | 91.0 % | 2.0 % | +89.0 |", "`faxprobe regress nightly.yaml`",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("| passed |"))
    }

    @Test func `A run that passed has no table of gates`() throws {
        var report = RegressionReport(suite: "s", seed: 1, command: "x")
        report.cells = [try SampleRun.report().cells[0]]
        report.add(.init("repair", cell: 0, rule: "r", verdict: .passed, found: "f"))
        let text = RegressionMarkdown(report).text
        #expect(text.hasPrefix("## Passed: the one judgement passed\n"))
        #expect(!text.contains("###"))
    }

    @Test func `Hostile text is no markup in Markdown`() throws {
        let text = RegressionMarkdown(try SampleRun.bitten()).text
        #expect(!text.replacing(#/`[^`]*`/#, with: "").contains("<script"))
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    }

    // MARK: - Verdicts and figures

    @Test(arguments: [
        ([RegressionReport.Verdict.passed, .passed], "Passed: all 2 judgements passed"),
        ([.passed, .undecided], "Nothing failed: 1 of 2 judgements would need more calls"),
        ([.undecided, .unjudged], "Not judged: 1 of 2 judgements had nothing to hold against"),
        ([.unjudged, .failed], "Failed: 1 of 2 judgements failed"), ([], "Measured: no gates are set"),
    ])
    func `The worst gate is the verdict`(_ verdicts: [RegressionReport.Verdict], _ headline: String) {
        var report = RegressionReport(suite: "s", seed: 1, command: "x")
        for verdict in verdicts { report.add(.init("g", cell: nil, rule: "", verdict: verdict, found: "")) }
        #expect(report.headline == headline)
        report.isPart = true
        #expect(report.verdict == nil && report.headline.hasPrefix("Not complete"))
    }

    @Test(arguments: [
        (0.0, "0 %"), (1, "100 %"), (0.9999, "> 99.9 %"), (0.9994, "99.9 %"), (0.0001, "< 0.1 %"), (0.975, "97.5 %"),
    ])
    func `Only all is 100 % and only nothing 0 %`(_ share: Double, _ text: String) {
        #expect(Figures.percent(share) == text)
    }

    @Test(arguments: [(0.015, "+1.5"), (-0.015, "-1.5"), (0, "0.0"), (-0.0001, "0.0")])
    func `Points have their sign`(_ value: Double, _ text: String) { #expect(Figures.points(value) == text) }
}
