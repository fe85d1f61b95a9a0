import FaxCore
import Foundation
import TestSupport
import Testing

/// Layer B: T.38 attributes.
@Suite struct T38ParameterRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let image = SIPSelection.request("INVITE", offering: "image")
    private static let accepted = SIPSelection.response(200, to: "INVITE", offering: "image")

    static let cases: [RuleCase] = [
        RuleCase(
            id: "t38-maxdatagram-too-small", kind: .made, capture: clean,
            edit: { $0.setAttribute("T38FaxMaxDatagram", "72", in: image) }, fires: true, certainty: .proof,
            party: .caller),
        RuleCase(
            id: "t38-maxdatagram-too-small", kind: .made, capture: "09b-t38-noec-20pct-loss",
            shows: "no room for a copy",
            edit: { capture in
                capture.setAttribute("T38FaxMaxDatagram", "150", in: image)
                capture.setAttribute("T38FaxMaxDatagram", "1400", in: accepted)
            }, fires: true, certainty: .hint),
        RuleCase(id: "t38-maxdatagram-too-small", kind: .real, capture: clean, fires: false),
        RuleCase(
            id: "t38-version-mismatch", kind: .made, capture: clean, shows: "the bytes decide",
            edit: { capture in
                capture.setAttribute("T38FaxVersion", "3", in: image)
                capture.setAttribute("T38FaxVersion", "3", in: accepted)
            }, fires: true, because: "form of 1998"),
        RuleCase(
            id: "t38-version-mismatch", kind: .made, capture: clean, shows: "raised in the answer",
            edit: { $0.setAttribute("T38FaxVersion", "1", in: accepted) }, fires: true, severity: .note, party: .caller),
        RuleCase(
            id: "t38-version-mismatch", kind: .made, capture: clean, shows: "lowered in the answer",
            edit: { $0.setAttribute("T38FaxVersion", "3", in: image) }, fires: false),
        RuleCase(
            id: "t38-boolean-syntax", kind: .made, capture: clean,
            edit: { $0.setAttribute("T38FaxFillBitRemoval", "0", in: image) }, fires: true, severity: .note,
            party: .callee),
        RuleCase(
            id: "t38-boolean-syntax", kind: .made, capture: clean, shows: "taken for true",
            edit: { capture in
                capture.setAttribute("T38FaxTranscodingMMR", "0", in: image)
                capture.setAttribute("T38FaxTranscodingMMR", in: accepted)
            }, fires: true, severity: .warning),
        RuleCase(
            id: "t38-boolean-syntax", kind: .made, capture: clean, shows: "a flag without value",
            edit: { $0.setAttribute("T38FaxFillBitRemoval", in: image) }, fires: false),
        RuleCase(
            id: "t38-rate-management-typo", kind: .made, capture: clean, shows: "localTFC",
            edit: { $0.setAttribute("T38FaxRateManagement", "localTFC", in: image) }, fires: true, because: "localTFC"),
        RuleCase(
            id: "t38-rate-management-typo", kind: .made, capture: clean, shows: "local over UDPTL",
            edit: { $0.setAttribute("T38FaxRateManagement", "localTCF", in: accepted) }, fires: true,
            severity: .warning),
        RuleCase(id: "t38-rate-management-typo", kind: .real, capture: clean, fires: false),
        RuleCase(
            id: "t38-sdp-malformed", kind: .made, capture: clean, shows: "no encoding",
            edit: { capture in
                capture.edit(.request("INVITE", offering: "audio", nth: 1)) { text in
                    text.body = text.body.replacingOccurrences(
                        of: "rtpmap:101 telephone-event/8000", with: "rtpmap:101 ")
                }
            }, fires: true, because: "rtpmap:101"),
        RuleCase(
            id: "t38-sdp-malformed", kind: .made, capture: clean, shows: "a line break is missing",
            edit: { capture in
                capture.edit(image) { text in
                    text.body = text.body.replacingOccurrences(
                        of: "T38FaxVersion:0\r\n", with: "T38FaxVersion:0")
                }
            }, fires: true, because: "line break"),
        RuleCase(
            id: "t38-sdp-malformed", kind: .made, capture: "05-t38-rejected-488-fallback-g711", shows: "no c=, refused",
            edit: { $0.edit(image) { $0.lines.removeAll { $0.hasPrefix("c=") } } }, fires: true, because: "no c="),
        RuleCase(id: "t38-sdp-malformed", kind: .real, capture: clean, fires: false),
        RuleCase(id: "t38-sdp-malformed", kind: .real, capture: "D06-snaplen100-t38", shows: "cut off", fires: false),
        RuleCase(
            id: "t38-fillbit-mismatch", kind: .made, capture: clean,
            edit: { $0.setAttribute("T38FaxFillBitRemoval", in: accepted) }, fires: true, party: .caller),
        RuleCase(
            id: "t38-fillbit-mismatch", kind: .made, capture: clean, shows: "offered too",
            edit: { capture in
                capture.setAttribute("T38FaxFillBitRemoval", in: image)
                capture.setAttribute("T38FaxFillBitRemoval", in: accepted)
            }, fires: false),
        RuleCase(
            id: "t38-transcoding-unsupported", kind: .made, capture: clean,
            edit: { capture in
                capture.setAttribute("T38FaxTranscodingMMR", in: image)
                capture.setAttribute("T38FaxTranscodingMMR", in: accepted)
            }, fires: true, severity: .note, certainty: .hint),
        RuleCase(
            id: "t38-transcoding-unsupported", kind: .made, capture: clean, shows: "not answered",
            edit: { $0.setAttribute("T38FaxTranscodingMMR", in: image) }, fires: false),
        RuleCase(
            id: "t38-udpec-multiple", kind: .made, capture: clean,
            edit: { $0.edit(image) { $0.lines.append("a=T38FaxUdpEC:t38UDPFEC") } }, fires: true, party: .callee),
        RuleCase(id: "t38-udpec-multiple", kind: .real, capture: clean, fires: false),
        RuleCase(
            id: "t38-sdp-defaults-missing", kind: .made, capture: "15c-t38-v27ter-4800",
            edit: { $0.removeAttribute("T38MaxBitRate", in: image) }, fires: true),
        RuleCase(
            id: "t38-sdp-defaults-missing", kind: .made, capture: clean, shows: "missing, and 14400 all the same",
            edit: { $0.removeAttribute("T38MaxBitRate", in: image) }, fires: false),
        RuleCase(id: "t38-bitrate-not-reached", kind: .real, capture: "15b-t38-v29-9600", fires: true, severity: .note),
        RuleCase(id: "t38-bitrate-not-reached", kind: .real, capture: clean, fires: false),
        RuleCase(id: "t38-bitrate-not-reached", kind: .real, capture: "15g-t38-tcf-loss-fallback", fires: false),
    ].withoutAudio

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
