import FaxCore
import FaxWire
import Foundation
import PcapDecode
import TestSupport
import Testing

@testable import FaxReport
@testable import T30Analyzer

/// What several calls or legs show, in the report for browsers and in the exports.
@Suite struct SeveralCallsReportTests {
    /// Four faxes between the same two, of which the second and third failed.
    private static func calls() throws -> [AnalyzedCall] {
        var calls = try HTMLReportTests.numbered(4)
        for place in [1, 2] { calls[place].fax.outcome = .failed }
        return calls
    }

    private static let found = CaptureFinding(
        Finding(
            id: "fallback-flip-flop", layer: .gateway, severity: .error, certainty: .strong, title: "By turns",
            because: "Now <so>, now so.", remedy: "Remember it.", frames: [SampleCall.frame(20), SampleCall.frame(90)]),
        calls: [2, 3])

    private static func summary(_ calls: [AnalyzedCall], _ findings: [CaptureFinding] = [found]) -> CaptureSummary {
        var history = CallHistory()
        for call in calls { _ = history.add(call) }
        var summary = SampleCall.summary()
        summary.calls = calls.count
        summary.pairs = history.rates
        summary.findings = findings
        return summary
    }

    private static func feed(
        _ export: some CallExport, _ calls: [AnalyzedCall], _ findings: [CaptureFinding] = [found]
    ) {
        let source = ReportSource(files: ["sample.pcap"])
        for call in calls { export.add(call, of: source) }
        export.end(summary(calls, findings), of: source)
    }

    // MARK: - HTML

    @Test func theOverviewTellsOfPairsAndOfCallsTogether() throws {
        let report = HTMLReport(try ExportTests.file())
        try Self.feed(report, Self.calls())
        let html = report.document()
        for part in [
            "What several calls or legs show", "Now &lt;so&gt;, now so.", "<a href=\"#call-2\">2</a>",
            "<a href=\"#call-3\">3</a>", "Faxes by caller and callee", "sometimes fails", "<td class=\"num\">4</td>",
        ] { #expect(html.contains(part), "\(part)") }
        let ids = html.matches(of: #/ id="([^"]+)"/#).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        let links = html.matches(of: #/ href="#([^"]+)"/#).map { String($0.1) }
        for link in links { #expect(ids.contains(link), "\(link)") }
        // Frame 20 is a step of the calls' ladders.
        #expect(links.contains { $0.hasPrefix("call-2-s") })
        // Told once: not at the foot as well.
        #expect(html.components(separatedBy: "Now &lt;so&gt;").count == 2)
    }

    @Test func oneCallHasNoOverview() throws {
        let report = HTMLReport(try ExportTests.file())
        try Self.feed(report, HTMLReportTests.numbered(1), [])
        #expect(!report.document().contains("Faxes by caller and callee"))
    }

    private func report(_ capture: String, _ change: @escaping (inout AnalyzedCall) -> Void = { _ in }) throws -> String
    {
        let report = HTMLReport(try ExportTests.file())
        let path = try Corpus.capture(capture).path
        let source = ReportSource(files: [path], hasFrames: false)
        var options = AnalysisRunner.Options()
        options.analyzer.describeFrames = true
        let summary = try AnalysisRunner(options).run(CaptureInput(path: path)) { call in
            var call = call
            change(&call)
            report.add(call, of: source)
        }
        report.end(summary, of: source)
        return report.document()
    }

    @Test func legsStandSideBySide() throws {
        let html = try report("16c-b2bua-t38-passthrough")
        #expect(html.components(separatedBy: "Capabilities on both legs").count == 3)
        for part in ["callee can", "caller chose", "call 2, DIS ", "call 1, DIS ", "call 1, DCS ", "call 2, DCS "] {
            #expect(html.contains(part), "\(part)")
        }
        #expect(!html.contains("the box changes"))
    }

    @Test func whatTheBoxTookAwayIsNamed() throws {
        let html = try report("16c-b2bua-t38-passthrough") { call in
            guard call.call.id == 1 else { return }
            for place in call.fax.messages.indices where call.fax.messages[place].name == "DIS" {
                for field in call.fax.messages[place].fields.indices
                where call.fax.messages[place].fields[field].name == "ecm" {
                    call.fax.messages[place].fields[field].value = .flag(false)
                }
            }
        }
        #expect(html.contains("the box changes DIS"))
    }

    @Test func twoCallsAreNoLegs() throws {
        #expect(try !report("22-two-faxes-plus-voice").contains("Capabilities on both legs"))
    }

    // MARK: - Exports

    @Test func csvTellsWhatOtherCallsShow() throws {
        let export = CSVExport(try ExportTests.file()) { _ in }
        try Self.feed(export, Self.calls())
        let rows = ExportTests.rows(export.text)
        #expect(rows.count == 5 && rows.allSatisfy { $0.count == rows[0].count })
        #expect(rows[1].suffix(4) == ["4", "2", "sometimes fails", ""])
        #expect(rows[2].suffix(4) == ["4", "2", "sometimes fails", "fallback-flip-flop"])
    }

    @Test func junitHasPairsAndFindings() throws {
        let export = JUnitExport(try ExportTests.file()) { _ in }
        try Self.feed(export, Self.calls())
        let text = export.text
        #expect(text.contains("tests=\"6\" failures=\"4\""))
        #expect(text.contains("type=\"sometimes fails\"") && text.contains("type=\"fallback-flip-flop\""))
        var note = Self.found
        note.finding.severity = .warning
        let gentle = JUnitExport(try ExportTests.file()) { _ in }
        try Self.feed(gentle, HTMLReportTests.numbered(2), [note])
        #expect(gentle.text.contains("tests=\"4\" failures=\"0\"") && gentle.text.contains("<system-out>warning: "))
    }

    @Test func sarifHasEachFindingOnce() throws {
        func results(_ calls: [AnalyzedCall]) throws -> (count: Int, pairs: Int, text: String) {
            let export = SARIFExport(try ExportTests.file(), version: "1") { _ in }
            Self.feed(export, calls)
            let log = try #require(
                JSONSerialization.jsonObject(with: Data(export.text.utf8)) as? [String: Any])
            let run = try #require((log["runs"] as? [[String: Any]])?.first)
            let results = try #require(run["results"] as? [[String: Any]])
            let pairs = (run["properties"] as? [String: Any])?["pairs"] as? [Any]
            return (results.count { $0["ruleId"] as? String == Self.found.finding.id }, pairs?.count ?? 0, export.text)
        }
        var calls = try Self.calls()
        let apart = try results(calls)
        #expect(apart.count == 1 && apart.pairs == 1)
        #expect(apart.text.contains("\"name\": \"call 2\"") && apart.text.contains("\"name\": \"call 3\""))
        // Both legs have it among their own: no third time.
        for place in [1, 2] { calls[place].findings.append(Self.found.finding) }
        #expect(try results(calls).count == 2)
    }

    @Test func markdownHasPairsAndFindings() throws {
        let export = MarkdownExport(try ExportTests.file()) { _ in }
        try Self.feed(export, Self.calls())
        #expect(export.text.contains("## What several calls or legs show (sample.pcap)"))
        #expect(export.text.contains("`fallback-flip-flop`, calls 2, 3): Now &lt;so&gt;"))
        #expect(export.text.contains("2 of 4 delivered, sometimes fails"))
    }
}
