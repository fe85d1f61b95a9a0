import FaxCore
import TestSupport
import Testing

/// Layer A: how calls end, and the tones that they begin with.
@Suite struct CallEndRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let audio = "03-g711u-clean-1page"
    private static let refused = "05-t38-rejected-488-fallback-g711"
    private static let answered = SIPSelection.response(200, to: "INVITE", nth: 1)

    /// The answer to the INVITE again and again, and no ACK.
    @Sendable private static func repeatAnswer(_ capture: inout CaptureEditor, keepsAck: Bool = false) {
        for delay in [0.5, 1.5, 3.5, 7.5] { capture.duplicate(answered, after: .seconds(delay)) }
        if !keepsAck { capture.drop(.request("ACK", nth: 1)) }
    }

    /// BYE of a party, and nothing after it.
    @Sendable private static func hangUp(_ capture: inout CaptureEditor, _ party: Party, at time: Instant) {
        capture.truncate(at: time)
        capture.insert("BYE", by: party, at: time)
    }

    static let cases: [RuleCase] = signalled.withoutAudio + heard

    private static let signalled: [RuleCase] = [
        RuleCase(
            id: "sip-2xx-no-ack", kind: .made, capture: "61-session-timer-refresh-t38", shows: "and it gives up",
            edit: { capture in
                let first = capture.time(of: answered)
                repeatAnswer(&capture)
                hangUp(&capture, .callee, at: first + .seconds(32))
            }, fires: true, severity: .error, certainty: .proof, isRootCause: true, party: .caller),
        RuleCase(
            id: "sip-2xx-no-ack", kind: .made, capture: clean, shows: "the call goes on", edit: { repeatAnswer(&$0) },
            fires: true, severity: .warning, certainty: .strong),
        RuleCase(
            id: "sip-2xx-no-ack", kind: .made, capture: clean, shows: "an ACK comes",
            edit: { repeatAnswer(&$0, keepsAck: true) }, fires: false),
        RuleCase(
            id: "sip-2xx-no-ack", kind: .made, capture: clean, shows: "one answer",
            edit: { $0.drop(.request("ACK", nth: 1)) }, fires: false),
        RuleCase(
            id: "call-hangs-after-fax", kind: .made, capture: clean,
            edit: { capture in
                capture.dropTransaction(.request("INVITE", offering: "audio", nth: 2))
                capture.shift(after: capture.time(of: .request("BYE")) - .milliseconds(1), by: .seconds(60))
            }, fires: true, severity: .warning),
        RuleCase(
            id: "call-hangs-after-fax", kind: .made, capture: clean, shows: "for 20 s",
            edit: { capture in
                capture.shift(after: capture.time(of: .request("BYE")) - .milliseconds(1), by: .seconds(20))
            }, fires: false),
        RuleCase(id: "call-hangs-after-fax", kind: .real, capture: clean, fires: false),
        RuleCase(
            id: "sip-alg-rewrite", kind: .made, capture: clean, shows: "the length was not changed",
            edit: { capture in
                let place = capture.messages(.request("INVITE", offering: "image")).first?.place ?? 0
                let octets = capture.records[place].frame.payload ?? []
                capture.records[place].frame.setPayload(octets + Array("a=x:1\r\n".utf8))
            }, fires: true, certainty: .strong),
        RuleCase(
            id: "sip-alg-rewrite", kind: .made, capture: clean, shows: "foreign addresses",
            edit: { capture in
                capture.edit(.request("INVITE", offering: "image")) { text in
                    text.setConnection("203.0.113.7")
                    text.setHeader("Contact", "<sip:203.0.113.7:5060>")
                }
            }, fires: true, certainty: .hint),
        RuleCase(
            id: "sip-alg-rewrite", kind: .made, capture: clean, shows: "only the media elsewhere",
            edit: { $0.edit(.request("INVITE", offering: "image")) { $0.setConnection("203.0.113.7") } }, fires: false),
    ]

    private static let heard: [RuleCase] = [
        RuleCase(
            id: "call-cleared-during-setup-for-fax", kind: .made, capture: "14-g711u-voice-prompt-no-fax",
            edit: { hangUp(&$0, .callee, at: $0.time(of: answered) + .seconds(6)) }, fires: true, severity: .error,
            isRootCause: true, party: .callee),
        RuleCase(
            id: "call-cleared-during-setup-for-fax", kind: .made, capture: "14-g711u-voice-prompt-no-fax",
            shows: "by the caller",
            edit: { hangUp(&$0, .caller, at: $0.time(of: answered) + .seconds(6)) }, fires: false),
        RuleCase(
            id: "call-cleared-during-setup-for-fax", kind: .made, capture: audio, shows: "after CED",
            edit: { hangUp(&$0, .callee, at: $0.time(of: answered) + .seconds(6)) }, fires: false),
        RuleCase(
            id: "false-fax-tone-detect", kind: .made, capture: "54-voice-call-only",
            edit: { capture in
                capture.insert(
                    "INVITE", by: .callee, at: capture.time(of: answered) + .seconds(6),
                    sdp: CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0002), 4_444)),
                    status: "488 Not Acceptable Here")
            }, fires: true, party: .callee),
        RuleCase(id: "false-fax-tone-detect", kind: .real, capture: refused, fires: false),
        RuleCase(id: "false-fax-tone-detect", kind: .real, capture: "D03-sip-only-t38", fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
