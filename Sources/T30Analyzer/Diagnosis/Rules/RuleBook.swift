import FaxCore

/// Every rule, in the order of the layers, and within one layer in the order of its file. Of two causes of one stage the
/// earlier one here is the root cause, so a layer lists the surer one first.
enum RuleBook {
    static let rules: [Rule] =
        SetupRules.rules + NegotiationRules.rules + TransportRules.rules + AudioRules.rules + IFPRules.rules
        + T30Rules.rules + GatewayRules.rules

    /// The ids that some rule may find, those of legs and of several calls too.
    static let ids: Set<String> =
        Set(rules.flatMap { $0.finds.map(\.key) }).union(LegRuleBook.ids).union(SeveralCallsRuleBook.ids)

    static func role(of id: String) -> Rule.Role { roles[id]?.role ?? .remark }

    /// Place of a failure mode in the book: the smaller, the surer.
    static func place(of id: String) -> Int { roles[id]?.place ?? .max }

    private static let roles: [String: (role: Rule.Role, place: Int)] = {
        var roles: [String: (role: Rule.Role, place: Int)] = [:]
        let entries = rules.flatMap { Array($0.finds) } + LegRuleBook.rules.flatMap { Array($0.finds) }
        for (place, entry) in entries.enumerated() where roles[entry.key] == nil {
            roles[entry.key] = (entry.value, place)
        }
        return roles
    }()
}
