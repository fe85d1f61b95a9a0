import FaxCore
import PcapDecode

/// Layer C: the clocks and the packet times of a fax in audio.
enum ClockRules {
    /// Shorter streams do not tell a clock.
    static let leastLength = Duration.seconds(20)
    /// Parts per million from which on a clock is worth a note, and from which on it does harm.
    static let skewNote = 50.0
    static let skewHarm = 100.0
    /// So many times its own uncertainty a skew must be.
    static let sureness = 4.0
    /// Packets of a stream whose packet time is judged.
    static let leastPackets = 50
    /// Slips that recur tell a clock: at least so many, so regular.
    static let leastSlips = 4
    static let regularity = 0.05

    private static let effects = ["jitterbuffer-slip", "tdm-slips"] + TransportRules.effectsOfLoss

    static let rules = [
        Rule(["rtp-clock-skew": .cause(.session, of: effects)], once: skew),
        Rule(["tdm-slips": .remark]) { facts in facts.rtp.indices.compactMap { periodicSlips($0, facts) } },
        Rule(["rtp-ptime-mismatch": .remark], packetTimes),
    ]

    // MARK: - Clocks

    /// The clocks of both parties against each other, else one against the capture's.
    static func relativeSkew(_ rtp: [MediaStream]) -> (ppm: Double, uncertainty: Double, streams: [MediaStream])? {
        func longest(_ party: Party?) -> MediaStream? {
            rtp.filter {
                $0.direction == party && $0.lastTime - $0.firstTime >= leastLength && $0.statistics.clockSkewPPM != nil
            }.max { $0.packets < $1.packets }
        }
        let streams = Party.allCases.compactMap { longest($0) }
        guard let first = streams.first, let skew = first.statistics.clockSkewPPM else { return nil }
        let uncertainty = first.statistics.clockSkewUncertaintyPPM ?? 0
        guard streams.count == 2, let other = streams[1].statistics.clockSkewPPM else {
            return (skew, uncertainty, streams)
        }
        let further = streams[1].statistics.clockSkewUncertaintyPPM ?? 0
        return (skew - other, (uncertainty * uncertainty + further * further).squareRoot(), streams)
    }

    private static func skew(_ facts: CallFacts) -> Finding? {
        guard AudioRules.isAudioFax(facts), AudioRules.hasFax(facts), let skew = relativeSkew(facts.rtp),
            abs(skew.ppm) - skew.uncertainty > skewNote, skew.uncertainty * sureness < abs(skew.ppm)
        else { return nil }
        let packet = (skew.streams.compactMap(\.statistics.packetTimeMs).max() ?? 20) / 1_000
        let period = packet / (abs(skew.ppm) / 1_000_000)
        let slips = facts.fax.bursts.flatMap(\.slips)
        let isLarge = abs(skew.ppm) - skew.uncertainty > skewHarm
        let severity: Finding.Severity =
            isLarge && facts.isFailed ? (slips.isEmpty ? .warning : .error) : .note
        let whom = skew.streams.count == 2 ? "of the two parties differ by" : "of \(skew.streams[0].sender) differs by"
        var because =
            "The sample clock\(skew.streams.count == 2 ? "s" : "") \(whom) \(decimal(abs(skew.ppm), 0)) ppm"
            + (skew.streams.count == 2 ? "" : " from the capture's")
            + ": a fixed buffer runs over or dry by one packet of \(decimal(packet * 1_000, 0)) ms every "
            + "\(decimal(period, 0)) s"
        if !slips.isEmpty { because += "; \(counted(slips.count, "slip")) were heard" }
        return Finding(
            "rtp-clock-skew", .transport, severity, .strong, "Clocks that differ", because: because + ".",
            remedy: "Lock the clocks to the network; use a large fixed jitter buffer, or T.38.",
            measures: [
                .init("skew", skew.ppm, "ppm", threshold: skewHarm),
                .init("uncertainty", skew.uncertainty, "ppm"), .init("slip period", period, "s"),
            ], party: skew.streams.count == 1 ? skew.streams[0].direction : nil,
            frames: skew.streams.flatMap { [$0.firstFrame, $0.lastFrame] } + slips.map(\.frame))
    }

