import FaxCore
import Foundation
import FoundationXML
import T30Analyzer
import Testing

@testable import FaxReport

@Suite struct ExportTests {
    static let nowhere = "/nonexistent/file"

    static func feed(_ export: some CallExport, _ calls: [AnalyzedCall], inputs: Int = 1) {
        for number in 0..<inputs {
            let source = ReportSource(
                number: number, files: ["sample.pcap"], prefix: inputs > 1 ? "file-\(number + 1)-" : "")
            for call in calls { export.add(call, of: source) }
            export.end(SampleCall.summary(), of: source)
        }
    }

    static func file() throws -> ExportFile { try ExportFile(path: nowhere, overwrites: false) }

    // MARK: - CSV

    static func csv(_ calls: [AnalyzedCall]) throws -> [[String]] {
        let export = CSVExport(try file()) { _ in }
        feed(export, calls)
        return rows(export.text)
    }

    /// Rows as RFC 4180 has them.
    static func rows(_ text: String) -> [[String]] {
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

    @Test func aCallIsALine() throws {
        let rows = try Self.csv([SampleCall.analyzed()])
        #expect(
            rows.count == 2 && rows[0] == CSVExport.columns.map(\.name) + CSVExport.columnsOfSeveralCalls
                && rows[1].count == rows[0].count)
        let call = Dictionary(zip(rows[0], rows[1])) { first, _ in first }
        for (name, value) in [
            ("file", "sample.pcap"), ("call", "1"), ("start_utc", "2026-11-21T03:32:35.325Z"), ("duration_s", "28.700"),
            ("outcome", "success"), ("sender_id", "'+1 555 0100"), ("pages_sent", "1"), ("bad_rows", "1"),
            ("ecm", "yes"),
            ("packets_lost", "13"), ("root_cause", ""), ("findings", "udptl-loss-repaired"),
        ] {
            #expect(call[name] == value, "\(name)")
        }
    }

