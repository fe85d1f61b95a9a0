import FaxCore
import Testing

@testable import Simulator

/// The rates of false alarms that gates promise, shown by simulation.
@Suite struct GateTests {
    private static let runs = 2000

    /// How many of the runs are true.
    private func share(_ seed: UInt64, runs: Int = runs, _ run: (inout SeededRandom) -> Bool) -> Int {
        var random = SeededRandom(seed: seed)
        return (0..<runs).count { _ in run(&random) }
    }

    private func calls(_ count: Int, _ rate: Double, _ random: inout SeededRandom) -> Proportion {
        let successes = (0..<count).count { _ in random.chance(rate) }
        return Proportion(successes: successes, tries: count) ?? Proportion.none
    }

    /// Pairs under the same traces: a share of them is hard for both builds alike, the rest each passes at its rate.
    private func pairs(
        _ count: Int, hard: Double, _ first: Double, _ second: Double, _ random: inout SeededRandom
    ) -> PairedOutcomes {
        var pairs = PairedOutcomes()
        for _ in 0..<count {
            let isHard = random.chance(hard)
            let (one, two) = (random.chance(first), random.chance(second))
            pairs.add(first: !isHard && one, second: !isHard && two)
        }
        return pairs
    }

    // MARK: Limit

    /// A build just at the limit is stopped no oftener than promised; so often as the law of its calls says.
    @Test(arguments: [(0.95, 100, 0.05), (0.99, 300, 0.05), (0.9, 50, 0.01)])
    func theLimitGateKeepsItsFalseAlarmRate(limit: Double, count: Int, rate: Double) throws {
        let gate = try #require(Gate(.limit(limit), falseAlarm: rate))
        let alarms = share(1) { gate.judge(calls(count, limit, &$0))?.verdict == .failed }
        let law = BinomialLaw(tries: count, probability: limit)
        let most = (0...count).last { law.atMost($0) <= rate } ?? -1
        #expect(law.atMost(most) <= rate)
        #expect(ModelStatistics.agrees(alarms, of: Self.runs, with: law.atMost(most)))
        #expect(!ModelStatistics.agrees(alarms, of: Self.runs, with: 3 * rate))
    }

    @Test func theLimitGateFindsBadBuilds() throws {
        let gate = try #require(Gate(.limit(0.95)))
        let found = share(2) { gate.judge(calls(200, 0.88, &$0))?.verdict == .failed }
        #expect(found > Self.runs * 9 / 10)
        let passed = share(3) { gate.judge(calls(200, 0.99, &$0))?.verdict == .passed }
        #expect(passed > Self.runs * 8 / 10)
    }

    @Test(arguments: [(58, 58, "undecided"), (59, 59, "passed"), (3, 10, "failed"), (0, 0, "undecided")])
    func theLimitGateSaysWhatItCannotTell(successes: Int, tries: Int, verdict: String) throws {
        let gate = try #require(Gate(.limit(0.95)))
        let calls = try #require(Proportion(successes: successes, tries: tries))
        #expect(gate.judge(calls)?.verdict.rawValue == verdict)
    }

    // MARK: Baseline

    @Test(arguments: [(200, 0.0, 0.95), (200, 0.1, 0.95), (100, 0.0, 0.7)])
    func theBaselineGateKeepsItsFalseAlarmRate(count: Int, hard: Double, rate: Double) throws {
        let gate = try #require(Gate(.baseline))
        let alarms = share(4) { gate.judge(pairs(count, hard: hard, rate, rate, &$0))?.verdict == .failed }
        // The exact test stays below its level; how far, the number of discordant pairs decides.
        #expect(Double(alarms) <= 0.05 * Double(Self.runs))
        #expect(alarms > 0)
    }

    @Test func theBaselineGateFindsWorseBuilds() throws {
        let gate = try #require(Gate(.baseline))
        let found = share(5) { gate.judge(pairs(200, hard: 0.1, 0.98, 0.88, &$0))?.verdict == .failed }
        #expect(found > Self.runs * 9 / 10)
        // A better one is never stopped.
        #expect(share(6) { gate.judge(pairs(200, hard: 0.1, 0.88, 0.98, &$0))?.verdict == .failed } == 0)
    }

