/// Hears a stretch of samples again and again, until a modem makes sense of it: for a training that was missed at the
/// first hearing, or whose DCS was.
struct BurstAttempts {
    let envelope: Envelope
    let quietDBm0: Double

    private static let step = 160
    /// Before and after the stretch, so that the carrier is seen to come and go.
    private static let margin = 400
    /// No attempt listens for less. It may lie below what counts as quiet: a stretch is known to hold a signal.
    private static let lowestCutoffDBm0: Float = -65

    /// Cutoffs to try for a signal, in dB below it. When the carrier is noticed decides with which phase the symbol
    /// clock starts, and libspandsp's short training of V.17 fails from some.
    private static func cutoffsBelowDB(_ modulation: HighSpeedModulation) -> [Float] {
        switch modulation {
        case .v17(_, .short): [18, 20, 22, 25, 28, 32]
        case .v17(_, .long), .v27ter, .v29: [18, 28]
        }
    }

    /// The best of what `receiver` makes of a stretch, its count of samples where it was. Stops at the first attempt
    /// that `isConvincing`.
    func best(
        of samples: Span<Int16>, in range: Range<Int>, _ receiver: inout HighSpeedReceiver,
        modulations: [HighSpeedModulation], isConvincing: (HeardBurst) -> Bool
    ) -> HeardBurst? {
        let place = receiver.sampleCount
        defer { receiver.seek(sample: place) }
        let level = Float(envelope.levelDBm0(range))
        var best: HeardBurst?
        for modulation in modulations {
            for below in Self.cutoffsBelowDB(modulation) {
                let cutoff = max(Self.lowestCutoffDBm0, level - below)
                let heard = hear(samples, range, &receiver, modulation, cutoff)
                guard let heard else { continue }
                if isConvincing(heard) { return heard }
                if heard.merit > best?.merit ?? 0 { best = heard }
                // It trained: other cutoffs make no difference to what it heard.
                break
            }
        }
        return best
    }

    private func hear(
        _ samples: Span<Int16>, _ range: Range<Int>, _ receiver: inout HighSpeedReceiver,
        _ modulation: HighSpeedModulation, _ cutoffDBm0: Float
    ) -> HeardBurst? {
        var collector = BurstCollector(envelope, quietDBm0: quietDBm0)
        guard receiver.select(modulation, cutoffDBm0: cutoffDBm0) else { return nil }
        var start = max(0, range.lowerBound - Self.margin)
        receiver.seek(sample: start)
        let end = min(samples.count, range.upperBound + Self.margin)
        while start < end {
            let count = min(Self.step, end - start)
            for event in receiver.receive(samples.extracting(start..<start + count)) {
                if case .closed(let burst) = collector.take(event, receiver) { return burst }
            }
            collector.note(receiver.takeWindow())
            start += count
        }
        return collector.close(at: end, hasEnd: end < samples.count, receiver)
    }
}

extension HeardBurst {
    /// How much sense the bits make, to choose between modems: frames that came whole, else the share of zeros in a
    /// row (TCF), else, a little, how well the symbols lay.
    var merit: Double {
        if goodImageFrames > 0 { return 2 + Double(goodImageFrames) }
        guard isTrained, octets.count >= 8 else { return 0 }
        var (run, longest) = (0, 0)
        for octet in octets {
            run = octet == 0 ? run + 1 : 0
            longest = max(longest, run)
        }
        let share = Double(longest) / Double(octets.count)
        let clarity = max(0, 1 - (quality.errorVectorRatio ?? 1)) / 10
        return longest >= 8 ? max(share, clarity) : clarity
    }
}
