import FaxCore
import TestSupport
import Testing

/// Layer B: when the call switches.
@Suite struct SwitchRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let image = SIPSelection.request("INVITE", offering: "image")

    /// A re-INVITE to T.38 by the callee in a call that is audio, from `seconds` after its start; then no more media.
    @Sendable private static func switchLate(_ capture: inout CaptureEditor, at seconds: Double) throws {
        let time = capture.start + .seconds(seconds)
        let sdp = { (port: UInt16, host: UInt8) in
            CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0000 | UInt32(host)), port))
        }
        capture.insert("INVITE", by: .callee, at: time, sdp: sdp(4_444, 2), answer: sdp(4_446, 1))
        capture.dropMedia(after: time + .milliseconds(50))
    }

    static let cases: [RuleCase] = signalled.withoutAudio + heard

    private static let signalled: [RuleCase] = [
        RuleCase(
            id: "t38-reinvite-glare", kind: .made, capture: clean, shows: "491",
            edit: { capture in
                capture.rewriteStatus(of: .response(200, to: "INVITE", offering: "image"), to: "491 Request Pending")
            }, fires: true),
        RuleCase(
            id: "t38-reinvite-glare", kind: .made, capture: clean, shows: "both accepted",
            edit: { capture in
                let time = capture.time(of: image)
                let sdp = capture.firstSDP(of: .caller)?.body
                let answer = capture.firstSDP(of: .callee)?.body
                capture.insert(
                    "INVITE", by: .caller, at: time + .milliseconds(1), sdp: sdp, answer: answer,
                    after: .milliseconds(30))
            }, fires: true, severity: .warning, because: "both were accepted"),
        RuleCase(
            id: "t38-reinvite-glare", kind: .made, capture: clean, shows: "one after the other",
            edit: { capture in
                let time = capture.time(of: image)
                let sdp = capture.firstSDP(of: .caller)?.body
                let answer = capture.firstSDP(of: .callee)?.body
                capture.insert("INVITE", by: .caller, at: time + .milliseconds(40), sdp: sdp, answer: answer)
            }, fires: false),
        RuleCase(
            id: "t38-offer-loop", kind: .made, capture: clean, shows: "T.38, audio, T.38",
            edit: { capture in
                let again = capture.messages.first { $0.text.media.contains { $0.kind == "image" } }?.text.body
                let answer = capture.messages.last { $0.text.media.contains { $0.kind == "image" } }?.text.body
                capture.shift(after: capture.time(of: .request("BYE")) - .microseconds(200), by: .seconds(3))
                capture.insert(
                    "INVITE", by: .callee, at: capture.time(of: .request("BYE")) - .seconds(2), sdp: again,
                    answer: answer)
            }, fires: true, severity: .warning),
        RuleCase(
            id: "t38-offer-loop", kind: .made, capture: "05-t38-rejected-488-fallback-g711",
            shows: "offered again and again",
            edit: { capture in
                let offer = capture.messages(image).first?.text.body
                for second in 1...2 {
                    capture.insert(
                        "INVITE", by: .callee, at: capture.time(of: image) + .seconds(second * 4), sdp: offer,
                        status: "488 Not Acceptable Here")
                }
            }, fires: true),
        RuleCase(
            id: "t38-offer-loop", kind: .made, capture: "05-t38-rejected-488-fallback-g711", shows: "offered twice",
            edit: { capture in
                let offer = capture.messages(image).first?.text.body
                capture.insert(
                    "INVITE", by: .callee, at: capture.time(of: image) + .seconds(4), sdp: offer,
                    status: "488 Not Acceptable Here")
            }, fires: false),
        RuleCase(
            id: "t38-autoswitch-no-signalling", kind: .made, capture: clean, shows: "the re-INVITEs taken out",
            edit: { capture in
                capture.dropTransaction(image)
                capture.dropTransaction(.request("INVITE", offering: "audio", nth: 2))
                let ports: [Party: UInt16] = [.caller: 10_590, .callee: 10_038]
                for packet in capture.media where packet.kind == .other {
                    let isCaller = packet.source.address == IPAddress(v4: 0x0A4D_0001)
                    let (from, to): (Party, Party) = isCaller ? (.caller, .callee) : (.callee, .caller)
                    capture.records[packet.place].frame.setSource(Endpoint(packet.source.address, ports[from] ?? 0))
                    capture.records[packet.place].frame.setDestination(
                        Endpoint(packet.destination.address, ports[to] ?? 0))
                }
            }, fires: true, severity: .note),
        RuleCase(id: "t38-autoswitch-no-signalling", kind: .real, capture: clean, fires: false),
        RuleCase(id: "t38-autoswitch-no-signalling", kind: .real, capture: "D01-media-only-t38", fires: false),
    ]

    private static let heard: [RuleCase] = [
        RuleCase(
            id: "late-t38-reinvite", kind: .made, capture: "03-g711u-clean-1page", shows: "in the page",
            edit: { try switchLate(&$0, at: 14) }, fires: true, severity: .error, isRootCause: true),
        RuleCase(
            id: "late-t38-reinvite", kind: .made, capture: "03-g711u-clean-1page", shows: "in CED",
            edit: { try switchLate(&$0, at: 2) }, fires: false),
        RuleCase(id: "late-t38-reinvite", kind: .real, capture: clean, fires: false),
        RuleCase(id: "no-t38-reinvite", kind: .real, capture: "12-g711u-5pct-loss", fires: true, severity: .note),
        RuleCase(id: "no-t38-reinvite", kind: .real, capture: "03-g711u-clean-1page", fires: false),
        RuleCase(
            id: "no-t38-reinvite", kind: .made, capture: "12-g711u-5pct-loss", shows: "offered and refused",
            edit: { capture in
                capture.insert(
                    "INVITE", by: .callee, at: capture.start + .seconds(5),
                    sdp: CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0002), 4_444)),
                    status: "488 Not Acceptable Here")
            }, fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