    /// Pairs need fewer calls than two samples: at the same number of calls the interval of the difference still holds 0.
    @Test func pairsSeeMoreThanTwoSamples() throws {
        let gate = try #require(Gate(.baseline))
        let pairs = PairedOutcomes(bothSucceed: 80, onlyFirst: 8, onlySecond: 0, bothFail: 12)
        #expect(gate.judge(pairs)?.verdict == .failed)
        let one = try #require(Proportion(successes: 88, tries: 100))
        let two = try #require(Proportion(successes: 80, tries: 100))
        let difference = try #require(Proportion.difference(one, two))
        #expect(difference.interval.contains(0))
    }

    // MARK: Cells

    /// Twenty cells of equal builds: any alarm among them comes no oftener than promised, and would without Holm.
    @Test func manyCellsKeepTheFalseAlarmRate() throws {
        let gate = try #require(Gate(.baseline))
        var uncorrected = 0
        let alarms = share(7, runs: 1000) { random in
            let cells = (0..<20).map { _ in pairs(100, hard: 0, 0.7, 0.7, &random) }
            if cells.contains(where: { gate.judge($0)?.verdict == .failed }) { uncorrected += 1 }
            return gate.judge(cells)?.contains { $0.verdict == .failed } ?? false
        }
        #expect(Double(alarms) <= 0.05 * 1000 + 4 * 7)
        #expect(uncorrected > 300)
    }

    @Test func oneBadCellAmongManyIsFound() throws {
        let gate = try #require(Gate(.baseline))
        var cells = [PairedOutcomes](repeating: PairedOutcomes(bothSucceed: 90, onlyFirst: 2, onlySecond: 2), count: 19)
        cells.insert(PairedOutcomes(bothSucceed: 70, onlyFirst: 25, onlySecond: 1), at: 4)
        let verdicts = try #require(gate.judge(cells)).map(\.verdict)
        #expect(verdicts.indices.filter { verdicts[$0] == .failed } == [4])
    }

    @Test func gatesJudgeByTheirRuleOnly() throws {
        let limit = try #require(Gate(.limit(0.9)))
        let baseline = try #require(Gate(.baseline))
        #expect(limit.judge(PairedOutcomes(bothSucceed: 5)) == nil)
        #expect(baseline.judge(Proportion.none) == nil)
        #expect(baseline.judge(PairedOutcomes())?.verdict == .undecided)
        #expect(Gate(.limit(1)) == nil && Gate(.limit(0)) == nil)
        #expect(Gate(.baseline, falseAlarm: 0) == nil && Gate(.baseline, falseAlarm: 0.5) == nil)
    }

    // MARK: Sequential

    /// Both errors stay near what was asked for, and so does the number of calls.
    @Test(arguments: [(0.95, 0.85), (0.98, 0.90)])
    func theSequentialTestKeepsItsErrors(good: Double, bad: Double) throws {
        let test = try #require(SequentialTest(good: good, bad: bad, maximumCalls: 2000))
        func decisions(_ rate: Double, _ seed: UInt64) -> (bad: Int, calls: Double) {
            var random = SeededRandom(seed: seed)
            var (found, calls) = (0, 0)
            for _ in 0..<Self.runs {
                var test = test
                while test.decision == .open { test.add(succeeded: random.chance(rate)) }
                if test.decision == .bad { found += 1 }
                calls += test.calls
            }
            return (found, Double(calls) / Double(Self.runs))
        }
        let (ofGood, ofBad) = (decisions(good, 8), decisions(bad, 9))
        // Wald: the errors are at most α/(1 - β) and β/(1 - α).
        #expect(Double(ofGood.bad) / Double(Self.runs) < 0.05 / 0.9)
        #expect(Double(Self.runs - ofBad.bad) / Double(Self.runs) < 0.1 / 0.95)
        #expect(ofGood.calls < 1.35 * test.meanCallsWhenGood && ofGood.calls > 0.9 * test.meanCallsWhenGood)
        #expect(ofBad.calls < 1.35 * test.meanCallsWhenBad && ofBad.calls > 0.9 * test.meanCallsWhenBad)
    }
}

extension Proportion {
    /// Zero of zero.
    fileprivate static var none: Proportion {
        guard let none = Proportion(successes: 0, tries: 0) else { preconditionFailure("0 of 0 is a proportion") }
        return none
    }
}
