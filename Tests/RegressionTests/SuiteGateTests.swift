import Foundation
import Regression
import Simulator
import Testing

/// Gates over trials that were made up, and over calls that were run.
@Suite struct SuiteGateTests {
    private static func trial(_ number: Int, _ isSuccess: Bool, durationMs: Int = 30_000) -> SuiteTrial {
        var trial = SuiteTrial(number: number, seed: UInt64(number), isSuccess: isSuccess)
        trial.durationMs = durationMs
        trial.failure = isSuccess ? nil : SuiteTrial.undiagnosed
        return trial
    }

    private static func cell(
        _ name: String, failing: Set<Int>, of count: Int, digest: String = "d", durationMs: Int = 30_000
    ) -> SuiteCellResult {
        let trials = (0..<count).map { trial($0, !failing.contains($0), durationMs: durationMs) }
        return SuiteCellResult(
            cell: SuiteCell(document: "d", path: name, impairment: "i", trials: count, digest: digest), trials: trials,
            isComplete: true, endedEarly: false)
    }

    private static func result(
        _ cells: [SuiteCellResult], gate: SuiteGate, baseline: [SuiteCellResult]? = nil
    ) -> SuiteResult {
        func made(_ cells: [SuiteCellResult], _ baseline: SuiteResult?) -> SuiteResult {
            SuiteResult(
                suite: "s", digest: "d", seed: 0, shard: nil, cells: cells, gates: [gate], pairs: [],
                baseline: baseline)
        }
        return made(cells, baseline.map { made($0, nil) })
    }

    @Test func `A limit fails only where it is shown to be broken`() {
        let gate = SuiteGate(name: "g", rule: .limit(0.9))
        // 10 % fail: just what is allowed. 25 of 100: the limit is broken.
        #expect(Self.result([Self.cell("a", failing: Set(0..<10), of: 100)], gate: gate).verdict == .passed)
        #expect(Self.result([Self.cell("a", failing: Set(0..<25), of: 100)], gate: gate).verdict == .regression)
        // Three calls tell nothing, unless that is not enough.
        let few = Self.cell("a", failing: [], of: 3)
        #expect(Self.result([few], gate: gate).gates.first?.verdict == .undecided)
        #expect(Self.result([few], gate: gate).verdict == .passed)
        var strict = gate
        strict.failsWhenUndecided = true
        #expect(Self.result([few], gate: strict).verdict == .regression)
    }

    @Test func `A call that took too long is not good`() {
        var gate = SuiteGate(name: "g", rule: .limit(0.9))
        gate.demand.within = .seconds(60)
        let fast = Self.cell("a", failing: [], of: 100, durationMs: 60_000)
        let slow = Self.cell("a", failing: [], of: 100, durationMs: 60_001)
        #expect(Self.result([fast], gate: gate).verdict == .passed)
        #expect(Self.result([slow], gate: gate).verdict == .regression)
    }

    @Test func `Against a baseline only pairs that differ count`() throws {
        let gate = SuiteGate(name: "g", rule: .baseline)
        let before = [Self.cell("a", failing: Set(0..<20), of: 100)]
        #expect(Self.result(before, gate: gate, baseline: before).verdict == .passed)
        // Four more failures: p = 1/16. Five: 1/32.
        let four = [Self.cell("a", failing: Set(0..<24), of: 100)]
        let five = [Self.cell("a", failing: Set(0..<25), of: 100)]
        #expect(Self.result(four, gate: gate, baseline: before).verdict == .passed)
        let failed = Self.result(five, gate: gate, baseline: before)
        #expect(failed.verdict == .regression)
        let p = try #require(failed.gates.first?.cells.first?.p)
        #expect(abs(p - 1.0 / 32) < 1e-9)
        // Of two cells Holm asks for half of the rate.
        let other = Self.cell("b", failing: [], of: 100)
        #expect(Self.result(five + [other], gate: gate, baseline: before + [other]).verdict == .passed)
    }

    @Test func `A baseline that does not fit is no pass`() {
        let gate = SuiteGate(name: "g", rule: .baseline)
        let now = [Self.cell("a", failing: [], of: 50)]
        #expect(Self.result(now, gate: gate).verdict == .unjudged)
        let changed = [Self.cell("a", failing: [], of: 50, digest: "other")]
        #expect(Self.result(now, gate: gate, baseline: changed).verdict == .unjudged)
        #expect(Self.result(now, gate: gate, baseline: [Self.cell("b", failing: [], of: 50)]).verdict == .unjudged)
        #expect(RegressRun.status(of: Self.result(now, gate: gate)) == .couldNotRun)
    }

    private static let sequential = """
        name: small
        trials: 200
        documents: {slip: {rows: 60}}
        paths: {t38: {}}
        impairments: {IMPAIRMENT}
        gates:
          - {name: early, sequential: {good: 95%, bad: 60%}}
        """

    @Test(arguments: [("clean: {}", RegressRun.Status.passed), ("dead: {block: \"@page\"}", .regression)])
    func `A sequential gate ends a cell as soon as it can tell`(
        _ impairment: String, _ status: RegressRun.Status
    ) throws {
        let text = Self.sequential.replacingOccurrences(of: "IMPAIRMENT", with: impairment)
        let one = try SuiteRunTests.run(text) { $0.runner.trials.jobs = 1 }
        let two = try SuiteRunTests.run(text) { $0.runner.trials.jobs = 2 }
        #expect(one.status == status)
        #expect(one.result == two.result)
        let cell = try #require(one.result?.cells.first)
        #expect(cell.endedEarly && cell.isComplete)
        #expect(cell.trials.count < 32)
        let parts = try (1...2).map { number in
            let part = try SuiteRunTests.run(text) { $0.runner.shard = SuiteResult.Shard(number: number, count: 2) }
            return try #require(part.result)
        }
        #expect(try SuiteMerge(parts).merge(baseline: nil) == one.result)
    }

    @Test func `Paths are compared trial by trial`() throws {
        let text = """
            name: pair
            trials: 12
            documents: {slip: {rows: 60}}
            paths: {good: {redundancy: 3}, bare: {redundancy: 0, ecm: false}}
            impairments: {loss: {loss: 8%}}
            """
        let comparison = try #require(try SuiteRunTests.run(text).result?.comparisons.first)
        #expect(comparison.first == "good" && comparison.second == "bare")
        #expect(comparison.outcomes.pairs == 12)
        #expect(comparison.outcomes.onlyFirst > comparison.outcomes.onlySecond)
    }
}
