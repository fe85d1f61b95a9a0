import FaxCore
import TestSupport
import Testing

/// Layer B: refusals and what comes after them.
@Suite struct RefusalRuleTests {
    private static let refused = "05-t38-rejected-488-fallback-g711"
    private static let image = SIPSelection.request("INVITE", offering: "image")
    private static let refusal = SIPSelection.response(488, to: "INVITE", offering: "image")

    /// The refusal comes so long after the offer, with 100 Trying before it.
    @Sendable private static func refuseAfter(_ capture: inout CaptureEditor, seconds: Double) {
        capture.duplicate(refusal, after: .zero) { $0.startLine = "SIP/2.0 100 Trying" }
        let offered = capture.time(of: image)
        capture.shift(refusal, by: offered + .seconds(seconds) - capture.time(of: refusal))
        capture.shift(
            .request("ACK", offering: "image"),
            by: offered + .seconds(seconds + 0.001) - capture.time(of: .request("ACK", offering: "image")))
    }

    static let cases: [RuleCase] = [
        RuleCase(
            id: "t38-auto-reject-5s", kind: .made, capture: refused,
            edit: { refuseAfter(&$0, seconds: 5.02) }, fires: true, severity: .warning, party: .caller),
        RuleCase(
            id: "t38-auto-reject-5s", kind: .made, capture: refused, shows: "after 4 s",
            edit: { refuseAfter(&$0, seconds: 4) }, fires: false),
        RuleCase(
            id: "t38-auto-reject-5s", kind: .made, capture: refused, shows: "another maker",
            edit: { capture in
                refuseAfter(&capture, seconds: 5)
                capture.setAgent("Some SBC", of: .caller)
            }, fires: false),
        RuleCase(
            id: "fallback-after-488-broken", kind: .made, capture: refused, shows: "the caller falls silent",
            edit: { capture in
                capture.dropMedia(from: .caller, after: capture.time(of: refusal) + .milliseconds(100))
            }, fires: true, severity: .error, isRootCause: true, party: .caller),
        RuleCase(
            id: "fallback-after-488-broken", kind: .made, capture: refused, shows: "a 200 without SDP",
            edit: { capture in
                capture.insert(
                    "INVITE", by: .callee, at: capture.time(of: refusal) + .seconds(1),
                    sdp: capture.firstSDP(of: .callee)?.body)
            }, fires: true),
        RuleCase(id: "fallback-after-488-broken", kind: .real, capture: refused, fires: false),
        RuleCase(
            id: "fallback-after-488-broken", kind: .made, capture: refused, shows: "all ends at once",
            edit: { capture in
                let time = capture.time(of: refusal) + .milliseconds(100)
                capture.dropMedia(after: time)
                capture.shiftTransaction(.request("BYE"), by: time - capture.time(of: .request("BYE")))
            }, fires: false),
        RuleCase(
            id: "t38-reinvite-auth-challenge", kind: .made, capture: refused, shows: "never answered",
            edit: { $0.rewriteStatus(of: refusal, to: "401 Unauthorized") }, fires: true),
        RuleCase(
            id: "t38-reinvite-auth-challenge", kind: .made, capture: "01-t38-clean-1page-ecm",
            shows: "answered, goes on",
            edit: { capture in
                let time = capture.time(of: image) - .milliseconds(50)
                capture.insert(
                    "INVITE", by: .callee, at: time, sdp: capture.messages(image).first?.text.body,
                    status: "407 Proxy Authentication Required")
            }, fires: true, severity: .note),
        RuleCase(
            id: "t38-reinvite-auth-challenge", kind: .real, capture: "18-register-digest-t38",
            shows: "the first INVITE is challenged", fires: false),
        RuleCase(
            id: "t38-to-audio-switchback-481", kind: .made, capture: "01-t38-clean-1page-ecm",
            edit: { capture in
                capture.insert(
                    "INVITE", by: .caller, at: capture.time(of: .request("BYE")) + .microseconds(300),
                    sdp: capture.firstSDP(of: .caller)?.body, status: "481 Call Does Not Exist",
                    after: .milliseconds(3))
            }, fires: true, severity: .note),
        RuleCase(id: "t38-to-audio-switchback-481", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
        RuleCase(
            id: "srtp-and-udptl", kind: .made, capture: "35-srtp-g711u", shows: "refused",
            edit: { capture in
                capture.insert(
                    "INVITE", by: .callee, at: capture.start + .seconds(3),
                    sdp: CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0002), 4_444)),
                    status: "488 Not Acceptable Here")
            }, fires: true, certainty: .strong),
        RuleCase(id: "srtp-and-udptl", kind: .real, capture: "35-srtp-g711u", fires: false),
        RuleCase(id: "srtp-and-udptl", kind: .real, capture: refused, fires: false),
        RuleCase(
            id: "t38-address-family-mismatch", kind: .made, capture: refused,
            edit: { capture in capture.edit(image) { $0.setConnection("2001:db8::2") } }, fires: true),
        RuleCase(id: "t38-address-family-mismatch", kind: .real, capture: refused, fires: false),
        RuleCase(id: "t38-address-family-mismatch", kind: .real, capture: "20-ipv6-t38", fires: false),
    ].withoutAudio

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
