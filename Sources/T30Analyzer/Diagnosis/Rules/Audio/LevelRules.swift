import FaxCore
import PcapDecode

/// Layer D: levels, clipping, and what was done to the samples before the capture.
enum LevelRules {
    /// Of modem signals in dBm0: worth a warning, and below what receivers must hear.
    private static let low = -35.0
    private static let tooLow = -43.0
    private static let tooHigh = -6.0
    private static let clipped = 0.001
    private static let skippedValues = 6
    private static let tooMuchNoise = -48.0

    private static let effects = ["no-cng", "no-ced"] + TransportRules.effectsOfLoss

    static let rules = [
        Rule(["gain-too-low": .cause(.session, of: effects), "gain-too-high-clipping": .cause(.session, of: effects)]) {
            facts in Party.allCases.flatMap { levels($0, facts) }
        },
        Rule(
            [
                "jitterbuffer-slip": .cause(.session, of: TransportRules.effectsOfLoss),
                "plc-artifact": .cause(.session, of: TransportRules.effectsOfLoss),
            ]
        ) { facts in Party.allCases.flatMap { [slips($0, facts), repeats($0, facts)].compactMap { $0 } } },
        Rule(["transcoding-hidden": .remark]) { facts in facts.fax.codewords.compactMap { conversion($0, facts) } },
        Rule(["comfort-noise-inserted": .remark]) { facts in Party.allCases.compactMap { noise($0, facts) } },
        Rule(["echo-canceller-active": .remark], once: canceller),
    ]

    /// The levels of a party's trainings, data and preambles, with their frames.
    private static func heard(_ party: Party, _ facts: CallFacts) -> [(level: Double, frame: FrameRef?)] {
        facts.fax.bursts.filter { $0.party == party && $0.isTrained }.compactMap { burst in
            burst.levelDBm0.map { ($0, burst.firstFrame) }
        }
            + facts.fax.signals.filter { $0.direction == party && $0.name == LineSignal.v21Preamble.name }.compactMap {
                signal in signal.measure.map { ($0.levelDBm0, signal.firstFrame) }
            }
    }

    /// Most of what a party sends is weaker than what receivers must hear: nobody has to have lost it on the way.
    static func isTooLow(_ party: Party, _ facts: CallFacts) -> Bool {
        middle(of: heard(party, facts)).map { $0 < tooLow } ?? false
    }

    private static func middle(of heard: [(level: Double, frame: FrameRef?)]) -> Double? {
        let levels = heard.map(\.level).sorted()
        return levels.isEmpty ? nil : levels[levels.count / 2]
    }

    private static func levels(_ party: Party, _ facts: CallFacts) -> [Finding] {
        let heard = heard(party, facts).sorted { $0.level < $1.level }
        guard let middle = middle(of: heard) else { return [] }
        var found: [Finding] = []
        if middle < low {
            let isCause = facts.isFailed && middle < tooLow
            found.append(
                Finding(
                    "gain-too-low", .audio, isCause ? .error : .warning, .strong, "Level too low",
                    because:
                        "The fax signals of the \(party.rawValue) have \(decimal(middle, 1)) dBm0; receivers of modems "
                        + "need \(decimal(tooLow, 0)).",
                    remedy: "Raise the input gain at the \(party.rawValue)'s gateway, or take out the pad on its line.",
                    measures: [.init("level", middle, "dBm0", threshold: low)], party: party,
                    frames: heard.prefix(6).map(\.frame)))
        }
        if let clipping = clipping(party, middle, facts) { found.append(clipping) }
        return found
    }

    private static func clipping(_ party: Party, _ level: Double, _ facts: CallFacts) -> Finding? {
        let worst = facts.fax.bursts.filter { $0.party == party }.max { $0.clippedShare < $1.clippedShare }
        let share = worst?.clippedShare ?? 0
        guard share > clipped || level > tooHigh else { return nil }
        let failed = facts.isFailed && facts.fax.trainings.contains { $0.answer == "FTT" || $0.answer == nil }
        return Finding(
            "gain-too-high-clipping", .audio, share > clipped && failed ? .error : .warning, .strong,
            share > clipped ? "Clipping" : "Level too high",
            because: "The fax signals of the \(party.rawValue) have \(decimal(level, 1)) dBm0"
                + (share > clipped ? ", and \(decimal(share * 100, 2)) % of the samples stand at full scale." : "."),
            remedy: "Lower the gain at the \(party.rawValue)'s gateway, or its machine's transmit level.",
            measures: [
                .init("level", level, "dBm0", threshold: tooHigh),
                .init("clipped", share * 100, "%", threshold: clipped * 100),
            ], party: party, frames: [worst?.firstFrame, worst?.lastFrame])
    }

    // MARK: - Slips and concealment

    /// Slips with an effect: frames of other length, or symbols that jumped in a burst that came to harm.
    private static func slips(_ party: Party, _ facts: CallFacts) -> Finding? {
        let bursts = facts.fax.bursts.filter { $0.party == party && !$0.slips.isEmpty }
        let slips = bursts.flatMap { burst in
            burst.slips.filter { slip in
                slip.evidence == .frameLength
                    || (isHarmed(burst, facts) && !burst.repeats.contains { isNear($0, slip) })
            }
        }
        guard let first = slips.first else { return nil }
        let isCause = facts.isFailed && bursts.contains { isHarmed($0, facts) }
        let amounts = slips.compactMap(\.inserted).map { decimal($0.inSeconds * 1_000, 0) + " ms" }
        return Finding(
            "jitterbuffer-slip", .audio, isCause ? .error : .warning, .strong, "Sound removed or inserted",
            because:
                "The signals of the \(party.rawValue) slip \(counted(slips.count, "time")) although no packet is missing"
                + (amounts.isEmpty ? "" : " (\(amounts.prefix(4).joined(separator: ", ")))")
                + ": a jitter buffer before this capture point changed its length.",
            remedy: "Use a fixed jitter buffer; switch its adaptation off for fax.",
            measures: [.init("slips", Double(slips.count), "", threshold: 1)]
                + (first.inserted.map { [.init("inserted", $0.inSeconds * 1_000, "ms")] } ?? []),
            party: party, frames: slips.map(\.frame))
    }

