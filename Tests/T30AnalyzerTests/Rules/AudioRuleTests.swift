import TestSupport
import Testing

/// Layer D.
@Suite struct AudioRuleTests {
    static let cases = [
        RuleCase(id: "compressed-codec", kind: .real, capture: "19-gsm-codec-fax", fires: true, isRootCause: true)
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
