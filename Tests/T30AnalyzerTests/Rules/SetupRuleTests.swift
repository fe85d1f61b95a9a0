import TestSupport
import Testing

/// Layer A.
@Suite struct SetupRuleTests {
    static let cases = [
        RuleCase(id: "sip-busy", kind: .real, capture: "17a-sip-fail-486", fires: true),
        RuleCase(id: "sip-number-not-found", kind: .real, capture: "17b-sip-fail-404", fires: true),
        RuleCase(id: "sip-forbidden", kind: .real, capture: "17c-sip-fail-403", fires: true),
        RuleCase(id: "sip-cancelled", kind: .real, capture: "17f-sip-cancel-no-answer", fires: true),
        RuleCase(
            id: "sip-invite-no-response", kind: .real, capture: "17g-sip-icmp-port-unreachable", fires: true,
            isRootCause: true),
        RuleCase(
            id: "sip-invite-no-response", kind: .real, capture: "17h-sip-no-response-408", fires: true,
            isRootCause: true),
        RuleCase(
            id: "sip-invite-no-response", kind: .made, capture: "17a-sip-fail-486",
            shows: "an INVITE sent once, and the capture ends",
            edit: { capture in
                capture.drop(.response(to: "INVITE"))
                capture.drop(.request("ACK"))
            }, fires: false),
        RuleCase(
            id: "sip-busy", kind: .made, capture: "17a-sip-fail-486", shows: "503 in place of 486",
            edit: { $0.rewriteStatus(of: .response(486, to: "INVITE"), to: "503 Service Unavailable") }, fires: false),
        RuleCase(
            id: "sip-server-failure", kind: .made, capture: "17a-sip-fail-486", shows: "503 in place of 486",
            edit: { $0.rewriteStatus(of: .response(486, to: "INVITE"), to: "503 Service Unavailable") }, fires: true),
        RuleCase(
            id: "no-common-codec", kind: .real, capture: "19c-no-common-codec-488", fires: true, isRootCause: true),
        RuleCase(id: "no-common-codec", kind: .real, capture: "05-t38-rejected-488-fallback-g711", fires: false),
        RuleCase(
            id: "bye-during-page", kind: .real, capture: "13-t38-caller-hangup-midpage", fires: true,
            isRootCause: true),
        RuleCase(id: "bye-during-page", kind: .real, capture: "30d-t38-media-dies-midpage", fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
