import TestSupport
import Testing

/// Layer B.
@Suite struct NegotiationRuleTests {
    static let cases = [
        RuleCase(
            id: "t38-refused", kind: .real, capture: "05-t38-rejected-488-fallback-g711", fires: true,
            because: "488 Not Acceptable Here"),
        RuleCase(
            id: "t38-refused", kind: .made, capture: "01-t38-clean-1page-ecm", shows: "415 and nothing after it",
            edit: { capture in
                capture.rewriteStatus(
                    of: .response(200, to: "INVITE", offering: "image"), to: "415 Unsupported Media Type")
                capture.dropMedia(after: capture.time(of: .response(to: "INVITE", offering: "image")))
            }, fires: true),
        RuleCase(
            id: "t38-refused", kind: .made, capture: "01-t38-clean-1page-ecm", shows: "a refusal of something else",
            edit: { $0.rewriteStatus(of: .response(200, to: "BYE"), to: "488 Not Acceptable Here") }, fires: false),
        RuleCase(
            id: "no-udptl-after-switch", kind: .real, capture: "25-t38-udptl-blocked-one-way", fires: true,
            isRootCause: true),
        RuleCase(id: "no-udptl-after-switch", kind: .real, capture: "D04-one-direction-t38", fires: false),
        RuleCase(id: "t38-redundancy-zero", kind: .real, capture: "09b-t38-noec-20pct-loss", fires: true),
        RuleCase(id: "t38-redundancy-zero", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
