import FaxReport
import Simulator

/// `--junit`: a test case a gate, and one a cell that no gate is about, as continuous integration reads it. A gate that
/// stops the build is a failure, one that would need more calls
/// or has nothing to be held against is skipped. A cell without a gate is never a failure.
public struct RegressionJUnit: Sendable {
    private struct Case {
        var group: String
        var name: String
        var verdict: RegressionReport.Verdict?
        var message: String
        var lines: [String]
    }

    private let report: RegressionReport

    public init(_ report: RegressionReport) { self.report = report }

    public var text: String {
        let cases = report.gates.map(of) + report.cells.indices.filter { report.cells[$0].verdict == nil }.map(of)
        let failures = cases.count { $0.verdict == .failed }
        let skipped = cases.count { $0.verdict == .undecided || $0.verdict == .unjudged }
        let totals =
            "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\" time=\"0.000\""
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"faxprobe regress\" \(totals)>\n"
            + "<testsuite name=\"\(escaped(report.suite))\" \(totals)>\n" + cases.map(element).joined()
            + "</testsuite>\n</testsuites>\n"
    }

    // MARK: - Cases

    private func of(_ gate: RegressionReport.GateLine) -> Case {
        let cell = gate.cell.flatMap { report.cells.indices.contains($0) ? report.cells[$0] : nil }
        return Case(
            group: report.suite + ": gates", name: [gate.name, cell?.name].compactMap(\.self).joined(separator: ": "),
            verdict: gate.verdict, message: "\(gate.rule): \(gate.found)", lines: cell.map(lines) ?? [])
    }

    private func of(_ place: Int) -> Case {
        let cell = report.cells[place]
        return Case(
            group: report.suite + ": cells", name: cell.name, verdict: nil,
            message: "", lines: lines(cell))
    }

    private func lines(_ cell: RegressionReport.Cell) -> [String] {
        let calls = cell.calls
        var lines = ["\(Figures.rate(calls)) (\(Figures.counts(calls))), 95 % interval \(Figures.interval(calls))"]
        lines += cell.failures.map { "\(Figures.count($0.count, "call")): \($0.name)" }
        if let other = cell.comparison {
            lines.append(
                "baseline: \(Figures.rate(other.calls)) (\(Figures.counts(other.calls))), \(other.lost) lost, \(other.won) won"
            )
        }
        return lines + cell.worst.prefix(3).map { "seed \($0.seed): \($0.outcome): \($0.command)" }
    }

    // MARK: - XML

    private func element(_ testCase: Case) -> String {
        let names = "classname=\"\(escaped(testCase.group))\" name=\"\(escaped(testCase.name))\""
        let start = "<testcase \(names) time=\"0.000\""
        let lines = testCase.lines.map(escaped).joined(separator: "\n")
        let message = escaped(testCase.message)
        switch testCase.verdict {
        case .failed:
            return "\(start)>\n<failure message=\"\(message)\" type=\"gate\">\(lines)</failure>\n</testcase>\n"
        case .undecided, .unjudged: return "\(start)>\n<skipped message=\"\(message)\"/>\n</testcase>\n"
        case .passed, nil:
            let output = ([message] + [lines]).filter { !$0.isEmpty }.joined(separator: "\n")
            return "\(start)>\n<system-out>\(output)</system-out>\n</testcase>\n"
        }
    }

    /// Characters of one text; what is longer is cut.
    private static let textLimit = 1_000

    private func escaped(_ text: String) -> String { MarkupText.escaped(text, limit: Self.textLimit) }
}
