import Simulator

/// Results of a suite for people: a line a cell, and what the gates say.
public struct SuiteText {
    private let result: SuiteResult

    public init(_ result: SuiteResult) { self.result = result }

    public var text: String {
        var lines = ["\(result.suite): \(result.trials) calls, \(result.successes) delivered"]
        let width = result.cells.map { $0.cell.name.count }.max() ?? 0
        lines += result.cells.filter { !$0.trials.isEmpty }.map { line($0, width) }
        for comparison in result.comparisons where comparison.adjustedP <= 0.05 { lines.append(line(comparison)) }
        for gate in result.gates where !gate.cells.isEmpty { lines += self.lines(gate) }
        lines.append(verdict)
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ result: SuiteCellResult, _ width: Int) -> String {
        let name = result.cell.name + String(repeating: " ", count: width - result.cell.name.count)
        var parts = ["\(result.successes) of \(result.trials.count)"]
        if let interval = result.interval {
            parts.append(
                "\(SimulationText.percent(interval.lowerBound)) to \(SimulationText.percent(interval.upperBound))")
        }
        if let duration = result.duration { parts.append("\((duration.median * 10).rounded() / 10) s") }
        parts += result.failureClasses.prefix(3).map { "\($0.count) × \($0.id)" }
        if result.endedEarly { parts.append("ended early") }
        if !result.isComplete { parts.append("not complete") }
        return "  \(name)  " + parts.joined(separator: ", ")
    }

    private func line(_ comparison: PathComparison) -> String {
        let outcomes = comparison.outcomes
        return "  \(comparison.document), \(comparison.impairment): \(comparison.first) alone delivered "
            + "\(outcomes.onlyFirst), \(comparison.second) alone \(outcomes.onlySecond) of \(outcomes.pairs) pairs"
    }

    private func lines(_ gate: GateResult) -> [String] {
        var lines = ["\(gate.verdict.rawValue.uppercased()): \(gate.gate.name) (\(gate.gate.ruleText))"]
        for cell in gate.cells where cell.verdict != .passed {
            var parts = ["\(cell.verdict.rawValue)", "\(cell.good) of \(cell.trials) good"]
            if let p = cell.p { parts.append("p = \((p * 10_000).rounded() / 10_000)") }
            if let note = cell.note { parts.append(note) }
            lines.append("  \(cell.cell): " + parts.joined(separator: ", "))
        }
        return lines
    }

    private var verdict: String {
        switch result.verdict {
        case .passed: "No regression."
        case .regression: "A regression."
        case .incomplete: result.shard.map { "Shard \($0.text): judged when merged." } ?? "Not complete: not judged."
        case .unjudged: "Not every gate could be judged."
        }
    }
}
