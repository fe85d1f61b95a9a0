import FaxWire

/// Looks for bursts of the message channel that no DCS announced: because it was lost, or lies before the capture. Every
/// modem is tried on the stretches that sound like one; its bits tell whether it was the right one.
struct BurstSearch {
    let envelope: Envelope

    /// The shortest stretch: 300 ms hold a training and a few bits.
    private static let shortest = 2_400
    /// Samples searched in one direction: 5 minutes, so that an hour of another modem costs no more than that.
    private static let searchLimit = 300 * 8_000
    /// A modem's signal is even: this share of its blocks lies within `evennessDB` of its level.
    private static let evenShare = 0.9
    private static let evennessDB = 6.0
    /// Of the bits of a burst, zeros in a row (TCF), or frames that came whole: see ``HeardBurst/merit``.
    private static let meritLeast = 0.5

    /// In order; the stretches that `line` left over.
    func bursts(in samples: Span<Int16>, besides line: HeardLine) -> [HeardBurst] {
        let claimed = (line.commands.map(\.samples) + line.bursts.filter(\.isTrained).map(\.samples))
            .sorted { $0.lowerBound < $1.lowerBound }
        var found: [HeardBurst] = []
        var searched = 0
        var known: HighSpeedModulation?
        guard var receiver = HighSpeedReceiver(.v27ter(.r2400)) else { return [] }
        for range in envelope.activeRanges(thresholdDBm0: LineReceiver.quietDBm0, hangover: Self.pause) {
            for stretch in range.subtracting(claimed) where sounds(stretch) && !isTone(samples, stretch) {
                guard searched < Self.searchLimit else { return found }
                searched += stretch.count
                let attempts = BurstAttempts(envelope: envelope, quietDBm0: LineReceiver.quietDBm0)
                let heard = attempts.best(
                    of: samples, in: stretch, &receiver, modulations: candidates(known)
                ) { $0.merit > Self.meritLeast }
                guard let heard, heard.merit > Self.meritLeast else { continue }
                known = heard.modulation
                found.append(heard)
            }
        }
        return found
    }

    /// 30 ms: commands and bursts lie at least 50 ms apart (T.30 5.3.5).
    private static let pause = 240

    /// What was found last comes again first, with the training that follows.
    private func candidates(_ known: HighSpeedModulation?) -> [HighSpeedModulation] {
        (known.map { [$0.afterTraining] } ?? []) + HighSpeedModulation.withLongTraining
    }

    private func sounds(_ stretch: Range<Int>) -> Bool {
        guard stretch.count >= Self.shortest else { return false }
        let level = envelope.levelDBm0(stretch)
        let first = stretch.lowerBound / Envelope.blockSamples + 1
        let last = stretch.upperBound / Envelope.blockSamples - 1
        guard first < last else { return false }
        let even = (first..<last).count { abs(envelope.levelDBm0(block: $0) - level) < Self.evennessDB }
        return Double(even) >= Double(last - first) * Self.evenShare
    }

    /// A tone is told by its last two samples, a modem's signal is not: what is left of it after the best prediction of
    /// second order, of its energy.
    private func isTone(_ samples: Span<Int16>, _ stretch: Range<Int>) -> Bool {
        let middle = (stretch.lowerBound + stretch.upperBound) / 2
        var (r0, r1, r2) = (0.0, 0.0, 0.0)
        for index in max(2, middle - 400)..<min(middle + 400, samples.count) {
            let (now, last, lastButOne) = (
                Double(samples[index]), Double(samples[index - 1]), Double(samples[index - 2])
            )
            r0 += now * now
            r1 += now * last
            r2 += now * lastButOne
        }
        let divisor = r0 * r0 - r1 * r1
        guard r0 > 0, divisor > 0 else { return true }
        let (first, second) = ((r1 * r0 - r1 * r2) / divisor, (r2 * r0 - r1 * r1) / divisor)
        return (r0 - first * r1 - second * r2) / r0 < Self.toneResidue
    }

    private static let toneResidue = 0.02
}
