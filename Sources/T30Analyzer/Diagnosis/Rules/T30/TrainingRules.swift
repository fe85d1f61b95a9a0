import FaxCore
import PcapDecode

/// Trainings: TCF, FTT, rates.
enum TrainingRules {
    /// A receiver passes a TCF with a second of zeros (T.30 5.3.6.1.3 asks for 1.5 s less the tolerance).
    static let leastZeroSeconds = 1.0
    /// So long a run of ones before the zeros is a modem that starts, not errors.
    private static let leadingOnes = Duration.milliseconds(200)
    private static let failuresLookedAt = 32
    /// Shorter runs are the chance of a few bits.
    private static let leastLeadingBits = 16

    static let rules = [
        Rule(
            ["gateway-short-train-after-ftt": .cause(.session, of: ["ftt-loop", "tcf-errors", "dcs-tcf-no-response"])],
            once: shortAfterFailure),
        Rule(
            [
                "tcf-errors": .symptom(.session, of: ["ftt-loop", "ftt-single", "dcs-tcf-no-response"]),
                "ftt-loop": .symptom(.session), "ftt-single": .remark,
            ], training),
        Rule(["tcf-leading-ones": .remark], once: startsWithOnes),
        Rule(["phase-b-return-training": .remark], once: slowerAfterReturn),
    ]

    // MARK: - FTT

    private static func training(_ facts: CallFacts) -> [Finding] {
        let trainings = facts.fax.trainings
        let failed = trainings.filter { $0.answer == "FTT" }
        var found: [Finding] = []
        let rates = failed.compactMap(\.rateBps).map(String.init).joined(separator: ", ")
        let hasPage = !facts.fax.pages.isEmpty
        // The last ones may have had no answer at all.
        let isHopeless =
            trainings.count >= T30Rules.tries && !failed.isEmpty && !trainings.contains { $0.answer == "CFR" }
            && facts.isFailed && T30Rules.isGivenUp(facts)
        if failed.count >= T30Rules.tries || isHopeless, !hasPage {
            found.append(
                Finding(
                    "ftt-loop", .t30, .error, failed.count >= T30Rules.tries ? .proof : .strong,
                    "Training fails at every rate",
                    because:
                        "\(failed.count) of \(counted(trainings.count, "training")) were answered FTT (at \(rates) "
                        + "bit/s), and no page followed.\(judgement(failed))",
                    remedy: "Look at what hit the TCF: loss, jitter, level, or local against transferred TCF.",
                    measures: [.init("FTT", Double(failed.count), "", threshold: Double(T30Rules.tries))],
                    party: facts.fax.sender, frames: failed.flatMap { [$0.frame, $0.answerFrame] }))
        } else if !failed.isEmpty {
            found.append(
                Finding(
                    "ftt-single", .t30, .note, .proof, "Training failed and was repeated",
                    because: "\(counted(failed.count, "FTT")) (at \(rates) bit/s) before "
                        + "\(hasPage ? "a rate that passed" : "the call ended").",
                    remedy: "None for a single one; limit the rate if it happens on every call.",
                    measures: [.init("FTT", Double(failed.count), "")], party: facts.fax.sender,
                    frames: failed.flatMap { [$0.frame, $0.answerFrame] }))
        }
        if let bad = badTCF(facts) { found.append(bad) }
        return found
    }

    /// Where the fault lies, as far as the TCFs tell that this capture point saw.
    private static func judgement(_ failed: [Training]) -> String {
        let seen = failed.filter { $0.longestZeroRunBits != nil }
        guard !seen.isEmpty, !seen.contains(where: isBad) else { return "" }
        return " Their TCFs were clean here: the fault lies behind the receiving side."
    }

    private static func isBad(_ training: Training) -> Bool {
        guard let run = training.longestZeroRunBits, let rate = training.rateBps else { return false }
        return Double(run) < Double(rate) * leastZeroSeconds
    }

    private static func badTCF(_ facts: CallFacts) -> Finding? {
        let bad = facts.fax.trainings.filter { isBad($0) && !isCutShort($0, facts) }
        guard let worst = bad.min(by: { zeroSeconds($0) < zeroSeconds($1) }) else { return nil }
        let each = bad.map {
            "\($0.longestZeroRunBits ?? 0) bits at \($0.rateBps ?? 0) bit/s (\($0.answer ?? "no answer"))"
        }
        return Finding(
            "tcf-errors", .t30, T30Rules.severity(facts), .proof, "TCF has errors",
            because: "Longest run of zeros shorter than a second in \(bad.count) of "
                + "\(counted(facts.fax.trainings.count, "training")): \(each.joined(separator: ", ")).",
            remedy: "Find what damaged it before this capture point: loss, jitter buffer, echo.",
            measures: [.init("zeros", rounded(zeroSeconds(worst)), "s", threshold: leastZeroSeconds)],
            party: facts.fax.sender, frames: bad.flatMap { [$0.frame, $0.answerFrame] })
    }

