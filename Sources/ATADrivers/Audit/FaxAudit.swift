/// The fax settings of one line of a device held against what fax needs: what is wrong, why, and what it should be.
public struct FaxAudit: Sendable {
    public enum Goal: String, Sendable, Hashable, CaseIterable {
        case t38
        case passthrough
    }

    public enum Verdict: String, Sendable, Hashable {
        case good
        case wrong
        /// The device has it with a value of which nothing is known, or does not show it.
        case unknown
        /// The family of the device has no such setting.
        case absent
    }

    public struct Item: Sendable, Hashable {
        public var setting: ATASetting
        /// On the device; `nil`: the family has none.
        public var nativeName: String?
        /// As the device has it; `nil`: not seen.
        public var value: String?
        /// The first is what would be set.
        public var wanted: [String]
        /// The same in words.
        public var advice: String
        public var verdict: Verdict
        public var severity: FaxAdvice.Severity
        public var why: String
    }

    public let goal: Goal
    public let line: Int
    public let items: [Item]

    public init(_ view: SettingView, goal: Goal) {
        self.goal = goal
        line = view.line
        items = FaxAdvice.list(for: goal).map { Self.judge($0, view) }
    }

    public var wrong: [Item] { items.filter { $0.verdict == .wrong } }
    /// Nothing that breaks faxes is wrong, and nothing of that weight is unknown.
    public var isGood: Bool {
        items.allSatisfy { $0.severity != .breaks || $0.verdict == .good || $0.verdict == .absent }
    }

    private static func judge(_ advice: FaxAdvice, _ view: SettingView) -> Item {
        let name = view.dialect.name(of: advice.setting, line: view.line)
        var item = Item(
            setting: advice.setting, nativeName: name, value: nil, wanted: advice.wanted, advice: advice.text,
            verdict: .absent, severity: advice.severity, why: advice.why)
        guard name != nil else { return item }
        switch view[advice.setting] {
        case .absent: item.verdict = .unknown
        case .strange(let value):
            item.value = value
            item.verdict = .unknown
        case .known(let value):
            item.value = value
            item.verdict = advice.accepts(value) ? .good : .wrong
        }
        return item
    }

    /// The entries that would mend what is wrong; refusals: what the device cannot be given.
    public func changes(_ view: SettingView) -> (entries: [ATAConfiguration.Entry], refusals: [SettingView.Refusal]) {
        var entries: [ATAConfiguration.Entry] = []
        var refusals: [SettingView.Refusal] = []
        for item in wrong {
            guard let value = item.wanted.first else { continue }
            do {
                entries.append(try view.entry(item.setting, value))
            } catch {
                refusals.append(error)
            }
        }
        return (entries, refusals)
    }
}
