import FaxCore
import FaxDSP
import Simulator
import Synchronization

/// Runs the trials of a plan, or a shard of them.
public struct SuiteRunner: Sendable {
    public var trials = TrialRunner()
    /// `nil`: all.
    public var shard: SuiteResult.Shard?

    private let suite: Suite
    private let plan: SuitePlan

    public init(_ suite: Suite, _ plan: SuitePlan) {
        self.suite = suite
        self.plan = plan
    }

    /// Trials by cell, as their place in the plan says, and number.
    public typealias Known = [Int: [Int: SuiteTrial]]

    /// What is left to do at most.
    public func due(_ known: Known) -> Int {
        plan.cells.indices.reduce(0) { count, cell in
            count + numbers(of: cell).count { known[cell]?[$0] == nil }
        }
    }

    /// Runs what is not known yet.
    /// - Parameter take: told of every trial, in an order that hangs on nothing but the plan; on one thread at a time.
    public func run(
        known: Known = [:], take: @Sendable (_ cell: Int, SuiteTrial) -> Void
    ) throws(MemoryFile.Failure) -> [SuiteCellResult] {
        var known = known
        var work = fixedWork(known)
        var reach = 0
        while true {
            reach += max(Self.block, reach / 4)
            work += sequentialWork(known, upTo: reach)
            try run(work, &known, take)
            let isMore = plan.cells.indices.contains { isOpen($0, known, from: reach) }
            if trials.shouldStop() || !isMore { break }
            work = []
        }
        return plan.cells.indices.map { result($0, known[$0] ?? [:]) }
    }

    /// Trials of a sequential cell that are run at least before its test is asked again: those beyond its decision are
    /// thrown away, and fewer leave threads idle.
    private static let block = 32

    // MARK: - What is whose

    private func gate(of cell: Int) -> SuiteGate? {
        suite.gates.first { $0.isSequential && $0.selection.contains(plan.cells[cell]) }
    }

    /// Trials of a cell that this shard has. A cell that may end early belongs to one shard as a whole.
    private func numbers(of cell: Int) -> [Int] {
        let all = 0..<plan.cells[cell].trials
        guard let shard else { return Array(all) }
        if gate(of: cell) != nil { return cell % shard.count == shard.number - 1 ? Array(all) : [] }
        return all.filter { ($0 + cell) % shard.count == shard.number - 1 }
    }

    private func fixedWork(_ known: Known) -> [Work] {
        plan.cells.indices.filter { gate(of: $0) == nil }.flatMap { work(of: $0, known, upTo: .max) }
    }

    private func sequentialWork(_ known: Known, upTo reach: Int) -> [Work] {
        plan.cells.indices.filter { isOpen($0, known, from: 0) }.flatMap { work(of: $0, known, upTo: reach) }
    }

    private func work(of cell: Int, _ known: Known, upTo reach: Int) -> [Work] {
        numbers(of: cell).filter { $0 < reach && known[cell]?[$0] == nil }.map { Work(cell: cell, trial: $0) }
    }

    // MARK: - Running

    private struct Work: Sendable {
        var cell: Int
        var trial: Int
    }

    private func run(
        _ work: [Work], _ known: inout Known, _ take: @Sendable (Int, SuiteTrial) -> Void
    ) throws(MemoryFile.Failure) {
        guard !work.isEmpty else { return }
        let found = Mutex<[(cell: Int, trial: SuiteTrial)]>([])
        let (scenarios, seed) = (plan.scenarios, suite.seed)
        try trials.run(count: work.count) {
            CallTrial(scenarios[work[$0].cell], seed: seed &+ UInt64(work[$0].trial))
        } take: { output in
            let item = work[output.record.number]
            let trial = SuiteTrial(output.record, number: item.trial)
            found.withLock { $0.append((item.cell, trial)) }
            take(item.cell, trial)
        }
        for (cell, trial) in found.withLock({ $0 }) { known[cell, default: [:]][trial.number] = trial }
    }

    // MARK: - Sequential cells

    /// A sequential cell of ours whose test has not decided, and that has trials from there on.
    private func isOpen(_ cell: Int, _ known: Known, from reach: Int) -> Bool {
        guard gate(of: cell) != nil, numbers(of: cell).contains(where: { $0 >= reach }) else { return false }
        return decided(cell, Self.prefix(known[cell] ?? [:])) == nil
    }

    /// How many trials the test needed; `nil`: it needs more.
    private func decided(_ cell: Int, _ trials: [SuiteTrial]) -> Int? {
        guard let gate = gate(of: cell) else { return nil }
        let share = plan.cells.count { gate.selection.contains($0) }
        return SequentialJudge(gate, cells: share, trials: plan.cells[cell].trials)?.judge(trials).used
    }

    /// From the first trial up to a gap.
    private static func prefix(_ trials: [Int: SuiteTrial]) -> [SuiteTrial] {
        var prefix: [SuiteTrial] = []
        while let next = trials[prefix.count] { prefix.append(next) }
        return prefix
    }

    private func result(_ cell: Int, _ known: [Int: SuiteTrial]) -> SuiteCellResult {
        let numbers = numbers(of: cell)
        if gate(of: cell) != nil, !numbers.isEmpty {
            let prefix = Self.prefix(known)
            let used = decided(cell, prefix)
            return SuiteCellResult(
                cell: plan.cells[cell], trials: Array(prefix.prefix(used ?? prefix.count)),
                isComplete: used != nil, endedEarly: (used ?? .max) < plan.cells[cell].trials)
        }
        let trials = numbers.compactMap { known[$0] }
        return SuiteCellResult(
            cell: plan.cells[cell], trials: trials, isComplete: trials.count == numbers.count, endedEarly: false)
    }
}
