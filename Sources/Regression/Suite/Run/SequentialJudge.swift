import Simulator

/// Wald's test over the trials of one cell, in the order of their numbers, however they were run. The false-alarm rate
/// of the gate is shared out among its cells (Bonferroni), so that it holds for all of them together.
struct SequentialJudge {
    private let demand: SuiteGate.Demand
    private let test: SequentialTest

    /// `nil` for gates of other rules and values that are no test.
    init?(_ gate: SuiteGate, cells: Int, trials: Int) {
        guard case .sequential(let good, let bad, let miss) = gate.rule,
            let test = SequentialTest(
                good: good, bad: bad, falseAlarm: gate.falseAlarm / Double(max(1, cells)), miss: miss,
                maximumCalls: trials)
        else { return nil }
        demand = gate.demand
        self.test = test
    }

    /// - Returns: the decision, how many calls were good, and after how many trials it fell; `used` is `nil` while it
    ///   is open.
    func judge(_ trials: [SuiteTrial]) -> (decision: SequentialTest.Decision, good: Int, used: Int?) {
        var test = test
        for trial in trials {
            if test.add(succeeded: demand.isMet(by: trial)) != .open { break }
        }
        let isOpen = test.decision == .open
        return (test.decision, test.calls - test.failures, isOpen ? nil : test.calls)
    }
}
