import FaxCore

/// What results must keep to, and for which cells.
public struct SuiteGate: Sendable, Hashable {
    public enum Rule: Sendable, Hashable {
        /// At least this share of calls is good (see ``Demand``).
        case limit(Double)
        /// Under the same seeds calls are good as often as in the baseline.
        case baseline
        /// Wald's test, which ends a cell as soon as it can tell `good` from `bad`.
        case sequential(good: Double, bad: Double, miss: Double)
    }

    /// When a call counts as good: it succeeded, and kept to what is given here.
    public struct Demand: Sendable, Hashable {
        public var within: Duration?
        public var ecmRetries: Int?
        public var badRows: Int?
        public var trainings: Int?
        public var unrecovered: Int?

        public init() {}
    }

    public var name: String
    public var rule: Rule
    public var demand = Demand()
    public var selection = Suite.Selection()
    /// How often it may stop a build that keeps the rule, over all of its cells together.
    public var falseAlarm = 0.05
    /// Whether too few calls to tell are a regression as well.
    public var failsWhenUndecided = false

    public init(name: String, rule: Rule) {
        self.name = name
        self.rule = rule
    }

    public var isSequential: Bool {
        switch rule {
        case .limit, .baseline: false
        case .sequential: true
        }
    }
}

extension SuiteGate.Demand {
    public func isMet(by trial: SuiteTrial) -> Bool {
        guard trial.isSuccess else { return false }
        if let within, Duration.milliseconds(trial.durationMs) > within { return false }
        if let ecmRetries, trial.ecmRetries > ecmRetries { return false }
        if let badRows, trial.badRows > badRows { return false }
        if let trainings, trial.trainings > trainings { return false }
        if let unrecovered, trial.unrecovered > unrecovered { return false }
        return true
    }
}

extension SuiteGate {
    /// The rule in words: `success at least 95 %, within 60 s`.
    public var ruleText: String {
        switch rule {
        case .limit(let share): "success at least \(Self.percent(share))" + demand.text
        case .baseline: "success no worse than the baseline" + demand.text
        case .sequential(let good, let bad, _):
            "success \(Self.percent(good)) rather than \(Self.percent(bad)), sequential" + demand.text
        }
    }

    private static func percent(_ share: Double) -> String {
        let value = (share * 1_000_000).rounded() / 10_000
        return value == value.rounded() ? "\(Int(value)) %" : "\(value) %"
    }
}

extension SuiteGate.Demand {
    fileprivate var text: String {
        var parts: [String] = []
        if let within { parts.append("within \((within.inSeconds * 1_000).rounded() / 1_000) s") }
        if let ecmRetries { parts.append("ECM frames again at most \(ecmRetries)") }
        if let badRows { parts.append("bad rows at most \(badRows)") }
        if let trainings { parts.append("trainings at most \(trainings)") }
        if let unrecovered { parts.append("IFP packets missing at most \(unrecovered)") }
        return parts.map { ", " + $0 }.joined()
    }
}
