import FaxCore
import FaxProtocol
import FaxStation
import FaxWire

// Call set-up and the switch to T.38. Who calls answers the offer of T.38, and so its fault is the caller's.
extension FaultBook {
    static let signalling = refusals + answers + slowAnswers + offers

    private static let refusals: [SimulatedFault] = [488, 415, 606].map { status in
        .peer(
            "refuses-\(status)", "T.38 is refused with \(status); audio goes on", ["t38-refused"],
            on: CallScenario.Transport.overT38, by: [.caller],
            .init(causes: ["t38-refused"], always: ["t38-refused"])
        ) {
            $0.acceptsT38 = false
            $0.refusal = status
        }
    }

    private static let answers: [SimulatedFault] = [
        .peer(
            "refuses-500", "a server error where T.38 is offered", ["t38-refused"], by: [.caller],
            .init(causes: ["t38-refused"])
        ) {
            $0.acceptsT38 = false
            $0.refusal = 500
        },
        .peer(
            "refuses-481", "the re-INVITE meets a dialog that is gone", ["t38-to-audio-switchback-481"],
            by: [.caller], .init(causes: ["t38-refused"])
        ) {
            $0.acceptsT38 = false
            $0.refusal = 481
        },
        .peer(
            "bye-on-offer", "BYE instead of an answer to T.38", ["grandstream-t38-only"], by: [.caller],
            .init(causes: ["t38-refused"])
        ) { $0.faults.signalling.t38Answer = .bye },
        .peer(
            "answers-port-zero", "200 to T.38 with port 0", ["t38-answer-image-port-zero"], by: [.caller],
            .init(causes: ["t38-answer-image-port-zero"], always: ["t38-answer-image-port-zero"])
        ) { $0.faults.signalling.t38Answer = .portZero },
        .peer(
            "answers-audio", "200 to T.38 with an audio line", ["t38-answer-without-image"], by: [.caller],
            .init(causes: ["t38-answer-without-image"], always: ["t38-answer-without-image"])
        ) { $0.faults.signalling.t38Answer = .audio },
        .peer(
            "never-answers-offer", "the offer of T.38 is never answered", ["t38-reinvite-unanswered"],
            by: [.caller], .init(causes: ["t38-reinvite-unanswered"])
        ) { $0.faults.signalling.t38Answer = .none },
    ]

    private static let slowAnswers: [SimulatedFault] = [5, 20, 35].map { seconds in
        .peer(
            "answers-after-\(seconds)s", "a media server that takes \(seconds) s for the switch",
            ["t38-reinvite-slow-answer"], by: [.caller],
            .init(causes: ["t38-reinvite-slow-answer", "t38-reinvite-unanswered"])
        ) { $0.responseDelay = .seconds(seconds) }
    }

    private static let offers: [SimulatedFault] = [
        SimulatedFault(
            "offers-late", "T.38 is offered when DCS and TCF are on the line already", ["late-t38-reinvite"],
            on: CallScenario.Transport.overT38, by: [.callee], .init(causes: ["late-t38-reinvite"])
        ) { scenario, _ in scenario.switchDelay = .seconds(9) },
        SimulatedFault(
            "glare", "both sides offer T.38 at once", ["t38-reinvite-glare"],
            on: CallScenario.Transport.overT38, by: [.callee],
            .init(causes: ["t38-reinvite-glare"], always: ["t38-reinvite-glare"])
        ) { scenario, _ in
            // Counted from the answer on this side, and from the ACK, a journey later, on the other one.
            scenario.caller.offersT38 = scenario.switchDelay + scenario.forth.delay
        },
        .peer(
            "offers-twice", "the same re-INVITE to T.38 once more", ["t38-offer-loop"], by: [.callee, .caller],
            .init()
        ) { $0.faults.signalling.offersAgain = .seconds(2) },
        SimulatedFault(
            "nobody-offers", "each side waits for the other's offer of T.38", ["no-t38-reinvite"],
            on: [.t38, .gateway], by: [.callee], .init()
        ) { scenario, _ in scenario.answerer.asksForT38 = false },
        .peer(
            "bye-in-call", "a proxy or a timer ends the call in the middle", ["bye-during-page"],
            on: CallScenario.Transport.allCases,
            .init(causes: ["bye-during-page", "bye-after-eop-audio-not-drained", "rtp-timeout-during-t38"])
        ) {
            $0.faults.signalling.hangsUp = .seconds(14)
            $0.faults.signalling.reason = SIPReason(protocol: "Q.850", cause: 102, text: "session timer")
        },
    ]

