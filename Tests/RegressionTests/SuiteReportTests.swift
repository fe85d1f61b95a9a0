import Foundation
import Simulator
import Testing

@testable import Regression

/// What reports make of a suite that was run.
@Suite struct SuiteReportTests {
    private static let text = """
        name: small
        documents: {slip: {rows: 60}}
        paths:
          bare: {transport: t38, redundancy: 0, ecm: false}
          t38: {transport: t38, redundancy: 3}
        impairments:
          clean: {}
          loss: {loss: 30%, loss-slot: 20ms}
        trials: 8
        gates:
          - {name: repair, success: 60%, path: t38, impairment: clean}
          - {name: bare, success: 90%, path: bare, impairment: loss}
          - {name: no worse, baseline: true, impairment: loss}
        """

    private static func suite(_ text: String = Self.text) throws -> Suite { try SuiteReader().read(text) }

    private static func result(_ text: String = Self.text, baseline: SuiteResult? = nil) throws -> SuiteResult {
        try #require(try SuiteRunTests.run(text) { $0.baseline = baseline }.result)
    }

    @Test func `Cells, gates and commands are those of the suite`() throws {
        let suite = try Self.suite()
        let result = try Self.result()
        let report = RegressionReport(result, of: suite, baseline: ("old.json", result), command: "again")
        #expect(report.cells.map(\.name) == result.cells.map(\.cell.name))
        #expect(report.cells.map(\.calls.tries) == [8, 8, 8, 8])
        #expect(report.gates.count == 1 + 1 + 2)
        #expect(report.verdict == .failed)
        let bare = try #require(report.cells.first { $0.name == "slip/bare/loss" })
        #expect(bare.verdict == .failed && bare.calls.successes < 8)
        #expect(bare.failures.reduce(0) { $0 + $1.count } == 8 - bare.calls.successes)
        #expect(bare.comparison?.lost == 0 && bare.comparison?.won == 0)
        let call = try #require(bare.worst.first)
        #expect(
            call.command
                == "faxprobe simulate --rows 60 --transport t38 --redundancy 0 --no-ecm --loss 30% --loss-slot 20ms "
                + "--seed \(call.seed)")
        let clean = try #require(report.cells.first { $0.name == "slip/t38/clean" })
        #expect(clean.sweeps == [.init(lossPercent: 0, others: "loss-slot 20ms")])
        #expect(clean.metrics.first?.id == "duration_s" && clean.metrics.first?.count == 8)
        #expect(CurveSection.charts(report.cells).count == 1)
    }

    /// A call that is run again for its capture is the same call.
    @Test func `Captures of the worst calls show them`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-calls-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let suite = try Self.suite()
        let reports = SuiteReports(suite, baseline: nil, command: "again")
        reports.calls = CallFolder(
            path: folder.appending(path: "calls").path, page: folder.appending(path: "report.html").path,
            overwrites: false)
        let report = reports.report(try Self.result())
        #expect(reports.failure == nil)
        let call = try #require(report.cells.first { $0.name == "slip/bare/loss" }?.worst.first)
        let capture = try #require(call.capture)
        #expect(capture.hasPrefix("calls/cell-") && capture.hasSuffix("-seed-\(call.seed).pcapng"))
        let octets = try Data(contentsOf: folder.appending(path: capture))
        #expect(octets.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) && octets.count > 10_000)
        let page = try String(contentsOf: folder.appending(path: call.page ?? ""), encoding: .utf8)
        #expect(page.contains("class=\"verdict failed\"") || page.contains("class=\"verdict partial\""))
        if let cause = call.rootCause { #expect(page.contains(cause)) }
    }

    @Test func `A baseline that lacks the cells is nothing to be held against`() throws {
        let suite = try Self.suite()
        let other = try Self.result(Self.text.replacing("rows: 60", with: "rows: 61"))
        let result = try Self.result(baseline: other)
        let report = RegressionReport(result, of: suite, baseline: ("old.json", other), command: "again")
        #expect(report.gates.filter { $0.verdict == .unjudged }.count == 2)
        #expect(report.cells.allSatisfy { $0.comparison == nil })
    }

    // MARK: - Parts

    @Test func `Impairments that differ in loss alone make a curve`() throws {
        let suite = try Self.suite(
            """
            name: x
            paths: {a: {}}
            impairments:
              clean: {delay: 60ms}
              one: {loss: 1%}
              burst: {loss: 3%, burst: 2}
              jitter: {jitter: 30ms}
              jittery: {jitter: 30ms, loss: 1%}
              forth: {loss: 1%, direction: forth}
            """)
        let sweep = LossSweep(suite.impairments)
        func places(_ name: String) -> [String] { sweep.sweeps(of: name).map { "\($0.lossPercent) \($0.others)" } }
        #expect(places("clean") == ["0.0 ", "0.0 burst 2"])
        #expect(places("one") == ["1.0 "])
        #expect(places("burst") == ["3.0 burst 2"])
        #expect(places("jitter") == ["0.0 jitter 30ms"])
        #expect(places("jittery") == ["1.0 jitter 30ms"])
        #expect(places("forth") == ["1.0 forth"])
        #expect(places("none") == [])
    }

    @Test(arguments: [
        ("a", "a"), ("60ms", "60ms"), ("1s@TCF", "1s@TCF"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"),
        ("$(x)", "'$(x)'"), ("é", "'é'"),
    ])
    func `Words are safe in a shell`(_ text: String, _ quoted: String) { #expect(CallCommand.quoted(text) == quoted) }

    @Test(arguments: [
        ("out/report.html", "out/calls/a.pcapng", "calls/a.pcapng"), ("report.html", "calls/a", "calls/a"),
        ("out/report.html", "calls/a", "../calls/a"), ("/a/b/r.html", "/a/c/d", "../c/d"),
        ("r.html", "./calls/../x", "x"),
    ])
    func `Links lead from the page to the capture`(_ page: String, _ file: String, _ way: String) {
        #expect(CallFolder.way(from: page, to: file) == way)
    }

    @Test func `A value that begins with a minus is no option`() throws {
        let suite = try Self.suite(
            "name: x\npaths: {a: {skew: -60ppm, faults: vad@caller}}\nimpairments: {c: {outage: [1s@TCF, 500ms@page], direction: back}}\n"
        )
        let command = CallCommand(
            document: suite.documents[0], path: suite.paths[0], impairment: suite.impairments[0])
        #expect(
            command.text(seed: 3)
                == "faxprobe simulate --transport t38 --skew=-60ppm --fault vad@caller --outage 1s@TCF --outage 500ms@page "
                + "--direction back --seed 3")
    }
}
