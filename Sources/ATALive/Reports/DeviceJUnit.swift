import FaxCore
import FaxReport

/// `--junit` of a device suite: a test case a cell. One that is not as expected, or broke since the baseline, is a failure; one that
/// could not be run is an error, and so is a device that could not be reached or be given its settings back.
public struct DeviceJUnit: Sendable {
    private let report: DeviceReport

    public init(_ report: DeviceReport) { self.report = report }

    private enum Verdict { case passed, failure, error }

    public var text: String {
        let outcomes = report.run.outcomes
        let verdicts = outcomes.map(verdict)
        let (failures, errors) = (
            verdicts.count { $0 == .failure }, verdicts.count { $0 == .error } + report.run.problems.count
        )
        let time = Decimals.text(outcomes.reduce(0) { $0 + ($1.duration?.inSeconds ?? 0) }, digits: 3) ?? "0"
        let totals =
            "tests=\"\(outcomes.count + report.run.problems.count)\" failures=\"\(failures)\" errors=\"\(errors)\" "
            + "skipped=\"0\" time=\"\(time)\""
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"faxprobe regress\" \(totals)>\n"
            + "<testsuite name=\"\(escaped(report.run.suite))\" \(totals)>\n"
            + zip(outcomes, verdicts).map(element).joined()
            + report.run.problems.map(element).joined() + "</testsuite>\n</testsuites>\n"
    }

    private func verdict(_ outcome: DeviceOutcome) -> Verdict {
        if outcome.kind == .notRun, !report.isExpected(outcome) { return .error }
        return report.isExpected(outcome) && !report.broken.contains(outcome.cell.name) ? .passed : .failure
    }

    private func element(_ outcome: DeviceOutcome, _ verdict: Verdict) -> String {
        let time = outcome.duration == nil ? "0.000" : DeviceFigures.seconds(outcome, digits: 3)
        let start = start(outcome.cell.device, outcome.cell.name, time)
        let why = outcome.kind == .passed ? "the fax came through" : DeviceReport.why(outcome)
        let message = escaped(why)
        let cause = outcome.cause.map { " [\(escaped($0))]" } ?? ""
        switch verdict {
        case .passed: return "\(start)>\n<system-out>\(message)\(cause)</system-out>\n</testcase>\n"
        case .failure:
            let type = outcome.kind == .passed ? "passed unexpectedly" : "failed"
            return
                "\(start)>\n<failure message=\"\(message)\" type=\"\(type)\">\(message)\(cause)</failure>\n</testcase>\n"
        case .error: return "\(start)>\n<error message=\"\(message)\" type=\"not run\"/>\n</testcase>\n"
        }
    }

    private func element(_ problem: String) -> String {
        "\(start("devices", "reached, and left as they were", "0.000"))>\n"
            + "<error message=\"\(escaped(problem))\" type=\"device\"/>\n</testcase>\n"
    }

    private func start(_ device: String, _ name: String, _ time: String) -> String {
        "<testcase classname=\"\(escaped("\(report.run.suite): \(device)"))\" name=\"\(escaped(name))\" time=\"\(time)\""
    }

    private func escaped(_ text: String) -> String { MarkupText.escaped(text, limit: 1_000) }
}
