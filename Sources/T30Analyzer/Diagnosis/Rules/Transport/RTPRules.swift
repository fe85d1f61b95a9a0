import FaxCore
import PcapDecode

/// Layer C: what the network did to a fax in audio.
enum RTPRules {
    /// Loss in pass-through from which on pages suffer, and from which on they fail, in packets of 10,000.
    private static let lossWarning = 2
    private static let lossError = 10
    /// No fax passes that, whatever it hits (ours).
    private static let lossBeyondDoubt = 500
    /// RFC 3550 jitter that fixed buffers of adapters usually stand, and that they do not.
    private static let jitterWarning = Duration.milliseconds(20)
    private static let jitterError = Duration.milliseconds(30)
    /// Less is not worth a word beside packets out of order.
    private static let jitterTold = Duration.milliseconds(5)
    /// Packets out of order, of 1,000, that a device without a reordering buffer does not stand.
    private static let disorderError = 10

    static let rules =
        [
            Rule(
                [
                    "rtp-loss-passthrough": .cause(.session, of: TransportRules.effectsOfLoss),
                    "rtp-jitter-exceeds-buffer": .cause(.session, of: TransportRules.effectsOfLoss),
                ], network)
        ] + ClockRules.rules + ContinuityRules.rules

    static func network(_ facts: CallFacts) -> [Finding] {
        guard AudioRules.isAudioFax(facts) else { return [] }
        return facts.rtp.flatMap { [loss($0, facts), jitter($0, facts)].compactMap { $0 } }
    }

    /// Lost packets of pass-through, with what they hit.
    private static func loss(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        guard AudioRules.isHeard(stream), AudioRules.hasFax(facts), let expected = stream.statistics.expected,
            expected > 0
        else { return nil }
        let lost = stream.statistics.unrecovered ?? stream.statistics.lost ?? 0
        guard lost > 0 else { return nil }
        let hits = LossHit.all([stream], facts.fax).filter { $0.hitContent && !isDuringT38($0.gap, facts) }
        let harmful = hits.filter(\.isHarmful)
        let share = lost * 10_000 / expected
        var because =
            "\(lost) of \(expected) packets from \(stream.sender) (\(percentText(lost, of: expected))) were "
            + "lost, at most \(stream.statistics.longestLossBurst ?? 1) in a row"
        let named = hits.named(limit: 8)
        if !named.isEmpty { because += ". Hit: " + named }
        if let shown = harmful.lazy.compactMap(\.shownBy).first { because += "; " + shown }
        let isBeyondDoubt = share >= lossBeyondDoubt && facts.t38.isEmpty
        let severity: Finding.Severity =
            facts.isFailed && (!hits.isEmpty || isBeyondDoubt)
            ? .error : share >= lossWarning && (facts.isFailed || !hits.isEmpty) ? .warning : .note
        return Finding(
            "rtp-loss-passthrough", .transport, facts.fax.outcome == .success ? min(severity, .warning) : severity,
            hits.isEmpty && !isBeyondDoubt ? .hint : .strong, "RTP loss in G.711 pass-through",
            because: because + ".",
            remedy: "Give the media priority (QoS), use T.38 with redundancy, or RFC 2198 for the audio.",
            measures: [
                .init("loss", 100 * Double(lost) / Double(expected), "%", threshold: Double(lossError) / 100),
                .init("longest run", Double(stream.statistics.longestLossBurst ?? 1), ""),
            ], party: stream.direction,
            frames: hits.isEmpty
                ? stream.statistics.gaps.flatMap { [$0.before, $0.after] }
                : (harmful + hits).flatMap { [$0.gap.before, $0.gap.after] })
    }

    /// What was on the line at that time came over T.38.
    private static func isDuringT38(_ gap: SequenceGap, _ facts: CallFacts) -> Bool {
        facts.t38.contains { $0.firstTime < gap.time.upperBound && $0.lastTime > gap.time.lowerBound }
    }

    /// Packets that come too late, or in another order, are as good as lost where the buffer is short.
    private static func jitter(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        guard AudioRules.isHeard(stream), AudioRules.hasFax(facts), let jitter = stream.statistics.maximumJitter else {
            return nil
        }
        let reordered = stream.statistics.reordered ?? 0
        let isDisordered = reordered * 1_000 >= stream.packets * disorderError
        guard jitter >= jitterWarning || isDisordered else { return nil }
        let isCause = facts.isFailed && (jitter >= jitterError || isDisordered)
        // The pages came over T.38: audio carried no more than the tones before it.
        let isHarmless = facts.fax.outcome == .success && facts.fax.carriedBy == "t38"
        let disorder = reordered > 0 ? "\(counted(reordered, "packet")) came out of order" : ""
        let hasJitter = jitter >= jitterTold
        return Finding(
            "rtp-jitter-exceeds-buffer", .transport, isCause ? .error : isHarmless ? .note : .warning, .strong,
            hasJitter ? "Jitter above the buffer" : "Packets out of order",
            because: (hasJitter
                ? "The jitter of \(stream.sender) reached \(Int(jitter.inSeconds * 1_000)) ms"
                    + (disorder.isEmpty ? "" : " and \(disorder)")
                : "Of the audio of \(stream.sender) \(disorder)")
                + "; packets that come later than the receiver's buffer is long are lost to it.",
            remedy: "Use a fixed jitter buffer that is longer than that, look for the queue or parallel path in the "
                + "network, or use T.38.",
            measures: [
                .init("jitter", jitter.inSeconds * 1_000, "ms", threshold: jitterError.inSeconds * 1_000),
                .init("out of order", Double(reordered), ""),
            ], party: stream.direction, frames: [stream.firstFrame, stream.lastFrame])
    }
}
