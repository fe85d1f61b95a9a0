import FaxCore

extension FailureCatalogue {
    /// Layer E: T.38 IFP behaviour.
    static let ifp: [CatalogueEntry] = [
        CatalogueEntry(
            "ifp-missing-indicator", .ifp, .proof, "Data without its indicator",
            symptom: "Emitting gateway starts late.",
            signature:
                "hdlc-data/t4 data of a modem type with no preceding preamble/training indicator (after repair).",
            cause: "Lost or never sent.",
            remedy: "Receiver must infer it.",
            source: "SDP t38_gateway.c queue_missing_indicator; t38_terminal fake_rx_indicator"),
        CatalogueEntry(
            "tcf-missing", .ifp, .proof, "No TCF behind DCS",
            symptom: "DCS is repeated until the sender gives up.",
            signature:
                "Every DCS of the sender whole, and for 3 s or until its next turn no training indicator and no data of "
                + "the message channel behind it, with no packet missing.",
            cause:
                "The sending gateway does not recognise the training of its machine: level, noise, a codec for speech or "
                + "loss on that line.",
            remedy: "Look at the line behind the sending gateway.",
            source: "T.38 7.3 (indicators), T.30 5.3.2.2; seen with spandsp's gateway"),
        CatalogueEntry(
            "ifp-wrong-modem", .ifp, .proof, "Command in a signal of another modem",
            symptom: "EOP or DCS is not heard; the far gateway trains a modem that nobody sends.",
            signature:
                "A whole frame of T.30 that is neither FCD nor RCP in HDLC data of V.27 ter, V.29, V.17 or V.33, often with "
                + "a training indicator before it where a V.21 preamble belongs.",
            cause: "The sending gateway takes V.21 for the training of the modem that spoke before (V.29 without ECM).",
            remedy: "Upgrade the gateway; ECM or V.17 may avoid it.",
            source: "T.38 7.3.2 (data types); seen with the gateway of libspandsp 0.0.6"),
        CatalogueEntry(
            "ifp-missing-end", .ifp, .proof, "No sig-end/no-signal after data",
            symptom: "Carrier held; receiver’s timers run.",
            signature: "After fcs-OK (last frame) or RTC no sig-end and no no-signal within 500 ms (ours).",
            cause: "Sender omits it, or loss.",
            remedy: "Send fcs-OK-sig-end plus no-signal.",
            source: "SDP t38_manual «What really ends the data?»"),
        CatalogueEntry(
            "ifp-superfluous-sig-end", .ifp, .proof, "hdlc-sig-end after fcs-OK-sig-end",
            symptom: "Strict stacks choke.",
            signature: "hdlc-sig-end directly after hdlc-fcs-OK-sig-end/BAD-sig-end of the same signal.",
            cause: "Sender’s habit.",
            remedy: "Ignore it; do not send it.",
            source: "freeswitch/spandsp PR #86; SDP t38_manual"),
        CatalogueEntry(
            "ifp-wrong-sig-end-type", .ifp, .proof, "hdlc-sig-end ends non-ECM data (or reverse)",
            symptom: "Page or TCF never ends.",
            signature: "TCF/T.4 data closed by hdlc-sig-end, or HDLC by t4-non-ecm-sig-end.",
            cause: "Mediatrix bug.",
            remedy: "Accept either.",
            source: "SDP t38_terminal.c WORKAROUND; t38_manual"),
        CatalogueEntry(
            "ifp-data-in-fcs", .ifp, .proof, "Octets inside an FCS field",
            symptom: "Last octets of a frame lost.",
            signature: "field-data present in hdlc-fcs-OK(-sig-end) or sig-end.",
            cause: "Cisco inserts it; Commetrex followed.",
            remedy: "Append the octets before closing the frame.",
            source: "SDP a256dd5, t38_terminal.c 435 ff."),
        CatalogueEntry(
            "ifp-fcs-bad", .ifp, .proof, "hdlc-fcs-BAD",
            symptom: "Frame repeats.",
            signature:
                "Count fcs-BAD by direction and frame; ≥ 2 for the same command ⇒ analogue leg poor on that side.",
            cause: "Line errors on the PSTN/FXS leg behind the gateway, not IP.",
            remedy: "Check that line, gain, EC.",
            source: "SDP 4f29e7b; t38_gateway.c"),
        CatalogueEntry(
            "ifp-preamble-too-short", .ifp, .strong, "v21-preamble to first data < 1 s",
            symptom: "Peers that need 1 s drop the frame.",
            signature: "Gap indicator→first hdlc-data < 850 ms = out of spec; 850–1000 ms = legal, breaks some.",
            cause: "850 ms is in spec; jitter shortens.",
            remedy: "Send ≥ 1 s.",
            source: "SDP t38_manual"),
        CatalogueEntry(
            "ifp-training-too-short", .ifp, .strong, "Training indicator to first data too short",
            symptom: "FTT on the far leg.",
            signature:
                "Gap < modem’s training time (V.17 long 1.39 s, short 0.14 s, V.29 0.25 s, V.27ter 4800 0.71 s, 2400 "
                + "0.94 s: symbols of the V-series Recommendations by their rate) less 20 ms (ours). TEP (0.2 s) and the "
                + "flags of ECM (0.2 s) may come on top and are not asked for.",
            cause: "Poor timing.",
            remedy: "Pace per modem, allow for TEP.",
            source: "SDP t38_manual"),
        CatalogueEntry(
            "ifp-gap-timeout", .ifp, .strong, "Silence inside a signal",
            symptom: "Receiver invents no-signal.",
            signature:
                "No IFP > 300 ms within HDLC/T.4 data while the signal is open; spandsp treats long gaps as end.",
            cause: "Loss, CPU stall.",
            remedy: "Fix pacing; raise receiver’s timeout.",
            source: "SDP t38_terminal.c timeout_rx; RTPE dafb68ef"),
        CatalogueEntry(
            "ifp-slow-start", .ifp, .proof, "Gateway silent after the switch",
            symptom: "Peer waits; carrier assumed.",
            signature:
                "After the switch, only no-signal ×3 (or nothing) from one side for > 2 s although its "
                + "analogue/RTP leg, or its RTP in the same call, carries CED or V.21.",
            cause: "Gateway engine got no samples.",
            remedy: "T.38 fill-in; fix codec on PCM leg.",
            source: "rtpengine #1107; RTPE dafb68ef"),
        CatalogueEntry(
            "ifp-rtc-cut", .ifp, .strong, "Data ends right after the six EOLs",
            symptom: "Last rows corrupted.",
            signature: "t4-non-ecm-sig-end at once after RTC, no zero padding ≥ 40 ms.",
            cause: "Legal, but some gateways drop carrier early.",
            remedy: "Pad ≥ 40 ms of zeros.",
            source: "SDP t38_manual"),
        CatalogueEntry(
            "ifp-after-end", .ifp, .hint, "Packets after the end",
            symptom: "Late junk.",
            signature: "IFP signals more than 0.5 s (ours) after DCN both ways, or after BYE.",
            cause: "Copies in flight.",
            remedy: "Ignore.",
            source: "SDP 088a11e"),
        CatalogueEntry(
            "ifp-nsf-not-masked", .ifp, .strong, "NSF passed unmasked",
            symptom: "Two machines of one maker go proprietary and die in the relay.",
            signature:
                "NSF with a real country/provider code in T.38 from the called side, same maker’s NSS as answer, "
                + "then unknown FCFs or non-T.30 data.",
            cause: "Gateway does not edit NSF.",
            remedy: "Mask NSF (Cisco fax nsf 000000).",
            source: "SDP t38_manual, 20524a2; Cisco Doc 20227 step 10; FaxTap NSS_MODE_ON"),
        CatalogueEntry(
            "ifp-ecm-bit-cleared", .ifp, .proof, "Gateway clears ECM in DIS",
            symptom: "ECM machines run without it; corrupt pages.",
            signature: "DIS ECM bit set on the analogue/A leg and clear on the relay leg.",
            cause: "Gateway policy (ECM disabled).",
            remedy: "Enable ECM on the route.",
            source: "blog.t38fax.com/page/1; voip-info asterisk-t38; FS 5d31c9b9",
            scope: .legs),
        CatalogueEntry(
            "ifp-90s-cutoff", .ifp, .strong, "Gateway stops any signal at about 90 s",
            symptom: "Dense page always fails at the same time.",
            signature:
                "Continuous high-speed data ends (no-signal/abort) at 88–95 s, no RTC/RCP; repeat at same offset.",
            cause: "Backstop timer in some AudioCodes-based ATAs.",
            remedy: "Lower resolution/ECM; higher rate.",
            source: "SDP t38_manual «Normal use versus testing»"),
        CatalogueEntry(
            "ifp-v8-in-v0", .ifp, .proof, "V.8/V.34 indicators in a v0–2 session",
            symptom: "Peer cannot parse.",
            signature: "t30-ind ≥ 16 (v8-ansam, v8-signal, v34-*) or t30-data ≥ 9 in a session agreed < version 3.",
            cause: "Version rule broken.",
            remedy: "Fix version.",
            source: "WS/T.38 2002 list; AudioCodes V.34 relay page"),
        CatalogueEntry(
            "t38-over-rtp-or-tcp", .ifp, .proof, "T.38 over RTP or TCP",
            symptom: "Tools show nothing.",
            signature: "m=image … TCP t38, m=audio … rtpmap t38/8000, or TPKT 03 00 on the stream.",
            cause: "Rare transports.",
            remedy: "Decode; most tools do not.",
            source: "WS TO DO list; SDP t38_manual"),
        CatalogueEntry(
            "ifp-unreadable", .ifp, .proof, "IFP packets that do not read", symptom: "Fax fails or pages have holes.",
            signature: "UDPTL packets whose IFP follows neither ASN.1 form of T.38.",
            cause: "A private format, or octets damaged on the way.", remedy: "Report it to the maker of the device.",
            source: "T.38 7"),
        CatalogueEntry(
            "ifp-frame-too-long", .ifp, .proof, "HDLC frame without end", symptom: "Fax fails in phase B or D.",
            signature: "hdlc-data of one frame past any length that T.30 knows, without an FCS field.",
            cause: "A gateway that lost the end of a frame.", remedy: "Report it to the maker of the gateway.",
            source: "T.30 5.3"),
        CatalogueEntry(
            "ifp-octet-aligned-fields", .ifp, .proof, "IFP fields that begin on octets",
            symptom: "A receiver that keeps to PER reads wrong fields.",
            signature: "Packets of the 2002 form that read only when each field begins on an octet.",
            cause: "An encoder that pads every field.", remedy: "Read both; report it to the maker of the device.",
            source: "X.691 10.9; T.38 Annex A"),
        CatalogueEntry(
            "ifp-indicator-with-data", .ifp, .proof, "Indicator with a data-field", symptom: "Strict stacks drop it.",
            signature: "t30-indicator whose data-field bit is set.", cause: "An encoder's fault.",
            remedy: "Report it to the maker of the device.", source: "T.38 7.3.1"),
        CatalogueEntry(
            "ifp-data-without-fields", .ifp, .proof, "Data message without fields", symptom: "Strict stacks drop it.",
            signature: "t30-data without data-field, or with none in it.",
            cause: "Keep-alive packets, or an encoder's fault.",
            remedy: "Ignore it.", source: "T.38 7.3.2"),
        CatalogueEntry(
            "ifp-dirty-padding", .ifp, .proof, "IFP padding that is not zero", symptom: "None, mostly.",
            signature: "Ones where PER pads to the next octet.", cause: "An encoder that leaves octets as they were.",
            remedy: "Ignore it.", source: "X.691 10.7"),
        CatalogueEntry(
            "ifp-trailing-octets", .ifp, .proof, "Octets after an IFP packet", symptom: "Strict stacks drop it.",
            signature: "Octets in the UDPTL packet behind the end of its IFP packet, not of a repair by parity.",
            cause: "An encoder's fault, or padding.", remedy: "Ignore them; report it to the maker of the device.",
            source: "T.38 9.1"),
    ]
}
