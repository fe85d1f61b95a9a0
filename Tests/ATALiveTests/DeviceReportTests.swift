import ATADrivers
import Foundation
import Testing

@testable import ATALive

@Suite("Reports of suites over devices")
struct DeviceReportTests {
    /// Four cells of one device: came through, failed as expected, failed, not run.
    private static func report(hostile: String = "the page was lost") throws -> DeviceReport {
        let suite = try DeviceSuiteReader().read(
            """
            name: of-all
            devices: {unit: {emulated: spa2102}}
            directions: receive
            settings: {t38.enable: [yes, no], t38.redundancy: [0, 3]}
            expect-failure: [{settings: {t38.enable: yes, t38.redundancy: 3}}]
            """)
        var run = DeviceRun(suite: suite.name)
        let kinds: [DeviceOutcome.Kind] = [.passed, .failed, .failed, .notRun]
        run.outcomes = zip(suite.cells, kinds).map { cell, kind in
            var outcome = DeviceOutcome(cell, kind, reason: kind == .passed ? nil : hostile)
            outcome.duration = kind == .notRun ? nil : .milliseconds(12_345)
            outcome.cause = kind == .failed ? "t38-tcf-lost" : nil
            return outcome
        }
        run.isWhole = true
        run.unexpected = run.outcomes.filter { ($0.kind != .passed) != suite.isExpectedToFail($0.cell) }.map(\.cell)
        return DeviceReport(run)
    }

    @Test func theHeadlineSaysWhatWasNotExpected() throws {
        let report = try Self.report()
        #expect(report.headline == "1 of 4 cells passed, 2 not as expected" && report.status == 1)
    }

    @Test func aTestCaseACell() throws {
        let text = DeviceJUnit(try Self.report()).text
        #expect(text.contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\"37.035\""))
        #expect(text.components(separatedBy: "<testcase ").count == 5 && text.contains("of-all: unit"))
        #expect(text.contains("<system-out>the page was lost [t38-tcf-lost]</system-out>"))
    }

    @Test func aRowACell() throws {
        let rows = DeviceCSV(try Self.report(hostile: "=cmd, \"x\"")).text.components(separatedBy: "\r\n")
        #expect(rows.count == 6 && rows[0].hasPrefix("suite,device,t38.enable,t38.redundancy,document,"))
        #expect(rows[1].hasPrefix("of-all,unit,yes,0,page,") && rows[1].contains(",passed,yes,,12.345,,1,,"))
        #expect(rows[2].contains(",failed,yes,") && rows[3].contains(",failed,no,") && rows[4].contains(",not-run,no,"))
        #expect(rows[2].hasSuffix("t38-tcf-lost,\"'=cmd, \"\"x\"\"\""))
    }

    @Test func whatMattersForAPullRequest() throws {
        let text = DeviceMarkdown(try Self.report()).text
        #expect(text.hasPrefix("## of-all: 1 of 4 cells passed"))
        #expect(
            text.contains("| 50 % | `t38.enable` | yes 1/2, no 0/2 |")
                && text.contains("Best: `t38.enable=yes t38.redundancy=0`"))
        #expect(text.contains("| failed | yes |") && text.contains("| not-run | **no** |"))
    }

    @Test func textFromOutsideStaysText() throws {
        let text = DevicePage(try Self.report(hostile: "</td><script>alert(1)</script>")).text
        #expect(!text.contains("<script>alert") && text.contains("&lt;script&gt;alert(1)"))
        #expect(text.contains("t38.enable, effect 50 %") && text.contains("✗ failed"))
        // The policy lets no other script or style run.
        #expect(text.contains("default-src &#39;none&#39;"))
    }
}
