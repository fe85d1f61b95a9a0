import FaxCore
import PcapDecode

/// Layer D: signals of modems in audio that come damaged although no packet of them is missing.
enum DamageRules {
    /// Noise in dBm0 that no quiet line has, and how far below the signals it has to be: V.17 wants 25 dB or so.
    private static let loudNoise = -45.0
    private static let leastDistance = 25.0
    private static let noiseLeast = Duration.milliseconds(150)
    /// Fewer frames with a wrong FCS are chance, and so is a single tone.
    private static let leastFrames = 2
    /// V.21 channel 2 (1,650 and 1,850 Hz) that no receiver reads, so far off and so long at least.
    private static let tones = [1_650, 1_850]
    private static let toneReach = 30
    private static let toneLeast = Duration.milliseconds(200)

    private static let effects = TransportRules.effectsOfLoss + ["gap-75ms-violation", "no-ced", "own-echo"]

    static let rules = [
        Rule(["line-noise": .cause(.session, of: effects + ["modem-signal-damaged"])]) { facts in
            Party.allCases.compactMap { noise($0, facts) }
        },
        Rule(["modem-signal-damaged": .cause(.session, of: effects)]) { facts in
            Party.allCases.compactMap { damage($0, facts) }
        },
    ]

    /// What a codec for speech leaves of a signal is that codec's doing (`compressed-codec`).
    private static func isCompressed(_ party: Party, _ facts: CallFacts) -> Bool {
        facts.rtp(of: party).contains { !AudioRules.isHeard($0) && $0.codec != nil }
    }

    // MARK: - Noise

    /// Noise between the signals of a party, too near to their level.
    private static func noise(_ party: Party, _ facts: CallFacts) -> Finding? {
        guard facts.isFailed, AudioRules.hasFax(facts), !isCompressed(party, facts) else { return nil }
        let noises = facts.fax.signals.filter {
            $0.direction == party && ["noise", "comfort noise"].contains($0.name) && $0.end - $0.start >= noiseLeast
                && ($0.measure?.levelDBm0 ?? -99) > loudNoise && !isMessage($0, facts)
        }
        let levels = facts.fax.signals.filter { $0.direction == party && $0.isFax }.compactMap(\.measure?.levelDBm0)
        guard let loudest = noises.compactMap(\.measure?.levelDBm0).max(), let signal = levels.max(),
            signal - loudest < leastDistance
        else { return nil }
        return Finding(
            "line-noise", .audio, .warning, .strong, "Noise on the line",
            because:
                "Beside the fax signals of the \(party.rawValue), at \(decimal(signal, 1)) dBm0, there is noise at "
                + "\(decimal(loudest, 1)) dBm0: modems at high rates want \(decimal(leastDistance, 0)) dB between them.",
            remedy:
                "Look at the line and the gateway of the \(party.rawValue): level, earth, crosstalk, a noise generator.",
            measures: [
                .init("noise", loudest, "dBm0", threshold: loudNoise),
                .init("distance", signal - loudest, "dB", threshold: leastDistance),
            ], party: party, frames: noises.map(\.firstFrame))
    }

    /// Soon after a frame comes a signal of the message channel, and what spoils it makes noise of it.
    private static func isMessage(_ noise: FaxSignal, _ facts: CallFacts) -> Bool {
        facts.fax.messages.contains { $0.time < noise.start && noise.start - $0.end < messageReach }
    }

    /// TCF of 1.5 s behind its training, and what comes before them.
    private static let messageReach = Duration.seconds(5)

    // MARK: - Damage

    private static func damage(_ party: Party, _ facts: CallFacts) -> Finding? {
        guard facts.isFailed, AudioRules.isAudioFax(facts), facts.t38.isEmpty, !isCompressed(party, facts) else {
            return nil
        }
        let since = lastProgress(facts)
        let bursts = facts.fax.bursts.filter { $0.training.lowerBound >= since && isDamaged($0, party, facts) }
        let frames = facts.fax.messages.filter { $0.time >= since && isDamaged($0, party, facts) }
        let sounds = facts.fax.signals.filter { $0.start >= since && isUnreadTone($0, party) }
        guard !bursts.isEmpty || frames.count + sounds.count >= leastFrames else { return nil }
        var parts: [String] = []
        if let burst = bursts.first {
            parts.append("\(counted(bursts.count, "\(burst.modem) signal")) that no receiver trains on")
        }
        if !frames.isEmpty { parts.append("\(counted(frames.count, "V.21 frame")) with a wrong FCS") }
        if !sounds.isEmpty { parts.append("\(counted(sounds.count, "V.21 signal")) that cannot be read") }
        return Finding(
            "modem-signal-damaged", .audio, .error, .strong, "Signals damaged before this capture point",
            because: "The audio of the \(party.rawValue) has \(parts.joined(separator: " and ")), though no packet is "
                + "missing in them.",
            remedy:
                "Look at what this party's sound went through: a codec for speech, level, echo, noise, lost packets "
                + "that were filled up.",
            measures: [
                .init("trainings", Double(bursts.count), ""), .init("frames", Double(frames.count), ""),
                .init("tones", Double(sounds.count), ""),
            ], party: party,
            frames: bursts.map(\.firstFrame) + frames.map(\.frame) + sounds.map(\.firstFrame))
    }

    /// What went well before the last good answer was not too much damaged.
    private static func lastProgress(_ facts: CallFacts) -> Instant {
        facts.commands.last { ["CFR", "MCF", "RTP", "CTR"].contains($0.name) }?.end ?? .zero
    }

    private static func isDamaged(_ burst: BurstReport, _ party: Party, _ facts: CallFacts) -> Bool {
        burst.party == party && !burst.isTrained && burst.gaps.isEmpty && burst.jumps.isEmpty && burst.slips.isEmpty
            && !facts.hasHole(of: party, in: burst.training)
    }

    private static func isDamaged(_ message: T30Message, _ party: Party, _ facts: CallFacts) -> Bool {
        guard message.direction == party, message.crcOK == false, !message.isImageFrame, message.octets.count >= 3,
            !message.name.hasPrefix("unknown")
        else { return false }
        return !facts.hasHole(of: party, in: message.time...max(message.time, message.end))
    }

    /// One of the tones of V.21 stands alone where a frame would have both.
    private static func isUnreadTone(_ signal: FaxSignal, _ party: Party) -> Bool {
        guard signal.direction == party, signal.end - signal.start >= toneLeast else { return false }
        let words = signal.name.split(separator: " ")
        guard words.count == 3, words[0] == "tone", words[2] == "Hz", let pitch = Int(words[1]) else { return false }
        return tones.contains { abs($0 - pitch) <= toneReach }
    }
}