    /// The other side spoke and the sender gave its TCF up: short, but not damaged.
    private static func isCutShort(_ training: Training, _ facts: CallFacts) -> Bool {
        guard let signal = facts.fax.signals.first(where: { $0.name == "TCF" && $0.start >= training.time }),
            let sender = signal.direction, (signal.end - signal.start).inSeconds < leastZeroSeconds
        else { return false }
        return facts.fax.messages.contains {
            $0.direction == sender.other && $0.end >= signal.start && $0.time <= signal.end + reaction
        }
    }

    /// From the other side's frame to the end of what its sender was sending.
    private static let reaction = Duration.milliseconds(200)

    private static func zeroSeconds(_ training: Training) -> Double {
        guard let run = training.longestZeroRunBits, let rate = training.rateBps, rate > 0 else { return 0 }
        return Double(run) / Double(rate)
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }

    // MARK: - How the signal began

    /// V.17 trains at full length after a failure (T.30 5.3.6.1.4); and a TCF follows a DCS, never stands alone.
    private static func shortAfterFailure(_ facts: CallFacts) -> Finding? {
        var frames: [FrameRef?] = []
        var what: [String] = []
        for failure in facts.messages("FTT").prefix(failuresLookedAt) {
            guard let sender = failure.direction?.other,
                let signal = facts.fax.signals.first(where: {
                    $0.direction == sender && $0.start >= failure.end && $0.name.hasSuffix("training")
                }),
                !facts.commands.contains(where: {
                    $0.name == "CFR" && $0.time >= failure.end && $0.time <= signal.start
                })
            else { continue }
            let isAnnounced = facts.fax.messages.contains {
                $0.direction == sender && $0.time >= failure.end && $0.time <= signal.start && $0.name != "DCN"
            }
            let isHidden = facts.losses.contains {
                $0.party == sender && $0.gap.time.overlaps(failure.end...signal.start)
            }
            if signal.name.hasSuffix("short training") {
                what.append("\(signal.name) after FTT")
            } else if !isAnnounced, !isHidden, facts.fax.carriedBy == "t38" {
                what.append("a training without a new DCS after FTT")
            } else {
                continue
            }
            frames += [failure.frame, signal.firstFrame]
        }
        guard let first = what.first else { return nil }
        return Finding(
            "gateway-short-train-after-ftt", .t30, T30Rules.severity(facts), .proof, "Short training after FTT",
            because:
                "\(facts.fax.sender.atStart) sent \(first)\(what.count > 1 ? " (\(what.count) times)" : ""); a modem "
                + "that failed must be trained at full length, behind a new DCS.",
            remedy: "Upgrade the gateway: V.17 never trains again this way.", party: facts.fax.sender, frames: frames)
    }

    private static func startsWithOnes(_ facts: CallFacts) -> Finding? {
        // Over audio, the first bits are those of a receiver that finds its place.
        guard !facts.fax.ifpSignals.isEmpty else { return nil }
        let led = facts.fax.trainings.filter { training in
            guard let bits = training.leadingOneBits, let rate = training.rateBps, bits >= leastLeadingBits else {
                return false
            }
            return bits * 1_000 <= rate * Int(leadingOnes.inMilliseconds)
        }
        guard let longest = led.compactMap(\.leadingOneBits).max() else { return nil }
        return Finding(
            "tcf-leading-ones", .t30, .note, .hint, "TCF starts with ones",
            because: "\(counted(led.count, "TCF")) began with ones, up to \(longest) bits, before the zeros.",
            remedy: "Receivers should tolerate it; strict ones answer FTT.",
            measures: [.init("ones", Double(longest), "bits")], party: facts.fax.sender, frames: led.map(\.frame))
    }

    // MARK: - Rates

    /// EOM brings the session back to phase B; the new DCS is slower though nothing failed.
    private static func slowerAfterReturn(_ facts: CallFacts) -> Finding? {
        for (last, next) in zip(facts.fax.trainings, facts.fax.trainings.dropFirst()) {
            guard last.answer == "CFR", let before = last.rateBps, let after = next.rateBps, after < before else {
                continue
            }
            let between = facts.commands.filter { $0.time > last.time && $0.time < next.time }
            guard let end = between.last(where: { $0.name == "EOM" || $0.name == "PPS-EOM" }),
                !between.contains(where: { ["FTT", "RTN", "RTP", "PPR", "CTC"].contains($0.name) })
            else { continue }
            return Finding(
                "phase-b-return-training", .t30, .warning, .proof, "Slower after a return to phase B",
                because: "After \(end.name) the next DCS asks for \(after) bit/s, where \(before) bit/s had passed and "
                    + "nothing failed in between.",
                remedy: "Upgrade the sender's fax stack: it should begin again at the rate that worked.",
                measures: [.init("rate", Double(after), "bit/s", threshold: Double(before))], party: facts.fax.sender,
                frames: [last.frame, end.frame, next.frame])
        }
        return nil
    }
}
