import TestSupport
import Testing

/// Layer C.
@Suite struct TransportRuleTests {
    static let cases = [
        RuleCase(
            id: "udptl-loss-unrepaired", kind: .real, capture: "07-t38-noec-3pct-loss", fires: true,
            isRootCause: true),
        RuleCase(id: "udptl-loss-unrepaired", kind: .real, capture: "06-t38-redundancy-3pct-loss", fires: false),
        RuleCase(id: "udptl-loss-repaired", kind: .real, capture: "06-t38-redundancy-3pct-loss", fires: true),
        RuleCase(id: "udptl-loss-repaired", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
        RuleCase(
            id: "udptl-loss-bursty", kind: .real, capture: "09d-t38-redundancy-burst-outages", fires: true,
            isRootCause: true),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
