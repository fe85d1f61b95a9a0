/// Lets a build pass or stops it, by its calls. What it may stop wrongly is given: the false-alarm rate. `docs/gates.md`
/// shows by simulation that it keeps to it.
public struct Gate: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        /// The success rate is at least this.
        case limit(Double)
        /// Under the same seeds the build succeeds as often as the baseline.
        case baseline
    }

    public enum Verdict: String, Sendable, Hashable {
        /// The limit is shown to be kept; the build is not worse than the baseline as far as can be seen.
        case passed
        /// Stopped: that a build which keeps the rule looks like this is no more probable than the false-alarm rate.
        case failed
        /// Too few calls to show that the limit is kept, none that it is broken.
        case undecided
    }

    public struct Judgement: Sendable, Hashable {
        public var verdict: Verdict
        /// How probable so bad a result is when the rule is just kept; among several cells after Holm's correction.
        public var p: Double
        /// Of the success rate (limit), two-sided Wilson at 1 - 2 · false-alarm rate.
        public var interval: ClosedRange<Double>?
        /// Success rate of the build less that of the baseline.
        public var difference: Double?
    }

    public let rule: Rule
    public let falseAlarm: Double

    /// `nil` unless 0 < false-alarm rate < 0.5, and a limit lies between 0 and 1.
    public init?(_ rule: Rule, falseAlarm: Double = 0.05) {
        guard falseAlarm > 0, falseAlarm < 0.5 else { return nil }
        if case .limit(let least) = rule, !(least > 0 && least < 1) { return nil }
        self.rule = rule
        self.falseAlarm = falseAlarm
    }
}

extension Gate {
    /// Of one cell against the limit; `nil` for a gate of another rule.
    public func judge(_ calls: Proportion) -> Judgement? { judge([calls])?.first }

    /// Of several cells against the limit: any false alarm among them comes no oftener than the rate says.
    public func judge(_ cells: [Proportion]) -> [Judgement]? {
        guard case .limit(let least) = rule else { return nil }
        let values = Holm.adjusted(
            cells.map { BinomialLaw(tries: $0.tries, probability: least).atMost($0.successes) })
        return zip(cells, values).map { cell, p in
            let verdict: Verdict =
                if p <= falseAlarm {
                    .failed
                } else {
                    BinomialLaw(tries: cell.tries, probability: least).atLeast(cell.successes) <= falseAlarm
                        ? .passed : .undecided
                }
            return Judgement(
                verdict: verdict, p: p, interval: cell.wilson(confidence: 1 - 2 * falseAlarm), difference: nil)
        }
    }

    /// Of one cell against the baseline; `nil` for a gate of another rule.
    public func judge(_ pairs: PairedOutcomes) -> Judgement? { judge([pairs])?.first }

    /// Of several cells against the baseline.
    public func judge(_ cells: [PairedOutcomes]) -> [Judgement]? {
        guard case .baseline = rule else { return nil }
        let values = Holm.adjusted(cells.map(\.exactPOfWorse))
        return zip(cells, values).map { cell, p in
            let verdict: Verdict = cell.pairs == 0 ? .undecided : p <= falseAlarm ? .failed : .passed
            return Judgement(verdict: verdict, p: p, interval: nil, difference: cell.difference)
        }
    }
}