    private static func isHarmed(_ burst: BurstReport, _ facts: CallFacts) -> Bool {
        switch burst.content {
        case .ecm: burst.badFrames > 0
        case .page: facts.fax.pages.contains { ($0.badRows ?? 0) > 0 }
        case .tcf: facts.fax.trainings.contains { $0.answer == "FTT" && $0.time <= burst.training.upperBound }
        case .nothing: true
        }
    }

    private static func repeats(_ party: Party, _ facts: CallFacts) -> Finding? {
        let bursts = facts.fax.bursts.filter { $0.party == party }
        let repeats = bursts.flatMap { burst in
            burst.repeats.filter { copy in
                !burst.slips.contains { $0.evidence == .frameLength && isNear(copy, $0) }
            }
        }
        guard let first = repeats.first else { return nil }
        let isCause = facts.isFailed && bursts.contains { !$0.repeats.isEmpty && isHarmed($0, facts) }
        return Finding(
            "plc-artifact", .audio, isCause ? .error : .warning, .proof, "Concealment in modem audio",
            because:
                "\(counted(repeats.count, "packet")) inside page data or TCF of the \(party.rawValue) repeat the sound of "
                + "the packet before, the first is \(first.frame): packets were lost before this capture point and "
                + "filled up.",
            remedy: "Find the loss before this capture point; switch packet loss concealment off for fax.",
            measures: [
                .init("repeats", Double(repeats.count), "", threshold: 1), .init("correlation", first.correlation, ""),
            ], party: party, frames: repeats.map(\.frame))
    }

    private static let nearSlip = Duration.milliseconds(200)

    private static func isNear(_ copy: BurstReport.Repeat, _ slip: BurstReport.Slip) -> Bool {
        copy.time >= slip.time - nearSlip && copy.time <= slip.time + nearSlip
    }

    // MARK: - Conversions and noise

    private static func conversion(_ report: CodewordReport, _ facts: CallFacts) -> Finding? {
        guard report.skipped >= skippedValues, report.stream < facts.call.streams.count, AudioRules.isAudioFax(facts),
            AudioRules.hasFax(facts)
        else { return nil }
        let stream = facts.call.streams[report.stream]
        return Finding(
            "transcoding-hidden", .audio, .note, .hint, "Samples converted before the capture",
            because:
                "\(report.codec) of \(stream.sender) never uses \(report.skipped) values between others that it uses "
                + "often: the samples were coded in another law, or changed in level, before.",
            remedy: "Use one law on all legs and no digital gain; ask the carrier for clear G.711.",
            measures: [.init("values left out", Double(report.skipped), "", threshold: Double(skippedValues))],
            party: stream.direction, frames: [stream.firstFrame])
    }

    /// Steady noise of a party while the fax runs.
    private static func noise(_ party: Party, _ facts: CallFacts) -> Finding? {
        guard let start = facts.fax.start, let end = facts.fax.end, AudioRules.hasFax(facts) else { return nil }
        let noises = facts.fax.signals.filter {
            $0.direction == party && $0.name == "comfort noise" && $0.start > start && $0.end < end
                && ($0.measure?.levelDBm0 ?? -99) > tooMuchNoise
        }
        guard noises.count >= 2, let loudest = noises.compactMap(\.measure?.levelDBm0).max() else { return nil }
        return Finding(
            "comfort-noise-inserted", .audio, .note, .hint, "Noise between fax signals",
            because:
                "Between the signals of the \(party.rawValue) there is noise of up to \(decimal(loudest, 1)) dBm0, "
                + "\(counted(noises.count, "time")): a gateway may fill silence.",
            remedy: "Switch comfort noise off for fax calls.",
            measures: [.init("noise", loudest, "dBm0", threshold: tooMuchNoise)], party: party,
            frames: noises.map(\.firstFrame))
    }

    /// CNG gets weaker when the called side begins to sound: its echo canceller, or suppressor, is at work.
    private static func canceller(_ facts: CallFacts) -> Finding? {
        let tones = facts.fax.signals.filter { $0.name == "CNG" && $0.direction == .caller && $0.measure != nil }
        let answers = facts.fax.signals.filter { $0.isFax && $0.direction == .callee }
        func isUnderAnswer(_ tone: FaxSignal) -> Bool {
            answers.contains { $0.start < tone.end && $0.end > tone.start }
        }
        let alone = tones.filter { !isUnderAnswer($0) }.compactMap(\.measure?.levelDBm0).sorted()
        guard !alone.isEmpty,
            let weakest = tones.filter(isUnderAnswer).min(by: {
                ($0.measure?.levelDBm0 ?? 0) < ($1.measure?.levelDBm0 ?? 0)
            }), let level = weakest.measure?.levelDBm0
        else { return nil }
        let drop = alone[alone.count / 2] - level
        guard drop > Self.cancellerDrop else { return nil }
        return Finding(
            "echo-canceller-active", .audio, .note, .hint, "Echo canceller at work",
            because: "CNG of the caller falls by \(decimal(drop, 1)) dB while the called side sounds.",
            remedy: "Switch echo cancellers and their non-linear processors off for fax.",
            measures: [.init("drop", drop, "dB", threshold: Self.cancellerDrop)], party: .caller,
            frames: [weakest.firstFrame])
    }

    private static let cancellerDrop = 6.0
}
