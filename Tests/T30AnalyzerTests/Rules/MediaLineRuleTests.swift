import FaxCore
import TestSupport
import Testing

/// Layer B: m-lines, addresses, and media that do not keep to them.
@Suite struct MediaLineRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let image = SIPSelection.request("INVITE", offering: "image")
    private static let accepted = SIPSelection.response(200, to: "INVITE", offering: "image")

    /// A second m-line in both descriptions of an exchange.
    @Sendable private static func addLine(
        _ capture: inout CaptureEditor, _ line: String, request: SIPSelection, response: SIPSelection,
        _ answer: String? = nil
    ) {
        capture.edit(request) { $0.lines.append(line) }
        capture.edit(response) { text in
            if let answer = answer ?? Optional(line), !text.body.isEmpty { text.lines.append(answer) }
        }
    }

    /// Audio of a side once more after the switch, as if it had never stopped.
    @Sendable private static func keepTalking(_ capture: inout CaptureEditor, _ party: Party, seconds: Int) {
        let switched = capture.time(of: accepted)
        let audio = capture.media(.rtp, from: party, before: switched).suffix(100)
        guard let last = audio.last else { return }
        var copy = capture.records[last.place]
        for index in 1...seconds * 50 {
            copy.time = last.time + .milliseconds(20 * index)
            copy.frame.renumber(by: 1)
            copy.frame.setPayload(rtp(last.payload, advancedBy: index))
            capture.records.append(copy)
        }
    }

    private static func rtp(_ payload: [UInt8], advancedBy steps: Int) -> [UInt8] {
        var packet = payload
        let sequence = (Int(payload[2]) << 8 | Int(payload[3])) + steps
        let time = payload[4..<8].reduce(0) { $0 << 8 | Int($1) } + steps * 160
        packet[2] = UInt8(truncatingIfNeeded: sequence >> 8)
        packet[3] = UInt8(truncatingIfNeeded: sequence)
        for place in 0..<4 { packet[4 + place] = UInt8(truncatingIfNeeded: time >> (24 - 8 * place)) }
        return packet
    }

    static let cases: [RuleCase] = [
        RuleCase(
            id: "audio-continues-after-switch", kind: .made, capture: clean,
            edit: { keepTalking(&$0, .caller, seconds: 6) }, fires: true, severity: .note, party: .caller),
        RuleCase(
            id: "audio-continues-after-switch", kind: .made, capture: clean, shows: "one second of it",
            edit: { keepTalking(&$0, .caller, seconds: 1) }, fires: false),
        RuleCase(
            id: "audio-continues-after-switch", kind: .made, capture: clean, shows: "never switched",
            edit: { capture in
                capture.dropMedia(after: capture.time(of: accepted))
                keepTalking(&capture, .callee, seconds: 12)
            }, fires: true, because: "never switched"),
        RuleCase(
            id: "audio-port-nonzero-with-image", kind: .made, capture: clean,
            edit: { capture in
                addLine(&capture, "m=audio 10038 RTP/AVP 0", request: image, response: accepted)
                keepTalking(&capture, .callee, seconds: 6)
            }, fires: true),
        RuleCase(
            id: "audio-port-nonzero-with-image", kind: .made, capture: clean, shows: "no audio any more",
            edit: { addLine(&$0, "m=audio 10038 RTP/AVP 0", request: image, response: accepted) }, fires: false),
        RuleCase(
            id: "t38-same-port-as-rtp", kind: .made, capture: clean,
            edit: { capture in
                capture.edit(image) { $0.setLine("m=image ", "10038 udptl t38") }
                keepTalking(&capture, .caller, seconds: 3)
            }, fires: true, certainty: .hint),
        RuleCase(
            id: "t38-same-port-as-rtp", kind: .made, capture: clean, shows: "audio ends with the switch",
            edit: { $0.edit(image) { $0.setLine("m=image ", "10038 udptl t38") } }, fires: false),
        RuleCase(
            id: "image-mline-order-or-count", kind: .made, capture: clean, shows: "a line too few",
            edit: { $0.edit(image) { $0.lines.append("m=audio 0 RTP/AVP 0") } }, fires: true, party: .caller),
        RuleCase(
            id: "image-mline-order-or-count", kind: .made, capture: clean, shows: "a line is gone later",
            edit: { capture in
                addLine(
                    &capture, "m=video 0 RTP/AVP 99", request: .request("INVITE", from: .caller, nth: 1),
                    response: .response(200, to: "INVITE", from: .callee, nth: 1))
            }, fires: true, because: "had 2 before"),
        RuleCase(
            id: "image-mline-order-or-count", kind: .made, capture: clean, shows: "every line is kept",
            edit: { capture in
                addLine(&capture, "m=video 0 RTP/AVP 99", request: image, response: accepted)
                addLine(
                    &capture, "m=video 0 RTP/AVP 99", request: .request("INVITE", offering: "audio", nth: 2),
                    response: .response(200, to: "INVITE", offering: "audio", nth: 2))
            }, fires: false),
        RuleCase(
            id: "udptl-transport-rewritten", kind: .made, capture: clean,
            edit: { $0.edit(accepted) { $0.setLine("m=image 4712 ", "RTP/AVP t38") } }, fires: true, party: .caller),
        RuleCase(
            id: "udptl-transport-rewritten", kind: .made, capture: clean, shows: "only spelled differently",
            edit: { $0.edit(accepted) { $0.setLine("m=image 4712 ", "UDPTL t38") } }, fires: false),
        RuleCase(
            id: "t38-in-initial-invite-refused", kind: .made, capture: "03-g711u-clean-1page", shows: "declined",
            edit: { capture in
                addLine(
                    &capture, "m=image 4444 udptl t38", request: .request("INVITE"), response: .response(to: "INVITE"),
                    "m=image 0 udptl t38")
            }, fires: true, severity: .note),
        RuleCase(
            id: "t38-in-initial-invite-refused", kind: .made, capture: "17a-sip-fail-486", shows: "refused",
            edit: { capture in
                capture.edit(.request("INVITE")) { $0.lines.append("m=image 4444 udptl t38") }
                capture.rewriteStatus(of: .response(486, to: "INVITE"), to: "488 Not Acceptable Here")
            }, fires: true),
        RuleCase(
            id: "t38-in-initial-invite-refused", kind: .made, capture: "03-g711u-clean-1page", shows: "taken",
            edit: { capture in
                addLine(
                    &capture, "m=image 4444 udptl t38", request: .request("INVITE"), response: .response(to: "INVITE"))
            }, fires: false),
        RuleCase(
            id: "two-mlines-one-way", kind: .made, capture: "03-g711u-clean-1page",
            edit: { capture in
                addLine(
                    &capture, "m=image 4444 udptl t38", request: .request("INVITE"), response: .response(to: "INVITE"))
                capture.dropMedia(from: .callee)
            }, fires: true, party: .callee),
        RuleCase(
            id: "two-mlines-one-way", kind: .made, capture: "03-g711u-clean-1page", shows: "audio alone was offered",
            edit: { $0.dropMedia(from: .callee) }, fires: false),
        RuleCase(
            id: "sdp-address-unreachable", kind: .made, capture: clean, shows: "a private address behind NAT",
            edit: { capture in
                capture.edit(image) { $0.setConnection("192.168.7.2") }
                for message in capture.messages where message.sender == .callee {
                    capture.records[message.place].frame.setSource(Endpoint(IPAddress(v4: 0xCB00_7102), 5_060))
                }
                let time = capture.time(of: accepted)
                capture.dropMedia(after: time)
            }, fires: true, severity: .error, isRootCause: true, party: .callee),
        RuleCase(
            id: "sdp-address-unreachable", kind: .real, capture: "25-t38-udptl-blocked-one-way", fires: false),
        RuleCase(
            id: "t38-udptl-wrong-interface", kind: .made, capture: clean,
            edit: { capture in
                for packet in capture.media(.udptl, from: .caller) {
                    capture.records[packet.place].frame.setSource(
                        Endpoint(IPAddress(v4: 0x0A4D_0009), packet.source.port))
                }
            }, fires: true, party: .caller),
        RuleCase(id: "t38-udptl-wrong-interface", kind: .real, capture: clean, fires: false),
    ].withoutAudio

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
