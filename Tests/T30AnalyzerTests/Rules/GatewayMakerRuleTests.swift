import FaxCore
import FaxWire
import PcapDecode
import TestSupport
import Testing

/// Layer G: what makers are known for, and fallback.
@Suite struct GatewayMakerRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"
    private static let audio = "03-g711u-clean-1page"
    private static let refused = "05-t38-rejected-488-fallback-g711"
    private static let image = SIPSelection.request("INVITE", offering: "image")
    private static let accepted = SIPSelection.response(200, to: "INVITE", offering: "image")
    private static let refusal = SIPSelection.response(488, to: "INVITE", offering: "image")

    @Sendable private static func hangUp(_ capture: inout CaptureEditor, _ party: Party, seconds: Double) {
        let time = capture.time(of: refusal) + .seconds(seconds)
        capture.truncate(at: time)
        capture.insert("BYE", by: party, at: time)
    }

    /// Audio offered one second after the refusal.
    @Sendable private static func offerAudio(
        _ capture: inout CaptureEditor, by party: Party, _ attribute: String? = nil
    ) {
        var sdp = capture.firstSDP(of: party)
        if let attribute { sdp?.lines.append("a=\(attribute)") }
        capture.insert(
            "INVITE", by: party, at: capture.time(of: refusal) + .seconds(1), sdp: sdp?.body,
            answer: capture.firstSDP(of: party.other)?.body)
    }

    /// The caller offers T.38 too, 300 ms after the callee.
    @Sendable private static func offerToo(_ capture: inout CaptureEditor) {
        capture.insert(
            "INVITE", by: .caller, at: capture.time(of: image) + .milliseconds(300),
            sdp: CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0001), 4_712)), status: "491 Request Pending")
    }

    /// The adapter's list of codecs in the first INVITE.
    @Sendable private static func offerLikeAdapter(_ capture: inout CaptureEditor) {
        capture.edit(.request("INVITE", offering: "audio", nth: 1)) { text in
            let port = text.media.first?.port ?? 0
            text.setLine("m=audio ", "\(port) RTP/AVP 0 2 4 8 18 100 101")
            text.lines += ["a=rtpmap:2 G726-32/8000", "a=rtpmap:18 G729a/8000", "a=rtpmap:100 NSE/8000"]
        }
    }

    /// Event packets in the place of some audio packets of a party.
    @Sendable private static func sendEvent(_ capture: inout CaptureEditor, _ code: UInt8, from party: Party) {
        let packets = capture.media(.rtp, from: party, after: capture.start + .seconds(5)).prefix(3)
        for packet in packets {
            var payload = Array(packet.payload.prefix(12))
            payload[1] = 100
            payload += [code, 0x80, 0x01, 0x40]
            capture.records[packet.place].frame.setPayload(payload)
        }
    }

    static let cases: [RuleCase] = signalled.withoutAudio + heard

    private static let signalled: [RuleCase] = [
        RuleCase(
            id: "grandstream-t38-only", kind: .made, capture: refused,
            edit: { hangUp(&$0, .callee, seconds: 1.5) }, fires: true, severity: .error, isRootCause: true,
            party: .callee),
        RuleCase(
            id: "grandstream-t38-only", kind: .made, capture: refused, shows: "the other side hangs up",
            edit: { hangUp(&$0, .caller, seconds: 1.5) }, fires: false),
        RuleCase(
            id: "grandstream-t38-only", kind: .made, capture: refused, shows: "it tried audio for 8 s",
            edit: { hangUp(&$0, .callee, seconds: 8) }, fires: false),
        RuleCase(
            id: "carrier-rejects-t38-reinvite-by-design", kind: .made, capture: refused,
            edit: { offerAudio(&$0, by: .caller) }, fires: true, severity: .note, party: .caller),
        RuleCase(id: "carrier-rejects-t38-reinvite-by-design", kind: .real, capture: refused, fires: false),
        RuleCase(
            id: "carrier-rejects-t38-reinvite-by-design", kind: .made, capture: refused,
            shows: "it offers T.38 itself a second later",
            edit: { capture in
                offerAudio(&capture, by: .caller)
                capture.insert(
                    "INVITE", by: .caller, at: capture.time(of: refusal) + .seconds(2),
                    sdp: CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0001), 4_712)),
                    answer: CaptureEditor.imageSDP(Endpoint(IPAddress(v4: 0x0A4D_0002), 4_436)))
            }, fires: false),
        RuleCase(
            id: "audiocodes-fallback-chain", kind: .made, capture: refused,
            edit: { offerAudio(&$0, by: .callee, "gpmd:0 vbd=yes;ecan=on") }, fires: true, party: .callee),
        RuleCase(
            id: "audiocodes-fallback-chain", kind: .made, capture: refused, shows: "plain audio",
            edit: { offerAudio(&$0, by: .callee) }, fires: false),
        RuleCase(
            id: "cisco-nse-only", kind: .made, capture: audio, edit: { sendEvent(&$0, 192, from: .caller) },
            fires: true, party: .caller),
        RuleCase(
            id: "cisco-nse-only", kind: .made, capture: audio, shows: "answered",
            edit: { capture in
                sendEvent(&capture, 192, from: .caller)
                sendEvent(&capture, 192, from: .callee)
            }, fires: false),
        RuleCase(
            id: "grandstream-refresh", kind: .made, capture: clean,
            edit: { capture in
                capture.setAgent("Grandstream HT801 1.0.29.8", of: .callee)
                capture.insert(
                    "INVITE", by: .callee, at: capture.start + .seconds(16),
                    sdp: capture.firstSDP(of: .callee)?.body, status: "488 Not Acceptable Here")
            }, fires: true, party: .callee),
        RuleCase(
            id: "grandstream-refresh", kind: .made, capture: clean, shows: "no refresh",
            edit: { $0.setAgent("Grandstream HT801 1.0.29.8", of: .callee) }, fires: false),
        RuleCase(
            id: "cisco-fax-rate-voice", kind: .made, capture: "15c-t38-v27ter-4800",
            edit: { capture in
                capture.setAgent("Cisco-SIPGateway/IOS-15.5", of: .caller)
                capture.edit(.request("INVITE", offering: "audio", nth: 1)) { text in
                    text.setLine("m=audio ", "\(text.media.first?.port ?? 0) RTP/AVP 18 0 101")
                }
            }, fires: true, party: .caller),
        RuleCase(
            id: "cisco-fax-rate-voice", kind: .made, capture: "15c-t38-v27ter-4800", shows: "G.711 preferred",
            edit: { $0.setAgent("Cisco-SIPGateway/IOS-15.5", of: .caller) }, fires: false),
        RuleCase(
            id: "ribbon-local-tcf", kind: .made, capture: clean,
            edit: { capture in
                capture.setAgent("Ribbon SBC", of: .callee)
                capture.setAttribute("T38FaxMaxDatagram", "256", in: image)
            }, fires: true, party: .callee),
        RuleCase(
            id: "ribbon-local-tcf", kind: .made, capture: clean, shows: "its settings are right",
            edit: { $0.setAgent("Ribbon SBC", of: .callee) }, fires: false),
        RuleCase(
            id: "oracle-sbc-second-offer", kind: .made, capture: clean, shows: "long after CNG",
            edit: { capture in
                capture.setAgent("Acme Packet SBC", of: .callee)
                offerToo(&capture)
            }, fires: false),
        RuleCase(
            id: "capture-filtered-udptl", kind: .made, capture: "61-session-timer-refresh-t38",
            edit: { $0.dropMedia(.udptl) }, fires: true, certainty: .strong),
        RuleCase(
            id: "no-udptl-after-switch", kind: .made, capture: "61-session-timer-refresh-t38",
            shows: "the call ran on as if it had its fax", edit: { $0.dropMedia(.udptl) }, fires: false),
        RuleCase(
            id: "capture-filtered-udptl", kind: .made, capture: clean, shows: "25 s of it",
            edit: { $0.dropMedia(.udptl) }, fires: false),
        RuleCase(
            id: "no-udptl-after-switch", kind: .made, capture: clean, shows: "25 s without any",
            edit: { $0.dropMedia(.udptl) }, fires: true, isRootCause: true),
    ]

    /// A TCF of the caller that ends with the sig-end of HDLC, and the maker that it names.
    private static func wrongEnd(agent: String, _ end: T38FieldType = .hdlcSigEnd) -> Call {
        var script = FaxScript()
        script.identify()
        script.sendDCS()
        script.indicator(.caller, .v17LongTraining14400, lasting: 1.4)
        for _ in 0..<30 {
            script.send(
                .caller, .data(.v17At14400, [IFPPacket.Field(.t4NonECMData, [UInt8](repeating: 0, count: 90))]),
                after: 40)
        }
        script.send(.caller, .data(.v17At14400, [IFPPacket.Field(end)]))
        script.frame(.callee, 0x84)
        var call = script.call()
        call.signalling.callerAgent = agent
        return call
    }

    private static let heard: [RuleCase] = [
        RuleCase(
            id: "mediatrix-sigend", fires: true, party: .caller, script: { wrongEnd(agent: "Mediatrix 4102S") }),
        RuleCase(
            id: "mediatrix-sigend", shows: "another maker", fires: false, script: { wrongEnd(agent: "Some ATA") }),
        RuleCase(
            id: "mediatrix-sigend", shows: "the right end", fires: false,
            script: { wrongEnd(agent: "Mediatrix 4102S", .t4NonECMSigEnd) }),
        RuleCase(
            id: "oracle-sbc-second-offer", kind: .made, capture: clean, shows: "0.5 s after CNG",
            edit: { capture in
                capture.setAgent("Acme Packet SBC", of: .callee)
                capture.shiftTransaction(image, by: .seconds(-2.5))
                offerToo(&capture)
            }, fires: true, certainty: .strong, party: .callee),
        RuleCase(
            id: "spa2102-defaults", kind: .made, capture: "12-g711u-5pct-loss",
            edit: { capture in
                capture.truncate(at: capture.start + .seconds(9))
                offerLikeAdapter(&capture)
                capture.setAgent("Linksys/SPA2102-5.2.10", of: .caller)
            }, fires: true, party: .caller),
        RuleCase(
            id: "spa2102-defaults", kind: .made, capture: "12-g711u-5pct-loss", shows: "G.711 alone",
            edit: { capture in
                capture.truncate(at: capture.start + .seconds(9))
                capture.setAgent("Linksys/SPA2102-5.2.10", of: .caller)
            }, fires: false),
        RuleCase(
            id: "spa2102-defaults", kind: .made, capture: "12-g711u-5pct-loss", shows: "another maker",
            edit: { capture in
                capture.truncate(at: capture.start + .seconds(9))
                offerLikeAdapter(&capture)
            }, fires: false),
    ]

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
