import FaxReport
import Simulator

/// `--markdown`: what to put under a pull request: verdict, gates that did not pass, worst cells, T.38 against
/// pass-through.
public struct RegressionMarkdown: Sendable {
    enum Limit {
        static let gates = 20
        static let cells = 10
        static let comparisons = 12
    }

    private let report: RegressionReport

    public init(_ report: RegressionReport) { self.report = report }

    public var text: String {
        ([heading] + [gates, worst, carriages, notes].compactMap(\.self)).joined(separator: "\n")
    }

    private var heading: String {
        var lines = ["## \(report.headline)", "", "\(Markdown.escaped(report.suite)): \(report.totals)."]
        if let build = report.build { lines.append("Build: \(Markdown.code(build)).") }
        if let baseline = report.baseline { lines.append("Baseline: \(Markdown.code(baseline)).") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var gates: String? {
        let open = report.gatesByWeight.filter { $0.verdict != .passed }
        if open.isEmpty { return nil }
        let rows = open.prefix(Limit.gates).map { gate in
            let cell = gate.cell.flatMap { report.cells.indices.contains($0) ? report.cells[$0].name : nil }
            return [
                gate.verdict.rawValue, Markdown.escaped(gate.name), Markdown.escaped(cell ?? "the whole run"),
                Markdown.escaped(gate.rule), Markdown.escaped(gate.found),
            ]
        }
        return table("Gates that did not pass", ["", "gate", "cell", "asks for", "found"], rows, of: open.count)
    }

    private var worst: String? {
        let places = report.worstCells
        if places.isEmpty { return nil }
        let rows = places.prefix(Limit.cells).map { place in
            let cell = report.cells[place]
            return [
                Markdown.escaped(cell.name), Figures.rate(cell.calls), Figures.counts(cell.calls),
                Figures.interval(cell.calls),
                Markdown.escaped(cell.failures.prefix(2).map { "\($0.name) (\($0.count))" }.joined(separator: ", ")),
            ]
        }
        return table(
            "Worst cells", ["cell", "delivered", "calls", "95 % interval", "why not"], rows, of: places.count,
            numbers: [1, 2, 3])
    }

    /// Where they differ most.
    private var carriages: String? {
        let comparison = CarriageComparison(report.cells)
        guard let total = comparison.total else { return nil }
        let sorted = comparison.rows.enumerated().sorted { left, right in
            let (first, second) = (abs(left.element.difference ?? 0), abs(right.element.difference ?? 0))
            return first == second ? left.offset < right.offset : first > second
        }
        let rows = sorted.prefix(Limit.comparisons).map { _, row in
            [
                Markdown.escaped(row.document), Markdown.escaped(row.impairment), Figures.rate(row.t38),
                Figures.rate(row.passThrough), Figures.points(row.difference ?? 0),
            ]
        }
        let lead =
            "Under the same impairments T.38 delivered \(Figures.rate(total.t38)) (\(Figures.counts(total.t38))), "
            + "G.711 pass-through \(Figures.rate(total.passThrough)) (\(Figures.counts(total.passThrough)))."
        return table(
            "T.38 against G.711", lead: lead, ["document", "impairment", "T.38", "G.711", "points"], rows,
            of: comparison.rows.count, numbers: [2, 3, 4])
    }

    private var notes: String? {
        let notes = report.notes.map { "- " + Markdown.escaped($0) }
        let again = "The same run again: seed \(report.seed), " + Markdown.code(report.command, limit: 400) + "\n"
        return (notes + (notes.isEmpty ? [] : [""]) + [again]).joined(separator: "\n")
    }

    /// - Parameters:
    ///   - all: how many rows there are, of which the first are given.
    ///   - numbers: columns that stand to the right.
    private func table(
        _ title: String, lead: String? = nil, _ names: [String], _ rows: [[String]], of all: Int, numbers: [Int] = []
    ) -> String {
        var lines = ["### \(title)", ""]
        if let lead { lines += [lead, ""] }
        lines.append("| " + names.joined(separator: " | ") + " |")
        lines.append("|" + names.indices.map { numbers.contains($0) ? "---:" : "---" }.joined(separator: "|") + "|")
        lines += rows.map { "| " + $0.joined(separator: " | ") + " |" }
        if all > rows.count { lines += ["", "And \(all - rows.count) more."] }
        return lines.joined(separator: "\n") + "\n"
    }
}
