import Foundation
import Testing

@testable import Simulator

/// Against figures of SciPy 1.17 and statsmodels.
@Suite struct StatisticsTests {
    struct IntervalRow: Sendable {
        var successes: Int
        var tries: Int
        var confidence: Double
        var wilson: (Double, Double)
        var exact: (Double, Double)

        init(_ successes: Int, _ tries: Int, _ confidence: Double, wilson: (Double, Double), exact: (Double, Double)) {
            self.successes = successes
            self.tries = tries
            self.confidence = confidence
            self.wilson = wilson
            self.exact = exact
        }
    }

    /// `binomtest(…).proportion_ci(…)`
    static let intervals = [
        IntervalRow(0, 10, 0.95, wilson: (0, 0.2775327999), exact: (0, 0.3084971078)),
        IntervalRow(1, 10, 0.99, wilson: (0.0118515034, 0.5072317712), exact: (0.0005011286, 0.5442870569)),
        IntervalRow(10, 10, 0.95, wilson: (0.7224672001, 1), exact: (0.6915028922, 1)),
        IntervalRow(19, 20, 0.95, wilson: (0.7638688066, 0.9911185512), exact: (0.7512672372, 0.9987349105)),
        IntervalRow(49, 50, 0.99, wilson: (0.8498864726, 0.9976475194), exact: (0.8605958754, 0.9998997542)),
        IntervalRow(95, 100, 0.95, wilson: (0.8882495308, 0.9784563208), exact: (0.8871650889, 0.9835681208)),
        IntervalRow(475, 500, 0.95, wilson: (0.9272318388, 0.9659062548), exact: (0.9270723783, 0.9673848199)),
        IntervalRow(2990, 3000, 0.99, wilson: (0.9926495888, 0.9984917046), exact: (0.9928809337, 0.9987599335)),
    ]

    @Test(arguments: intervals)
    func intervalsOfAShare(row: IntervalRow) throws {
        let share = try #require(Proportion(successes: row.successes, tries: row.tries))
        let wilson = share.wilson(confidence: row.confidence)
        let exact = share.exact(confidence: row.confidence)
        #expect(abs(wilson.lowerBound - row.wilson.0) < 1e-9 && abs(wilson.upperBound - row.wilson.1) < 1e-9)
        #expect(abs(exact.lowerBound - row.exact.0) < 1e-9 && abs(exact.upperBound - row.exact.1) < 1e-9)
    }

    @Test func sharesAreChecked() {
        #expect(Proportion(successes: 1, tries: 0) == nil)
        #expect(Proportion(successes: -1, tries: 1) == nil)
        #expect(Proportion(successes: 0, tries: Proportion.limit + 1) == nil)
        #expect(Proportion(successes: 0, tries: Proportion.limit) != nil)
        let nothing = Proportion(successes: 0, tries: 0)
        #expect(nothing?.share == nil && nothing?.wilson() == 0...1 && nothing?.exact() == 0...1)
    }

    /// n = ln(1 - C)/ln(P), rounded up.
    @Test(arguments: [(0.9, 29), (0.95, 59), (0.98, 149), (0.99, 299), (0.995, 598), (0.999, 2995)])
    func callsWithoutFailure(share: Double, calls: Int) {
        #expect(Proportion.triesWithoutFailure(toShow: share) == calls)
        let enough = Proportion(successes: calls, tries: calls)?.atLeast(error: 0.05) ?? 0
        let short = Proportion(successes: calls - 1, tries: calls - 1)?.atLeast(error: 0.05) ?? 1
        #expect(enough >= share && short < share)
    }

    /// `confint_proportions_2indep(…, method='newcomb')`
    @Test(arguments: [
        (95, 100, 90, 100, -0.12962420365148347, 0.026272869479874825),
        (99, 100, 95, 100, -0.10229683479273406, 0.012808937184152928),
        (56, 70, 48, 80, -0.33387265403690614, -0.05243147240236498),
        (0, 10, 10, 10, 0.6075093504305241, 1), (475, 500, 450, 500, -0.08344634070802978, -0.017406668734140256),
    ])
    func differenceOfTwoShares(_ row: (Int, Int, Int, Int, Double, Double)) throws {
        let first = try #require(Proportion(successes: row.0, tries: row.1))
        let second = try #require(Proportion(successes: row.2, tries: row.3))
        let difference = try #require(Proportion.difference(first, second))
        #expect(abs(difference.interval.lowerBound - row.4) < 1e-9)
        #expect(abs(difference.interval.upperBound - row.5) < 1e-9)
        #expect(abs(difference.estimate - (Double(row.2) / Double(row.3) - Double(row.0) / Double(row.1))) < 1e-12)
    }

