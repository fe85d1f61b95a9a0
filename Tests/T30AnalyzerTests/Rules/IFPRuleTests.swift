import TestSupport
import Testing

/// Layer E.
@Suite struct IFPRuleTests {
    static let cases = [
        RuleCase(id: "ifp-missing-indicator", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
        RuleCase(id: "ifp-missing-end", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
