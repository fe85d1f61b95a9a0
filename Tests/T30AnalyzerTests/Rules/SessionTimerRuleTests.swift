import FaxCore
import TestSupport
import Testing

/// Layer B: session timers.
@Suite struct SessionTimerRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let accepted = SIPSelection.response(200, to: "INVITE", offering: "image")

    /// The call ends so long after the switch, inside the page.
    @Sendable private static func cutOff(_ capture: inout CaptureEditor, at end: Instant, reason: String?) {
        capture.dropTransaction(.request("INVITE", offering: "audio", nth: 2))
        capture.truncate(at: end)
        capture.insert("BYE", by: .caller, at: end) { $0.setHeader("Reason", reason) }
    }

    /// Audio offered in mid page.
    @Sendable private static func offerAudio(_ capture: inout CaptureEditor, at time: Instant, status: String) {
        capture.insert(
            "INVITE", by: .callee, at: time, sdp: capture.firstSDP(of: .callee)?.body, status: status,
            answer: status.hasPrefix("2") ? capture.firstSDP(of: .caller)?.body : nil)
    }

    static let cases: [RuleCase] = [
        RuleCase(
            id: "session-refresh-audio-during-t38", kind: .made, capture: clean, shows: "and the fax dies of it",
            edit: { capture in
                let time = capture.start + .seconds(16)
                capture.dropMedia(after: time + .milliseconds(100))
                offerAudio(&capture, at: time, status: "200 OK")
            }, fires: true, severity: .error, isRootCause: true, party: .callee),
        RuleCase(
            id: "session-refresh-audio-during-t38", kind: .made, capture: clean, shows: "refused",
            edit: { offerAudio(&$0, at: $0.start + .seconds(16), status: "488 Not Acceptable Here") }, fires: true,
            severity: .warning, isRootCause: false),
        RuleCase(
            id: "session-refresh-audio-during-t38", kind: .real, capture: clean, shows: "audio at the end", fires: false
        ),
        RuleCase(
            id: "session-refresh-audio-during-t38", kind: .real, capture: "61-session-timer-refresh-t38", fires: false),
        RuleCase(
            id: "session-timer-expiry", kind: .made, capture: clean,
            edit: { capture in
                let agreed = capture.time(of: accepted)
                capture.setHeader("Session-Expires", "24;refresher=uac", in: accepted)
                cutOff(&capture, at: agreed + .seconds(17), reason: "SIP;cause=408;text=\"Session timer expired\"")
            }, fires: true, certainty: .proof, isRootCause: true),
        RuleCase(
            id: "session-timer-expiry", kind: .made, capture: clean, shows: "too soon for the timer",
            edit: { capture in
                let agreed = capture.time(of: accepted)
                cutOff(&capture, at: agreed + .seconds(14), reason: nil)
            }, fires: false),
        RuleCase(id: "session-timer-expiry", kind: .real, capture: "61-session-timer-refresh-t38", fires: false),
        RuleCase(
            id: "rtp-timeout-during-t38", kind: .made, capture: clean, shows: "the Reason says it",
            edit: { capture in
                cutOff(
                    &capture, at: capture.time(of: accepted) + .seconds(13),
                    reason: "Q.850;cause=102;text=\"RTP timeout\"")
            }, fires: true, severity: .error, isRootCause: true, party: .caller),
        RuleCase(
            id: "rtp-timeout-during-t38", kind: .made, capture: "61-session-timer-refresh-t38", shows: "after 30 s",
            edit: { capture in
                cutOff(&capture, at: capture.time(of: accepted) + .seconds(30), reason: nil)
            }, fires: true, certainty: .hint, isRootCause: false),
        RuleCase(
            id: "rtp-timeout-during-t38", kind: .made, capture: clean, shows: "at no such time",
            edit: { capture in
                cutOff(
                    &capture, at: capture.time(of: accepted) + .seconds(13), reason: "Q.850;cause=16")
            }, fires: false),
        RuleCase(id: "rtp-timeout-during-t38", kind: .real, capture: "13-t38-caller-hangup-midpage", fires: false),
    ].withoutAudio

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
