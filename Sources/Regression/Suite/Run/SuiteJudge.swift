import Simulator

/// Judges gates over the cells of a whole suite.
public struct SuiteJudge: Sendable {
    public let cells: [SuiteCellResult]
    /// Results of an earlier build.
    public let baseline: SuiteResult?

    public init(_ cells: [SuiteCellResult], baseline: SuiteResult?) {
        self.cells = cells
        self.baseline = baseline
    }

    public func judge(_ gate: SuiteGate) -> GateResult {
        let chosen = cells.filter { gate.selection.contains($0.cell) }
        let judged: [GateResult.CellJudgement] =
            switch gate.rule {
            case .limit(let least): limit(least, gate, chosen)
            case .baseline: paired(gate, chosen)
            case .sequential: chosen.map { sequential(gate, $0, cells: chosen.count) }
            }
        return GateResult(gate: gate, cells: judged)
    }

    private func good(_ gate: SuiteGate, _ result: SuiteCellResult) -> Int {
        result.trials.count { gate.demand.isMet(by: $0) }
    }

    private func limit(
        _ least: Double, _ gate: SuiteGate, _ chosen: [SuiteCellResult]
    ) -> [GateResult.CellJudgement] {
        let shares = chosen.compactMap { Proportion(successes: good(gate, $0), tries: $0.trials.count) }
        guard let test = Gate(.limit(least), falseAlarm: gate.falseAlarm), let judged = test.judge(shares) else {
            return chosen.map { unjudged($0, "the limit cannot be tested") }
        }
        return zip(chosen, judged).map { result, judgement in
            GateResult.CellJudgement(
                cell: result.cell.name, verdict: .init(judgement.verdict), good: good(gate, result),
                trials: result.trials.count, p: judgement.p, interval: judgement.interval)
        }
    }

    // MARK: - Baseline

    /// Holm's correction is over those cells that the baseline has.
    private func paired(_ gate: SuiteGate, _ chosen: [SuiteCellResult]) -> [GateResult.CellJudgement] {
        let matches = chosen.map { match($0, gate) }
        let pairs = matches.compactMap { if case .pairs(let pairs) = $0 { pairs } else { nil } }
        var judged = Gate(.baseline, falseAlarm: gate.falseAlarm)?.judge(pairs)?.makeIterator()
        return zip(chosen, matches).map { result, match in
            switch match {
            case .none(let why): return unjudged(result, why)
            case .pairs(let pairs):
                guard let judgement = judged?.next() else { return unjudged(result, "it cannot be tested") }
                return GateResult.CellJudgement(
                    cell: result.cell.name, verdict: .init(judgement.verdict), good: good(gate, result),
                    trials: result.trials.count, p: judgement.p, difference: judgement.difference,
                    note: "\(pairs.onlyFirst) lost, \(pairs.onlySecond) won of \(pairs.pairs) pairs")
            }
        }
    }

    private enum Match {
        case pairs(PairedOutcomes)
        case none(String)
    }

    private func match(_ result: SuiteCellResult, _ gate: SuiteGate) -> Match {
        guard let baseline else { return .none("no baseline was given") }
        guard let old = baseline.cells.first(where: { $0.cell.name == result.cell.name }) else {
            return .none("the baseline lacks this cell")
        }
        guard old.cell.digest == result.cell.digest else {
            return .none("the baseline was made under other conditions")
        }
        let before = Dictionary(old.trials.map { ($0.seed, $0) }) { first, _ in first }
        var pairs = PairedOutcomes()
        for trial in result.trials {
            guard let old = before[trial.seed] else { continue }
            pairs.add(first: gate.demand.isMet(by: old), second: gate.demand.isMet(by: trial))
        }
        return pairs.pairs > 0 ? .pairs(pairs) : .none("the baseline has none of its trials")
    }

    private func unjudged(_ result: SuiteCellResult, _ why: String) -> GateResult.CellJudgement {
        GateResult.CellJudgement(
            cell: result.cell.name, verdict: .unjudged, good: result.successes, trials: result.trials.count, note: why)
    }

    // MARK: - Sequential

    private func sequential(
        _ gate: SuiteGate, _ result: SuiteCellResult, cells: Int
    ) -> GateResult.CellJudgement {
        guard let judged = SequentialJudge(gate, cells: cells, trials: result.cell.trials)?.judge(result.trials) else {
            return unjudged(result, "the test cannot be made")
        }
        let verdict: GateResult.Verdict =
            switch judged.decision {
            case .good: .passed
            case .bad: .failed
            case .open, .truncated: .undecided
            }
        return GateResult.CellJudgement(
            cell: result.cell.name, verdict: verdict, good: judged.good, trials: result.trials.count,
            interval: Proportion(successes: judged.good, tries: result.trials.count)?.wilson(),
            note: "decided after \(judged.used ?? result.trials.count) calls")
    }
}

extension GateResult.Verdict {
    init(_ verdict: Gate.Verdict) {
        switch verdict {
        case .passed: self = .passed
        case .failed: self = .failed
        case .undecided: self = .undecided
        }
    }
}

/// Holds paths against each other, trial by trial of the same seed.
struct PathComparer {
    let cells: [SuiteCellResult]

    /// Both in the order of the cells; cells that ended early are left out, as that hangs on their outcomes.
    func comparisons(_ pairs: [Suite.PathPair]) -> [PathComparison] {
        var found: [PathComparison] = []
        for first in cells where !first.endedEarly {
            for pair in pairs where pair.first == first.cell.path {
                let second = cells.first {
                    $0.cell.path == pair.second && $0.cell.document == first.cell.document
                        && $0.cell.impairment == first.cell.impairment && !$0.endedEarly
                }
                if let second { found.append(comparison(first, second)) }
            }
        }
        for (place, p) in Holm.adjusted(found.map(\.p)).enumerated() { found[place].adjustedP = p }
        return found
    }

    private func comparison(_ first: SuiteCellResult, _ second: SuiteCellResult) -> PathComparison {
        let outcomes = Dictionary(second.trials.map { ($0.seed, $0.isSuccess) }) { first, _ in first }
        var pairs = PairedOutcomes()
        for trial in first.trials {
            if let other = outcomes[trial.seed] { pairs.add(first: trial.isSuccess, second: other) }
        }
        return PathComparison(
            document: first.cell.document, impairment: first.cell.impairment, first: first.cell.path,
            second: second.cell.path, outcomes: pairs, p: pairs.exactP, adjustedP: pairs.exactP)
    }
}

extension SuiteResult {
    /// A part is not judged.
    public init(
        suite: String, digest: String, seed: UInt64, shard: Shard?, cells: [SuiteCellResult], gates: [SuiteGate],
        pairs: [Suite.PathPair], baseline: SuiteResult?
    ) {
        self.suite = suite
        self.digest = digest
        self.seed = seed
        self.shard = shard
        self.cells = cells
        self.pairs = pairs
        let isWhole = shard == nil && cells.allSatisfy(\.isComplete)
        let judge = SuiteJudge(cells, baseline: baseline)
        self.gates = gates.map { isWhole ? judge.judge($0) : GateResult(gate: $0, cells: []) }
        comparisons = isWhole ? PathComparer(cells: cells).comparisons(pairs) : []
    }
}
