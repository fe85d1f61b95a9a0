import FaxCore
import TestSupport
import Testing

/// Layer G.
@Suite struct GatewayRuleTests {
    static let cases = [
        RuleCase(id: "capture-one-sided", kind: .real, capture: "D04-one-direction-t38", fires: true),
        RuleCase(
            id: "capture-one-sided", kind: .made, capture: "01-t38-clean-1page-ecm", shows: "the caller alone",
            edit: { $0.keepOnly(from: .caller) }, fires: true),
        RuleCase(id: "capture-one-sided", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
