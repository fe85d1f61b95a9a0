import ATADrivers
import FaxCore

/// Which of the things that were varied matters for a device: the share of faxes that came through with each of its values.
public struct DeviceEffects: Sendable {
    public struct Level: Sendable, Hashable {
        public var value: String
        public var passed: Int
        public var calls: Int
        /// Of calls, 0 to 1.
        public var share: Double { calls > 0 ? Double(passed) / Double(calls) : 0 }
    }

    public struct Factor: Sendable, Hashable {
        /// Name of a setting, `document`, `impairment` or `direction`.
        public var name: String
        public var isSetting: Bool
        /// In the suite's order.
        public var levels: [Level]
        /// From its worst value to its best, 0 to 1.
        public var effect: Double {
            let shares = levels.map(\.share)
            return (shares.max() ?? 0) - (shares.min() ?? 0)
        }
    }

    public struct Choice: Sendable, Hashable {
        public var settings: [DeviceSuite.Value]
        public var passed: Int
        public var calls: Int
        /// Of those that passed; seconds.
        public var meanSeconds: Double?
    }

    public let device: String
    /// The strongest first, of equals the suite's first.
    public let factors: [Factor]
    /// The settings with which most came through, of equals the fastest; `nil`: nothing did.
    public let best: Choice?

    /// - Parameter outcomes: of that device; a cell that could not be run has not come through.
    public init(_ device: String, _ outcomes: [DeviceOutcome]) {
        self.device = device
        let outcomes = outcomes.filter { $0.cell.device == device }
        let names = (outcomes.first?.cell.settings ?? []).map(\.setting)
        var factors = names.map { setting in
            Self.factor(setting.rawValue, isSetting: true, outcomes) { cell in
                cell.settings.first { $0.setting == setting }?.value ?? ""
            }
        }
        factors.append(Self.factor("document", isSetting: false, outcomes) { $0.document })
        factors.append(Self.factor("impairment", isSetting: false, outcomes) { $0.impairment })
        factors.append(Self.factor("direction", isSetting: false, outcomes) { $0.direction.rawValue })
        // One value alone shows nothing.
        let varied = factors.filter { $0.levels.count > 1 }
        self.factors = varied.enumerated().sorted {
            ($1.element.effect, $0.offset) < ($0.element.effect, $1.offset)
        }.map(\.element)
        best = Self.best(outcomes)
    }

    private static func factor(
        _ name: String, isSetting: Bool, _ outcomes: [DeviceOutcome], _ value: (DeviceSuite.Cell) -> String
    ) -> Factor {
        var levels: [Level] = []
        for outcome in outcomes {
            let value = value(outcome.cell)
            if !levels.contains(where: { $0.value == value }) {
                levels.append(Level(value: value, passed: 0, calls: 0))
            }
            guard let place = levels.firstIndex(where: { $0.value == value }) else { continue }
            levels[place].calls += 1
            if outcome.kind == .passed { levels[place].passed += 1 }
        }
        return Factor(name: name, isSetting: isSetting, levels: levels)
    }

    private static func best(_ outcomes: [DeviceOutcome]) -> Choice? {
        var choices: [Choice] = []
        for outcome in outcomes {
            if !choices.contains(where: { $0.settings == outcome.cell.settings }) {
                let same = outcomes.filter { $0.cell.settings == outcome.cell.settings }
                let passed = same.filter { $0.kind == .passed }
                let times = passed.compactMap { $0.duration?.inSeconds }
                choices.append(
                    Choice(
                        settings: outcome.cell.settings, passed: passed.count, calls: same.count,
                        meanSeconds: times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)))
            }
        }
        func isBetter(_ one: Choice, _ other: Choice) -> Bool {
            let (share, others) = (Double(one.passed) / Double(one.calls), Double(other.passed) / Double(other.calls))
            if share != others { return share > others }
            return (one.meanSeconds ?? .infinity) < (other.meanSeconds ?? .infinity)
        }
        return choices.filter { $0.passed > 0 }.reduce(nil) { best, choice in
            guard let best else { return choice }
            return isBetter(choice, best) ? choice : best
        }
    }
}
