import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

// What a peer sends over UDPTL.
extension FaultBook {
    static let ifp: [SimulatedFault] = [
        .peer(
            "signal-end-other-kind", "HDLC ends with t4-non-ecm-sig-end and the reverse (Mediatrix)",
            ["ifp-wrong-sig-end-type", "mediatrix-sigend"],
            .init(causes: ["ifp-wrong-sig-end-type"], always: ["ifp-wrong-sig-end-type"])
        ) { $0.faults.ifp.signalEnd = .ofOtherKind },
        .peer(
            "signal-end-repeated", "hdlc-sig-end behind hdlc-fcs-OK-sig-end", ["ifp-superfluous-sig-end"],
            .init(causes: ["ifp-superfluous-sig-end"])
        ) { $0.faults.ifp.signalEnd = .repeated },
        .peer(
            "signal-end-missing", "signals that no field ends", ["ifp-missing-end"],
            .init(causes: ["ifp-missing-end"], because: "no-signal behind it ends a frame for most receivers")
        ) { $0.faults.ifp.signalEnd = .missing },
        .peer(
            "no-preamble", "frames without v21-preamble before them", ["ifp-missing-indicator"],
            .init(causes: ["ifp-missing-indicator"], always: ["ifp-missing-indicator"])
        ) { $0.faults.ifp.omitsPreamble = true },
        .peer(
            "no-training-indicator", "TCF and pages without a training indicator", ["ifp-missing-indicator"],
            by: [.caller], .init(causes: ["ifp-missing-indicator"], always: ["ifp-missing-indicator"])
        ) { $0.faults.ifp.omitsTraining = true },
        .peer(
            "bad-fcs", "every frame is marked as damaged: a bad line behind a gateway", ["ifp-fcs-bad"],
            .init(causes: ["ifp-fcs-bad"], always: ["ifp-fcs-bad"])
        ) { $0.faults.ifp.spoilsFCS = true },
        SimulatedFault(
            "v29-without-ecm", "a gateway takes V.21 behind a page of V.29 for V.29", ["ifp-wrong-modem"],
            on: [.gateway], by: [.caller],
            .init(causes: ["ifp-wrong-modem"], because: "libspandsp's gateway does so, when it hears V.29 without ECM")
        ) { scenario, _ in
            for path in [\CallScenario.caller, \CallScenario.answerer] {
                scenario[keyPath: path].hasECM = false
                scenario[keyPath: path].modems = [.v27ter, .v29]
            }
        },
        .peer(
            "asn1-2002", "the ASN.1 of 2002 where version 0 was agreed on", ["t38-version-mismatch"],
            .init(causes: ["t38-version-mismatch"])
        ) { $0.faults.ifp.version = 3 },
    ]

    static let udptl: [SimulatedFault] = [
        .peer(
            "no-udptl", "T.38 is agreed on and nothing is sent", ["no-udptl-after-switch"],
            .init(causes: ["no-udptl-after-switch"])
        ) { $0.faults.udptl.isSilent = true },
        .peer(
            "udptl-to-wrong-port", "UDPTL goes two ports beside the agreed one",
            ["udptl-transport-rewritten", "no-udptl-after-switch"],
            .init(causes: ["no-udptl-after-switch", "t38-udptl-wrong-interface"])
        ) { $0.faults.udptl.portOffset = 2 },
        .peer(
            "udptl-port-moves", "a NAT gives the stream another source port", ["nat-rebinding-mid-fax"],
            .init(causes: ["nat-rebinding-mid-fax"])
        ) { $0.faults.udptl.movesAfter = 12 },
        .peer(
            "udptl-restarts", "sequence numbers begin at 0 again", ["udptl-seq-restart"],
            .init(causes: ["udptl-seq-restart"])
        ) { $0.faults.udptl.restartsAfter = 12 },
        .peer("no-copies", "redundancy is agreed on and not sent", ["t38-redundancy-zero"], .init()) {
            $0.faults.udptl.omitsCopies = true
        },
        .peer("empty-copies", "secondaries of no octets", ["udptl-zero-length-secondary"], .init()) {
            $0.faults.udptl.emptiesCopies = true
        },
        .peer("new-numbers", "repeats go out under new numbers", ["udptl-repeat-new-seq"], .init()) {
            $0.t38.repeats = .newNumbers
        },
        .peer(
            "rtp-beside-t38", "RTP goes on after the switch", ["audio-continues-after-switch"],
            .init(always: ["audio-continues-after-switch"])
        ) { $0.faults.udptl.keepsRTP = true },
    ]
}