    /// What descriptions say.
    static let descriptions: [SimulatedFault] = [
        .peer(
            "local-tfc", "localTFC instead of localTCF", ["t38-rate-management-typo", "t38-refused"],
            .init(
                causes: ["t38-rate-management-typo"], always: ["t38-rate-management-typo"],
                because: "who cannot read it refuses T.38, and the fax goes on in audio")
        ) { $0.sdpQuirks.rateManagementText = "localTFC" },
        .peer("flags-zero", "booleans with :0", ["t38-boolean-syntax"], .init(always: ["t38-boolean-syntax"])) {
            $0.sdpQuirks.flags = .oneAndZero
        },
        .peer("no-udp-ec", "T38FaxUdpEC is missing", ["t38-sdp-defaults-missing"], .init()) {
            $0.sdpQuirks.omitted = ["T38FaxUdpEC"]
        },
        .peer("no-max-datagram", "T38FaxMaxDatagram is missing", ["t38-sdp-defaults-missing"], .init()) {
            $0.sdpQuirks.omitted = ["T38FaxMaxDatagram"]
        },
        .peer(
            "bare-t38", "an image line without any T.38 attribute", ["t38-sdp-defaults-missing"],
            .init(because: "harmless where the other side knows the defaults")
        ) {
            $0.sdpQuirks.omitted = [
                "T38FaxVersion", "T38MaxBitRate", "T38FaxRateManagement", "T38FaxMaxBuffer", "T38FaxMaxDatagram",
                "T38FaxUdpEC",
            ]
        },
        .peer(
            "tiny-max-datagram", "T38FaxMaxDatagram of 72", ["t38-maxdatagram-too-small"],
            .init(
                causes: ["t38-maxdatagram-too-small"], alwaysOfUsual: ["t38-maxdatagram-too-small"],
                because: "what the receiver of a fax sends is small enough")
        ) { $0.t38.maxDatagram = 72 },
        SimulatedFault(
            "max-datagram-ignored", "T38FaxMaxDatagram of 72, read by the other side as the size of an IFP packet",
            ["t38-maxdatagram-too-small"], on: CallScenario.Transport.overT38, by: [.callee],
            .init(causes: ["t38-maxdatagram-too-small"], always: ["t38-maxdatagram-too-small"])
        ) { scenario, party in
            scenario[party].t38.maxDatagram = 72
            scenario[party.other].faults.udptl.ignoresMaximum = true
        },
        .peer(
            "version-answered-3", "version 3 is answered to an offer of 0", ["t38-version-mismatch"], by: [.caller],
            .init(causes: ["t38-version-mismatch"], always: ["t38-version-mismatch"])
        ) { $0.sdpQuirks.answeredVersion = 3 },
        .peer("lower-case-names", "attributes of T.38 in lower case", ["t38-sdp-malformed"], .init()) {
            $0.sdpQuirks.lowerCaseNames = true
        },
        .peer("blank-behind-colon", "a blank behind the colon", ["t38-sdp-malformed"], .init()) {
            $0.sdpQuirks.blankBehindColon = true
        },
        .peer(
            "audio-beside-t38", "the audio line keeps its port beside T.38", ["audio-port-nonzero-with-image"],
            .init()
        ) { $0.sdpQuirks.keepsAudio = true },
        .peer("fixed-origin", "every description has the same version in o=", ["t38-sdp-malformed"], .init()) {
            $0.sdpQuirks.fixedVersion = true
        },
    ]
}
