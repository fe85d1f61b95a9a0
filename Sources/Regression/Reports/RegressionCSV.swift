import FaxReport
import Simulator

/// `--csv`: a row a cell (RFC 4180), columns as `docs/regress-reports.md` tells them.
public struct RegressionCSV: Sendable {
    private let report: RegressionReport

    public init(_ report: RegressionReport) { self.report = report }

    static let columns = [
        "suite", "document", "path", "impairment", "carriage", "loss_percent", "calls", "delivered", "success_rate",
        "low", "high", "gate", "failures", "baseline_calls", "baseline_delivered", "lost", "won", "p",
    ]

    /// Behind the columns that every run has: median and 95 % bound of each metric, in order of appearance.
    private var metrics: [String] { RegressionReport.distinct(report.cells.flatMap { $0.metrics.map(\.id) }) }

    public var text: String {
        let metrics = metrics
        let names = Self.columns + metrics.flatMap { [$0 + "_median", $0 + "_p95"] }
        let rows = report.cells.indices.map { row($0, metrics) }
        return ([names] + rows).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private func row(_ place: Int, _ metrics: [String]) -> [String] {
        let cell = report.cells[place]
        let interval = cell.calls.tries > 0 ? cell.calls.wilson() : nil
        let other = cell.comparison
        let failures = cell.failures.map { "\($0.name) \($0.count)" }.joined(separator: "; ")
        return [
            CSVText.cell(report.suite), CSVText.cell(cell.document), CSVText.cell(cell.path),
            CSVText.cell(cell.impairment), cell.carriage.rawValue, decimal(cell.sweeps.first?.lossPercent, 3),
            "\(cell.calls.tries)", "\(cell.calls.successes)", decimal(cell.calls.share, 6),
            decimal(interval?.lowerBound, 6), decimal(interval?.upperBound, 6),
            cell.verdict?.rawValue ?? "", CSVText.cell(failures),
            whole(other?.calls.tries), whole(other?.calls.successes), whole(other?.lost), whole(other?.won),
            decimal(other?.p, 6),
        ]
            + metrics.flatMap { id -> [String] in
                let metric = cell.metrics.first { $0.id == id }
                return [decimal(metric?.median, 6), decimal(metric?.high, 6)]
            }
    }

    private func whole(_ number: Int?) -> String { number.map(String.init) ?? "" }
    private func decimal(_ value: Double?, _ digits: Int) -> String {
        value.flatMap { Decimals.text($0, digits: digits) } ?? ""
    }
}