    /// Pairs that only the first, only the second passed; exact and mid-p two-sided; the second worse, exact and mid-p.
    @Test(arguments: [
        (0, 0, 1, 1, 1, 1), (5, 0, 0.0625, 0.03125, 0.03125, 0.015625),
        (8, 1, 0.0390625, 0.021484375, 0.01953125, 0.0107421875), (5, 5, 1, 0.876953125, 0.623046875, 0.5),
        (12, 3, 0.03515625, 0.0212707519531, 0.017578125, 0.0106353759766),
        (25, 10, 0.0166738478001, 0.0113309841836, 0.00833692390006, 0.00566549209179),
        (50, 30, 0.0329926184265, 0.0256543579717, 0.0164963092132, 0.0128271789858),
        (260, 200, 0.0058839224731, 0.00514298630242, 0.00294196123655, 0.00257149315121),
    ])
    func mcNemar(_ row: (Int, Int, Double, Double, Double, Double)) {
        let pairs = PairedOutcomes(bothSucceed: 900, onlyFirst: row.0, onlySecond: row.1, bothFail: 3)
        #expect(abs(pairs.exactP - row.2) < 1e-9)
        #expect(abs(pairs.midP - row.3) < 1e-9)
        #expect(abs(pairs.exactPOfWorse - row.4) < 1e-9)
        #expect(abs(pairs.midPOfWorse - row.5) < 1e-9)
        let swapped = PairedOutcomes(onlyFirst: row.1, onlySecond: row.0)
        #expect(abs(swapped.exactP - row.2) < 1e-9)
        #expect(row.0 == row.1 || swapped.exactPOfWorse > 0.5)
    }

    @Test func pairsAreCounted() {
        var pairs = PairedOutcomes()
        for (first, second) in [(true, true), (true, false), (true, false), (false, true), (false, false)] {
            pairs.add(first: first, second: second)
        }
        #expect(pairs == PairedOutcomes(bothSucceed: 1, onlyFirst: 2, onlySecond: 1, bothFail: 1))
        #expect(pairs.difference == -0.2 && pairs.discordant == 3)
        #expect(PairedOutcomes().difference == nil)
    }

    /// `multipletests(…, method='holm')`
    @Test func holm() {
        let rows: [([Double], [Double])] = [
            ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
            ([0.5, 0.9, 0.2, 0.001, 0.02], [1, 1, 0.6, 0.005, 0.08]), ([0.3], [0.3]), ([], []),
        ]
        for (values, expected) in rows {
            #expect(zip(Holm.adjusted(values), expected).allSatisfy { abs($0 - $1) < 1e-12 })
        }
    }

    /// `numpy.quantile`
    @Test func quantiles() throws {
        let quantiles = try #require(Quantiles([3, 1, 4, 1, 5, 9, 2, 6]))
        for (share, expected) in [(0, 1), (0.1, 1), (0.25, 1.75), (0.5, 3.5), (0.9, 6.9), (0.95, 7.95), (1, 9)] {
            #expect(abs(quantiles.quantile(share) - expected) < 1e-12)
        }
        #expect(Quantiles([]) == nil && Quantiles([1, .nan]) == nil)
        // The median of ten values lies between the second and the ninth in 97.9 % of cases; of five, in no 95 %.
        #expect(Quantiles((1...10).map(Double.init))?.interval(of: 0.5) == 2...9)
        #expect(Quantiles([1, 2, 3, 4, 5])?.interval(of: 0.5) == nil)
    }

    /// `norm.ppf`
    @Test(arguments: [
        (1e-9, -5.9978070150076865), (1e-4, -3.7190164854556804), (0.025, -1.9599639845400545),
        (0.2, -0.8416212335729142), (0.5, 0), (0.9, 1.2815515655446004), (0.9999, 3.719016485455709),
    ])
    func normalQuantiles(share: Double, expected: Double) {
        #expect(abs(NormalLaw.quantile(share) - expected) < 1e-8)
        #expect(abs(NormalLaw.share(below: expected) - share) < 1e-12)
    }

    /// p0, p1, failures a call, lines, calls without failure for good, failures at once for bad, mean calls.
    @Test(arguments: [
        (0.99, 0.95, 0.02499, 1.364, 1.751, 55, 2, 81, 58), (0.99, 0.97, 0.01824, 2.012, 2.583, 111, 3, 216, 181),
        (0.98, 0.90, 0.05025, 1.329, 1.706, 27, 2, 39, 28), (0.95, 0.85, 0.09193, 1.861, 2.389, 21, 3, 39, 34),
        (0.90, 0.80, 0.14524, 2.776, 3.564, 20, 5, 54, 54),
    ])
    func sequentialTestHasWaldsLines(
        _ row: (Double, Double, Double, Double, Double, Int, Int, Int, Int)
    ) throws {
        let test = try #require(SequentialTest(good: row.0, bad: row.1))
        #expect(abs(test.slope - row.2) < 1e-5)
        #expect(abs(test.goodLine - row.3) < 1e-3 && abs(test.badLine - row.4) < 1e-3)
        #expect(Int(test.meanCallsWhenGood.rounded()) == row.7 && Int(test.meanCallsWhenBad.rounded()) == row.8)
        var (faultless, hopeless) = (test, test)
        while faultless.add(succeeded: true) == .open {}
        while hopeless.add(succeeded: false) == .open {}
        #expect(faultless.decision == .good && faultless.calls == row.5)
        #expect(hopeless.decision == .bad && hopeless.calls == row.6)
        #expect(hopeless.add(succeeded: true) == .bad && hopeless.calls == row.6)
    }

    @Test func sequentialTestsEnd() throws {
        var test = try #require(SequentialTest(good: 0.99, bad: 0.95, maximumCalls: 10))
        for _ in 0..<9 { #expect(test.add(succeeded: true) == .open) }
        #expect(test.add(succeeded: true) == .truncated)
        #expect(SequentialTest(good: 0.9, bad: 0.9) == nil && SequentialTest(good: 1, bad: 0.9) == nil)
        #expect(SequentialTest(good: 0.99, bad: 0.9, falseAlarm: 0.5, miss: 0.5) == nil)
    }
}
