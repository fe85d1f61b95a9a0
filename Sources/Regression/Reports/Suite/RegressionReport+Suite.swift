import FaxCore
import Simulator

extension RegressionReport {
    /// What a suite came to.
    /// - Parameters:
    ///   - baseline: what gates held it against, and how people call that.
    ///   - command: the command line of the run.
    public init(
        _ result: SuiteResult, of suite: Suite, baseline: (name: String, result: SuiteResult)?, command: String
    ) {
        self.init(suite: result.suite, seed: result.seed, command: command)
        self.baseline = baseline?.name
        isPart = !result.isComplete
        cells = SuiteCells(suite, baseline?.result).cells(result.cells)
        let places = Dictionary(cells.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
        for gate in result.gates {
            for judgement in gate.cells { add(Self.line(gate.gate, judgement, places[judgement.cell])) }
        }
        pairs = result.comparisons.map {
            PathPair(
                document: $0.document, impairment: $0.impairment, first: $0.first, second: $0.second,
                outcomes: $0.outcomes, p: $0.adjustedP)
        }
        notes = Self.notes(result)
    }

    private static func notes(_ result: SuiteResult) -> [String] {
        var notes: [String] = []
        if let shard = result.shard { notes.append("Shard \(shard.text) of the suite: judged when merged.") }
        let open = result.cells.count { !$0.isComplete }
        if open > 0, result.shard == nil { notes.append("\(Figures.count(open, "cell")) not run to the end.") }
        let early = result.cells.count(where: \.endedEarly)
        if early > 0 { notes.append("\(Figures.count(early, "cell")) ended early by a sequential gate.") }
        let violations = result.cells.reduce(0) { $0 + $1.trials.count { !$0.violations.isEmpty } }
        if violations > 0 {
            notes.append("\(Figures.count(violations, "call")) did what must not be, whatever the network does.")
        }
        return notes
    }

    private static func line(_ gate: SuiteGate, _ judgement: GateResult.CellJudgement, _ cell: Int?) -> GateLine {
        let good = Proportion(successes: judgement.good, tries: judgement.trials)
        let share = good?.share.map { " (\(Figures.percent($0)))" } ?? ""
        var found = ["\(judgement.good) of \(judgement.trials) good" + share]
        if let p = judgement.p { found.append("p = \(Figures.probability(p))") }
        if let difference = judgement.difference { found.append("\(Figures.points(difference)) points") }
        if let note = judgement.note { found.append(note) }
        var verdict = Verdict(judgement.verdict)
        if verdict == .undecided, gate.failsWhenUndecided {
            verdict = .failed
            found.append("undecided, which this gate takes for failed")
        }
        return GateLine(
            gate.name, cell: cell, rule: gate.ruleText, verdict: verdict, found: found.joined(separator: ", "))
    }
}

extension RegressionReport.Verdict {
    init(_ verdict: GateResult.Verdict) {
        switch verdict {
        case .passed: self = .passed
        case .failed: self = .failed
        case .undecided: self = .undecided
        case .unjudged: self = .unjudged
        }
    }
}
