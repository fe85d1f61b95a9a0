import FaxCore
import Testing

@testable import T30Analyzer

/// What the rules may find, and what the catalogue knows, are one list.
struct RuleBookTests {
    @Test func everyIdOfARuleIsInTheCatalogue() {
        #expect(RuleBook.ids.filter { FailureCatalogue.entry($0) == nil }.sorted() == [])
    }

    @Test func everyEffectOfACauseIsInTheCatalogue() {
        for rule in RuleBook.rules {
            for (id, role) in rule.finds {
                let effects: [String]
                switch role {
                case .cause(_, let named), .symptom(_, let named): effects = named
                case .remark, .fallback: effects = []
                }
                #expect(effects.filter { FailureCatalogue.entry($0) == nil } == [], "\(id)")
            }
        }
    }

    @Test func idsOfTheCatalogueAreUnique() {
        let ids = FailureCatalogue.entries.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.count >= 189)
    }
}

extension RuleBook {
    /// Findings of a call whose id their own rule does not list: rows of rules and real calls must have none.
    static func strays(_ facts: CallFacts) -> [String] {
        rules.flatMap { rule in
            let own = rule.finds.map(\.key)
            return rule.look(facts).map(\.id).filter { !own.contains($0) }
        }
    }
}
