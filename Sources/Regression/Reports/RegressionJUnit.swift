import FaxReport
import Simulator

/// `--junit`: a test case a gate, and one a cell that no gate is about, as continuous integration reads it. A gate that
/// stops the build is a failure, one that would need more calls
/// or has nothing to be held against is skipped. A cell without a gate is never a failure.
public struct RegressionJUnit: Sendable {
    private let report: RegressionReport

    public init(_ report: RegressionReport) { self.report = report }

    public var text: String {
        let cases = report.gates.map(of) + report.cells.filter { $0.verdict == nil }.map(of)
        return JUnitPage(
            name: "faxprobe regress", suites: [JUnitPage.Suite(name: report.suite, cases: cases)]
        ).text
    }

    private func of(_ gate: RegressionReport.GateLine) -> JUnitPage.Case {
        let cell = gate.cell.flatMap { report.cells.indices.contains($0) ? report.cells[$0] : nil }
        let message = "\(gate.rule): \(gate.found)"
        let lines = cell.map(lines) ?? []
        let verdict: JUnitPage.Verdict =
            switch gate.verdict {
            case .failed: .failed(type: "gate", message: message, lines: lines)
            case .undecided, .unjudged: .skipped(message: message)
            case .passed: .passed([message] + lines)
            }
        let name = [gate.name, cell?.name].compactMap(\.self).joined(separator: ": ")
        return JUnitPage.Case(group: report.suite + ": gates", name: name, verdict)
    }

    private func of(_ cell: RegressionReport.Cell) -> JUnitPage.Case {
        JUnitPage.Case(group: report.suite + ": cells", name: cell.name, .passed(lines(cell)))
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
}
