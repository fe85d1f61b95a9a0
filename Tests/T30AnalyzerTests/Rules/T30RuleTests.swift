import TestSupport
import Testing

/// Layer F.
@Suite struct T30RuleTests {
    static let cases = [
        RuleCase(id: "ftt-single", kind: .real, capture: "15g-t38-tcf-loss-fallback", fires: true),
        RuleCase(id: "ftt-single", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
        RuleCase(id: "ftt-loop", kind: .real, capture: "15k-t38-tcf-always-bad", fires: true),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
