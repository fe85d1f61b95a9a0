import FaxCore
import FaxReport

/// `--junit` of a device suite: a test case a cell. One that is not as expected, or broke since the baseline, is a failure; one that
/// could not be run is an error, and so is a device that could not be reached or be given its settings back.
public struct DeviceJUnit: Sendable {
    private let report: DeviceReport

    public init(_ report: DeviceReport) { self.report = report }

    public var text: String {
        let cases = report.run.outcomes.map(of) + report.run.problems.map(of)
        return JUnitPage(
            name: "faxprobe regress", suites: [JUnitPage.Suite(name: report.run.suite, cases: cases)]
        ).text
    }

    private func of(_ outcome: DeviceOutcome) -> JUnitPage.Case {
        JUnitPage.Case(
            group: "\(report.run.suite): \(outcome.cell.device)", name: outcome.cell.name,
            seconds: outcome.duration?.inSeconds ?? 0, verdict(outcome))
    }

    private func verdict(_ outcome: DeviceOutcome) -> JUnitPage.Verdict {
        let why = outcome.kind == .passed ? "the fax came through" : DeviceReport.why(outcome)
        let isExpected = report.isExpected(outcome)
        if outcome.kind == .notRun, !isExpected { return .error(type: "not run", message: why) }
        let told = why + (outcome.cause.map { " [\($0)]" } ?? "")
        if isExpected, !report.broken.contains(outcome.cell.name) { return .passed([told]) }
        let type = outcome.kind == .passed ? "passed unexpectedly" : "failed"
        return .failed(type: type, message: why, lines: [told])
    }

    private func of(_ problem: String) -> JUnitPage.Case {
        JUnitPage.Case(
            group: "\(report.run.suite): devices", name: "reached, and left as they were",
            .error(type: "device", message: problem))
    }
}
