import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

// Sound that is not what modems need, on G.711 and on the line behind a gateway.
extension FaultBook {
    /// What damage of the sound looks like where its kind cannot be told.
    private static let damaged = ["modem-signal-damaged", "tcf-errors", "ftt-loop", "page-bad-lines", "ppr-loop"]
    /// What a gateway makes of sound that it cannot read.
    private static let relayed = [
        "ifp-fcs-bad", "tcf-missing", "tcf-errors", "ftt-loop", "page-bad-lines", "ppr-loop", "ifp-missing-end",
        "ifp-slow-start", "ifp-gap-timeout", "udptl-pacing-burst", "dis-repeated-no-dcs",
    ]
    private static let relayedReason =
        "behind a gateway the capture has no sound, only what the gateway could not read of it, and the pauses that leaves"
    /// What lost or late packets look like that the capture cannot show.
    private static let unseen = NetworkFaults.unseen

    static let line: [SimulatedFault] = [
        .peer(
            "one-way", "no RTP of one side", ["one-way-media"], on: [.g711],
            .init(causes: ["one-way-media"], always: [])
        ) { $0.faults.line.isMute = true },
        transcoded("gsm", .gsm, "GSM 06.10"),
        transcoded("g726-16", .g726(bits: 2, .leastSignificantFirst), "G.726 at 16 kbit/s"),
        transcoded("g726-32", .g726(bits: 4, .leastSignificantFirst), "G.726 at 32 kbit/s"),
        .peer(
            "vad", "pauses are cut out and filled with comfort noise",
            ["vad-silence-suppression", "comfort-noise-inserted"], on: [.g711],
            .init(causes: ["vad-silence-suppression"], always: ["vad-silence-suppression"])
        ) { $0.audio.silenceSuppression = .init() },
        .peer(
            "vad-cuts-early", "the detector of pauses takes weak signals for silence", ["vad-silence-suppression"],
            on: [.g711], .init(causes: ["vad-silence-suppression"], always: ["vad-silence-suppression"])
        ) { $0.audio.silenceSuppression = .init(meanSquareLimit: 1_000_000, hangoverPackets: 2) },
        .peer(
            "echo", "the own signal comes back, 12 dB weaker", ["own-echo"], on: CallScenario.Transport.withLine,
            .init(causes: ["own-echo"], behindGateway: relayed, because: relayedReason)
        ) { $0.faults.line.echoLoss = 12 },
        .peer(
            "too-quiet", "a signal 30 dB too weak", ["gain-too-low"], on: CallScenario.Transport.withLine,
            .init(causes: ["gain-too-low"], behindGateway: relayed, because: relayedReason)
        ) { $0.faults.line.gain = -30 },
        .peer(
            "too-loud", "a signal 15 dB too strong, clipped", ["gain-too-high-clipping"],
            on: CallScenario.Transport.withLine,
            .init(causes: ["gain-too-high-clipping"], behindGateway: relayed, because: relayedReason)
        ) { $0.faults.line.gain = 15 },
        .peer(
            "noise", "noise 15 dB below the signal", ["line-noise", "tcf-errors", "page-bad-lines"],
            on: CallScenario.Transport.withLine,
            .init(causes: ["line-noise"] + damaged, behindGateway: relayed, because: relayedReason)
        ) { $0.faults.line.noise = -28 },
        .peer(
            "clock-300ppm", "a clock that is 300 millionths fast", ["rtp-clock-skew"], on: [.g711, .t38],
            .init(causes: ["rtp-clock-skew"])
        ) { $0.clockPPM = 300 },
        SimulatedFault(
            "adaptive-buffer", "a jitter buffer for voice, which moves while modems talk", ["jitterbuffer-slip"],
            on: [.g711],
            .init(causes: ["jitterbuffer-slip", "rtp-jitter-exceeds-buffer"], beyond: unseen, strikesReceiver: true)
        ) { (scenario, party) throws(NetworkSpecError) in
            scenario[party].audio.jitterBuffer.depth = .adaptive(
                .init(minimum: .milliseconds(10), maximum: .milliseconds(200), initial: .milliseconds(10)))
            try jitter("15ms", towards: party, &scenario)
        },
        SimulatedFault(
            "short-buffer", "jitter above what the buffer holds", ["rtp-jitter-exceeds-buffer"], on: [.g711],
            .init(causes: ["rtp-jitter-exceeds-buffer"], beyond: unseen, strikesReceiver: true)
        ) { (scenario, party) throws(NetworkSpecError) in
            scenario[party].audio.jitterBuffer = .fixed(.milliseconds(20))
            try jitter("60ms", towards: party, &scenario)
        },
        SimulatedFault(
            "silent-concealment", "silence where packets are missing", ["plc-artifact", "rtp-loss-passthrough"],
            on: [.g711], .init(causes: ["rtp-loss-passthrough"], beyond: unseen, strikesReceiver: true)
        ) { (scenario, party) throws(NetworkSpecError) in
            scenario[party].audio.jitterBuffer.concealment = .silence
            try FaultBook.loss("1%", towards: party, &scenario)
        },
    ]

    private static func transcoded(_ name: String, _ codec: AudioCodec, _ words: String) -> SimulatedFault {
        .peer(
            "transcoded-\(name)", "\(words) somewhere on a path that says G.711", ["transcoding-hidden"],
            on: CallScenario.Transport.withLine,
            .init(causes: ["transcoding-hidden"] + damaged, behindGateway: relayed, because: relayedReason)
        ) { $0.faults.line.codec = codec }
    }

    private static func jitter(
        _ text: String, towards party: Party, _ scenario: inout CallScenario
    ) throws(NetworkSpecError) {
        try add("jitter=\(text) order=free", towards: party, &scenario)
    }

    private static func loss(
        _ text: String, towards party: Party, _ scenario: inout CallScenario
    ) throws(NetworkSpecError) {
        try add("loss=\(text)", towards: party, &scenario)
    }

    private static func add(
        _ text: String, towards party: Party, _ scenario: inout CallScenario
    ) throws(NetworkSpecError) {
        if party == .caller {
            scenario.back = try NetworkSpec(scenario.back.text + " " + text)
        } else {
            scenario.forth = try NetworkSpec(scenario.forth.text + " " + text)
        }
    }
}
