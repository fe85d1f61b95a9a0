import Simulator

/// What a suite came to. It holds nothing of the machine or the time of the run: the same suite gives the same result with
/// any number of jobs, and shards that were merged give that of the whole.
public struct SuiteResult: Sendable, Hashable {
    public static let schema = "faxprobe-regress/1"

    /// The part of a suite that one machine runs: `number` of `count`, from 1.
    public struct Shard: Sendable, Hashable {
        public let number: Int
        public let count: Int

        public static let limit = 10_000

        /// `nil` unless 1 ≤ number ≤ count ≤ ``limit``.
        public init?(number: Int, count: Int) {
            guard number >= 1, number <= count, count <= Self.limit else { return nil }
            self.number = number
            self.count = count
        }

        /// `2/8`.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
            self.init(number: number, count: count)
        }

        public var text: String { "\(number)/\(count)" }
    }

    public enum Verdict: String, Sendable, Hashable {
        /// No gate failed.
        case passed
        case regression
        /// A shard, or stopped before the end: gates are not judged.
        case incomplete
        /// A gate could not be judged: the baseline does not fit.
        case unjudged
    }

    public var suite: String
    /// Of all that the result depends on, apart from the program.
    public var digest: String
    public var seed: UInt64
    /// `nil`: the whole.
    public var shard: Shard?
    public var cells: [SuiteCellResult]
    /// Which paths are compared.
    public var pairs: [Suite.PathPair]
    /// Empty of a part.
    public var comparisons: [PathComparison]
    public var gates: [GateResult]

    public var trials: Int { cells.reduce(0) { $0 + $1.trials.count } }
    public var successes: Int { cells.reduce(0) { $0 + $1.successes } }
    /// Every trial that was planned has been run.
    public var isComplete: Bool { shard == nil && cells.allSatisfy(\.isComplete) }

    public var verdict: Verdict {
        guard isComplete else { return .incomplete }
        if gates.contains(where: { $0.verdict == .failed }) { return .regression }
        return gates.contains { $0.verdict == .unjudged } ? .unjudged : .passed
    }
}

/// One cell with its trials in order, and what they come to.
public struct SuiteCellResult: Sendable, Hashable {
    public var cell: SuiteCell
    /// By number. Of a shard, only those that were its own.
    public var trials: [SuiteTrial]
    /// All that were due have been run.
    public var isComplete: Bool
    /// A sequential gate ended it early.
    public var endedEarly: Bool

    public init(cell: SuiteCell, trials: [SuiteTrial], isComplete: Bool, endedEarly: Bool) {
        self.cell = cell
        self.trials = trials
        self.isComplete = isComplete
        self.endedEarly = endedEarly
    }

    /// Failures by class, the commonest first.
    public struct FailureClass: Sendable, Hashable {
        /// A finding's id, or ``SuiteTrial/unexplained``, ``SuiteTrial/undiagnosed``.
        public var id: String
        public var count: Int
        /// With which `faxprobe simulate` shows the first of them.
        public var firstSeed: UInt64
    }

    public var successes: Int { trials.count { $0.isSuccess } }
    public var failures: Int { trials.count - successes }

    public var proportion: Proportion? { Proportion(successes: successes, tries: trials.count) }
    /// Wilson's, of 95 %; `nil` without trials.
    public var interval: ClosedRange<Double>? { trials.isEmpty ? nil : proportion?.wilson() }

    /// Of successful calls, in seconds, from the first INVITE to when both had hung up.
    public var duration: Quantiles? { Quantiles(trials.filter(\.isSuccess).map { Double($0.durationMs) / 1_000 }) }
    /// Of successful calls, in bit/s.
    public var effectiveRate: Quantiles? { Quantiles(trials.filter(\.isSuccess).compactMap(\.effectiveBps)) }

    public func sum(_ figure: KeyPath<SuiteTrial, Int>) -> Int { trials.reduce(0) { $0 + $1[keyPath: figure] } }

    public var failureClasses: [FailureClass] {
        var classes: [FailureClass] = []
        for trial in trials {
            guard let id = trial.failure else { continue }
            if let place = classes.firstIndex(where: { $0.id == id }) {
                classes[place].count += 1
            } else {
                classes.append(FailureClass(id: id, count: 1, firstSeed: trial.seed))
            }
        }
        return classes.sorted { ($1.count, $0.id) < ($0.count, $1.id) }
    }
}

/// Two paths under the same impairment and seeds: McNemar's test.
public struct PathComparison: Sendable, Hashable {
    public var document: String
    public var impairment: String
    public var first: String
    public var second: String
    public var outcomes: PairedOutcomes
    /// Two-sided, exact; corrected by Holm over all comparisons of the suite.
    public var p: Double
    public var adjustedP: Double
}

/// A gate over its cells.
public struct GateResult: Sendable, Hashable {
    public enum Verdict: String, Sendable, Hashable {
        case passed, failed, undecided
        /// The baseline lacks it, or was made under other conditions.
        case unjudged
    }

    public struct CellJudgement: Sendable, Hashable {
        /// ``SuiteCell/name``.
        public var cell: String
        public var verdict: Verdict
        /// Calls that were good, of how many.
        public var good: Int
        public var trials: Int
        /// Corrected by Holm over the cells of the gate; `nil` of a sequential test.
        public var p: Double?
        /// Of the share of good calls.
        public var interval: ClosedRange<Double>?
        /// Share of good calls less that of the baseline.
        public var difference: Double?
        /// What else is to be said, for people.
        public var note: String?
    }

    public var gate: SuiteGate
    public var cells: [CellJudgement]

    /// That of the worst cell.
    public var verdict: Verdict {
        let found = Set(cells.map(\.verdict))
        if found.contains(.failed) || gate.failsWhenUndecided && found.contains(.undecided) { return .failed }
        if found.contains(.unjudged) { return .unjudged }
        return found.contains(.undecided) ? .undecided : .passed
    }
}
