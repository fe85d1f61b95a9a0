import ATADrivers
import FaxReport

/// `--csv` of a device suite: a row a cell (RFC 4180), a column a setting that was varied.
public struct DeviceCSV: Sendable {
    private let report: DeviceReport

    public init(_ report: DeviceReport) { self.report = report }

    public var text: String {
        let settings = report.run.outcomes.first.map { $0.cell.settings.map(\.setting.rawValue) } ?? []
        let names =
            ["suite", "device"] + settings + [
                "document", "impairment", "direction", "outcome", "expected", "carried_by", "seconds", "rate_bps",
                "tries",
                "cause", "why",
            ]
        return ([names] + report.run.outcomes.map(row)).map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private func row(_ outcome: DeviceOutcome) -> [String] {
        let cell = outcome.cell
        return [CSVText.cell(report.run.suite), CSVText.cell(cell.device)]
            + cell.settings.map { CSVText.cell($0.value) }
            + [
                CSVText.cell(cell.document), CSVText.cell(cell.impairment), cell.direction.rawValue,
                outcome.kind.rawValue,
                report.isExpected(outcome) ? "yes" : "no", DeviceFigures.carriage(outcome),
                DeviceFigures.seconds(outcome, digits: 3), outcome.rateBps.map(String.init) ?? "", "\(outcome.tries)",
                CSVText.cell(outcome.cause ?? ""), CSVText.cell(DeviceReport.why(outcome)),
            ]
    }
}
