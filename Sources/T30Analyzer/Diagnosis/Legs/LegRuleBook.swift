import FaxCore

/// Every rule that needs two legs of one call, the surer first.
enum LegRuleBook {
    static let rules: [LegRule] = LegMediaRules.rules + LegSignallingRules.rules

    static let ids: Set<String> = Set(rules.flatMap { $0.finds.map(\.key) })

    /// What two legs of one call show together; nothing for calls that are no legs.
    static func findings(_ one: LegDigest, _ other: LegDigest) -> [Finding] {
        guard let facts = LegFacts(one, other) else { return [] }
        return rules.flatMap { $0.look(facts) }
    }
}