    @Test func theSummaryIsTheSentence() throws {
        let place = try #require(CSVExport.columns.firstIndex { $0.name == "summary" })
        #expect(try Self.csv([SampleCall.analyzed()])[1][place] == OutcomeSentence.text(SampleCall.analyzed()))
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a,\"b\"", "\u{202E}x", "x\r\n=1", "|x", "%x"])
    func noCellIsAFormula(text: String) throws {
        let rows = try Self.csv([HTMLReportTests.bitten(text)])
        #expect(rows.count == 2 && rows[1].count == rows[0].count)
        for cell in rows[1] { #expect(!["=", "+", "-", "@", "|", "%", "\t", "\r"].contains(cell.first ?? " ")) }
    }

    /// Every column is explained.
    @Test func columnsAreDocumented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/exports.md"), encoding: .utf8)
        for name in CSVExport.columns.map(\.name) + CSVExport.columnsOfSeveralCalls {
            #expect(text.contains("`\(name)`"), "\(name)")
        }
    }

    // MARK: - JUnit

    final class Cases: NSObject, XMLParserDelegate {
        var elements: [(name: String, attributes: [String: String])] = []
        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements.append((name, attributes))
        }
    }

    static func junit(_ calls: [AnalyzedCall], inputs: Int = 1) throws -> Cases {
        let export = JUnitExport(try file()) { _ in }
        feed(export, calls, inputs: inputs)
        let cases = Cases()
        let parser = XMLParser(data: Data(export.text.utf8))
        parser.delegate = cases
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
        return cases
    }

    @Test func aFaxIsATestCase() throws {
        var calls = try HTMLReportTests.numbered(5)
        calls[1].fax.outcome = .failed
        calls[2].fax.outcome = .notFax
        calls[3].fax.outcome = .unknown
        calls[4].fax.outcome = .partial
        let cases = try Self.junit(calls.reversed(), inputs: 2)
        let names = cases.elements.map(\.name)
        let suite = ["testsuite", "testcase", "testcase", "failure", "testcase", "skipped", "testcase", "failure"]
        #expect(names == ["testsuites"] + suite + suite)
        #expect(cases.elements[0].attributes["tests"] == "8")
        #expect(cases.elements[1].attributes["failures"] == "2" && cases.elements[1].attributes["skipped"] == "1")
        #expect(cases.elements[4].attributes["message"]?.hasPrefix("Fax failed") == true)
    }

    @Test func hostileTextIsStillXML() throws {
        var call = try HTMLReportTests.bitten(HTMLReportTests.hostile + "]]>\u{FFFE}")
        call.fax.outcome = .failed
        let cases = try Self.junit([call])
        #expect(cases.elements.map(\.name) == ["testsuites", "testsuite", "testcase", "failure"])
    }

    // MARK: - Markdown

    static func markdown(_ calls: [AnalyzedCall]) throws -> String {
        let export = MarkdownExport(try file()) { _ in }
        feed(export, calls)
        return export.text
    }

    @Test func severalCallsHaveATable() throws {
        let text = try Self.markdown(HTMLReportTests.numbered(2).reversed())
        #expect(text.hasPrefix("# 2 calls: 2 delivered\n"))
        #expect(text.contains("| 1 | 2026-11-21 03:32:35 | delivered |") && text.contains("## Call 2: Fax delivered"))
        #expect(try !Self.markdown([SampleCall.analyzed()]).contains("| call |"))
    }

    @Test(arguments: [
        ("**x**", "\\*\\*x\\*\\*"), ("<b>", "&lt;b&gt;"), ("a|b", "a\\|b"), ("[x](y)", "\\[x\\](y)"),
        ("@team", "@<!-- -->team"),
        ("a@b", "a@b"), ("http://x", "http:<!-- -->//x"), ("x\ny", "x\\\\x0ay"),
    ])
    func textIsNoMarkup(text: String, escaped: String) {
        #expect(Markdown.escaped(text) == escaped)
    }

    @Test func noLineOfTheCaptureBeginsABlock() throws {
        let text = try Self.markdown([HTMLReportTests.bitten("x\n# heading\n| a | b |\n```")])
        let lines = text.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("# ") }.isEmpty)
        #expect(!lines.contains { $0.hasPrefix("| a |") } && !lines.contains { $0.hasPrefix("```") })
    }

    // MARK: - SARIF

    @Test func findingsAreResults() throws {
        let export = SARIFExport(try Self.file(), version: "1") { _ in }
        Self.feed(export, [try HTMLReportTests.bitten("</script>\u{0}")])
        let log = try #require(try JSONSerialization.jsonObject(with: Data(export.text.utf8)) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(result["ruleId"] as? String == "udptl-loss-repaired" && result["level"] as? String == "note")
        #expect(((result["properties"] as? [String: Any])?["frames"] as? [String]) == ["60", "61"])
        let driver = (run["tool"] as? [String: Any])?["driver"] as? [String: Any]
        #expect((driver?["rules"] as? [[String: Any]])?.map { $0["id"] as? String } == ["udptl-loss-repaired"])
    }

    @Test(arguments: [("a b#1.pcap", "a%20b%231.pcap"), ("/x/ü", "file:///x/%C3%BC"), ("-", "stdin")])
    func pathsAreReferences(path: String, uri: String) { #expect(SARIFExport.uri(path) == uri) }

    // MARK: - Files

    @Test func exportsAreNotWrittenOver() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = CSVExport(try ExportFile(path: path, overwrites: false)) { _ in }
        let second = CSVExport(try ExportFile(path: path, overwrites: false)) { _ in }
        try first.finish()
        #expect(throws: OutputFolder.Failure.self) { try second.finish() }
        #expect(throws: OutputFolder.Failure.self) { try ExportFile(path: path, overwrites: false) }
        try CSVExport(try ExportFile(path: path, overwrites: true)) { _ in }.finish()
        var written = ""
        try CSVExport(try ExportFile(path: "-", overwrites: false)) { written += $0 }.finish()
        #expect(written.hasPrefix("file,call,"))
    }
}