    /// Slips at one interval, though no packet is missing and the packets' clock is right: a gateway's line clock.
    private static func periodicSlips(_ index: Int, _ facts: CallFacts) -> Finding? {
        let stream = facts.rtp[index]
        let own = facts.fax.bursts.filter { burst in
            burst.stream < facts.call.streams.count && facts.call.streams[burst.stream].ssrc == stream.ssrc
                && burst.party == stream.direction
        }
        let slips = apart(own.flatMap(\.slips))
        guard slips.count >= leastSlips, (stream.statistics.lost ?? 0) == 0,
            abs(stream.statistics.clockSkewPPM ?? 0) < skewHarm, let period = commonPeriod(slips.map(\.time))
        else { return nil }
        return Finding(
            "tdm-slips", .transport, facts.isFailed ? .warning : .note, .hint, "Slips at a fixed interval",
            because:
                "No packet of \(stream.sender) is missing and its packets come at the right rate, yet its signals slip "
                + "every \(decimal(period, 2)) s (\(slips.count) times).",
            remedy: "Have the gateway's E1 or T1 take its clock from the network; its slip counter must stay at 0.",
            measures: [.init("slips", Double(slips.count), ""), .init("slip period", period, "s")],
            party: stream.direction, frames: slips.map(\.frame))
    }

    /// One slip may be seen in two ways.
    private static func apart(_ slips: [BurstReport.Slip]) -> [BurstReport.Slip] {
        slips.reduce(into: []) { kept, slip in
            if let last = kept.last, slip.time - last.time < .milliseconds(300) { return }
            kept.append(slip)
        }
    }

    /// The interval that all intervals are whole multiples of, within the tolerance; `nil`: there is none.
    static func commonPeriod(_ times: [Instant]) -> Double? {
        let steps = zip(times, times.dropFirst()).map { ($1 - $0).inSeconds }.filter { $0 > 0 }
        guard steps.count + 1 >= leastSlips, let least = steps.min(), least > 0.1 else { return nil }
        let multiples = steps.map { ($0 / least).rounded() }
        let period = steps.reduce(0, +) / multiples.reduce(0, +)
        let isRegular = zip(steps, multiples).allSatisfy { abs($0 - $1 * period) <= regularity * period }
        return isRegular && multiples.allSatisfy { $0 <= 10 } ? period : nil
    }

    // MARK: - Packet times

    private static func packetTimes(_ facts: CallFacts) -> [Finding] {
        guard AudioRules.isAudioFax(facts), AudioRules.hasFax(facts) else { return [] }
        let streams = facts.rtp.filter { $0.packets >= leastPackets && $0.statistics.packetTimeMs != nil }
        let against = streams.compactMap { againstAgreement($0, facts) }
        return against.isEmpty ? betweenDirections(streams).map { [$0] } ?? [] : against
    }

    /// A sender that does not keep to the `a=ptime` of the other side, or changes in the middle.
    private static func againstAgreement(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        guard let own = stream.statistics.packetTimeMs, let receiver = stream.direction?.other else { return nil }
        let asked = facts.signalling.sessions.last {
            $0.party == receiver && $0.kind == .audio && $0.endpoint == stream.to && $0.packetTimeMs != nil
        }
        guard let asked, let wanted = asked.packetTimeMs, abs(wanted - own) > 0.5 else { return nil }
        return Finding(
            "rtp-ptime-mismatch", .transport, .note, .strong, "Packet time other than asked for",
            because:
                "The \(receiver.rawValue) asked for packets of \(decimal(wanted, 0)) ms, those of \(stream.sender) "
                + "hold \(decimal(own, 0)) ms.",
            remedy: "Use one packet time everywhere, 10 or 20 ms.",
            measures: [.init("packet time", own, "ms", threshold: wanted)], party: stream.direction,
            frames: [asked.frame, stream.firstFrame])
    }

    private static func betweenDirections(_ streams: [MediaStream]) -> Finding? {
        guard let one = streams.first(where: { $0.direction == .caller }),
            let other = streams.first(where: { $0.direction == .callee }),
            let first = one.statistics.packetTimeMs, let second = other.statistics.packetTimeMs,
            abs(first - second) > 0.5
        else { return nil }
        return Finding(
            "rtp-ptime-mismatch", .transport, .note, .strong, "Packet times differ",
            because:
                "Packets of the caller hold \(decimal(first, 0)) ms, those of the callee \(decimal(second, 0)) ms.",
            remedy: "Use one packet time everywhere, 10 or 20 ms; a bridge that only forwards packets passes both on.",
            measures: [.init("caller", first, "ms"), .init("callee", second, "ms")],
            frames: [one.firstFrame, other.firstFrame])
    }
}
