import FaxCore
import PcapDecode

/// Layer C: streams that change their source, their numbering or their time in the middle of a fax.
enum ContinuityRules {
    /// Two streams follow each other when the second begins no earlier than this before the end of the first.
    static let overlap = Duration.milliseconds(500)
    /// A new offer this near a change explains it.
    static let reachOfOffer = Duration.seconds(2)
    static let leastPackets = 10
    static let leastDatagrams = 3
    /// NAT mappings of UDP often live this long without a packet from inside.
    static let mappingLife = Duration.seconds(30)
    static let silence = Duration.seconds(2)
    /// Shorter pauses are the time between packets.
    private static let mediaPause = Duration.milliseconds(100)

    private static let effects = ["media-stops-mid-call"] + TransportRules.effectsOfLoss

    static let rules = [
        Rule(["rtp-ssrc-change": .cause(.session, of: effects)]) { facts in
            AudioRules.isAudioFax(facts)
                ? changes(of: facts.rtp, leastPackets).compactMap { newSource($0, $1, facts) } : []
        },
        Rule(["rtp-seq-ts-jump": .cause(.session, of: effects)]) { facts in
            facts.rtp.indices.compactMap { timeJump($0, facts) }
        },
    ]

    /// Before `media-stops-mid-call`, which it explains.
    static let addressRules = [
        Rule(["nat-rebinding-mid-fax": .cause(.session, of: effects)]) { facts in
            let moved = changes(of: facts.t38, leastDatagrams) + changesOfAddress(of: facts)
            let found = moved.compactMap { newAddress($0, $1, facts) }
            return found.isEmpty ? idleMapping(facts).map { [$0] } ?? [] : found
        },
        Rule(["strict-rtp-drop": .remark], once: unlearnedSource),
    ]

    /// Pairs of streams of one party to one place, of which the second follows the first.
    private static func changes(of streams: [MediaStream], _ least: Int) -> [(MediaStream, MediaStream)] {
        let whole = streams.filter { $0.packets >= least && $0.direction != nil }
        return Party.allCases.flatMap { party -> [(MediaStream, MediaStream)] in
            let own = whole.filter { $0.direction == party }.sorted { $0.firstTime < $1.firstTime }
            return zip(own, own.dropFirst()).filter { first, second in
                first.to == second.to && first.kind == second.kind && second.firstTime >= first.lastTime - overlap
            }
        }
    }

    private static func isAsked(_ first: MediaStream, _ second: MediaStream, _ facts: CallFacts) -> Bool {
        let start = first.lastTime - reachOfOffer
        let end = second.firstTime + reachOfOffer
        return facts.signalling.mediaChanges.contains { $0.time >= start && $0.time <= end }
            // Other than a change of media, a new place is asked for by naming it.
            || facts.signalling.sessions.contains {
                $0.party == second.direction && $0.endpoint == second.from && $0.time >= start && $0.time <= end
            }
    }

    /// A new offer explains that a stream begins.
    private static func isAsked(_ stream: MediaStream, _ facts: CallFacts) -> Bool {
        facts.signalling.mediaChanges.contains { abs(($0.time - stream.firstTime).inSeconds) <= reachOfOffer.inSeconds }
    }

    private static func isInsideFax(_ time: Instant, _ facts: CallFacts) -> Bool {
        guard let first = facts.fax.messages.first, let last = facts.fax.messages.last else { return false }
        return first.time < time && time < last.end
    }

    /// The other party answers nothing any more.
    private static func falls(silent party: Party?, after time: Instant, _ facts: CallFacts) -> Bool {
        guard facts.isFailed, let party, facts.sees(party) else { return false }
        return !facts.commands.contains {
            $0.direction == party && $0.time > time && T30Rules.answers.contains($0.name)
        }
    }

    private static func severity(_ isCause: Bool, _ facts: CallFacts) -> Finding.Severity {
        isCause ? .error : facts.isFailed ? .warning : .note
    }

    // MARK: - RTP

    private static func newSource(_ first: MediaStream, _ second: MediaStream, _ facts: CallFacts) -> Finding? {
        guard let old = first.ssrc, let new = second.ssrc, old != new, first.from == second.from,
            isInsideFax(second.firstTime, facts), !isAsked(first, second, facts)
        else { return nil }
        let isDeaf = falls(silent: second.direction?.other, after: second.firstTime, facts)
        return Finding(
            "rtp-ssrc-change", .transport, severity(isDeaf, facts), .strong, "SSRC change in mid fax",
            because:
                "The packets of \(second.sender) carry another SSRC from \(second.firstFrame) on, without a new offer"
                + (isDeaf ? "; the other side answered nothing after it." : "."),
            remedy: "Let the sender keep SSRC and numbers, or the receiver follow a new SSRC at once.",
            party: second.direction, frames: [first.lastFrame, second.firstFrame])
    }

    /// The timestamps jump inside a signal although the numbers go on.
    private static func timeJump(_ index: Int, _ facts: CallFacts) -> Finding? {
        let stream = facts.rtp[index]
        let jumps = facts.fax.bursts.filter { burst in
            burst.stream < facts.call.streams.count && facts.call.streams[burst.stream].firstFrame == stream.firstFrame
        }.flatMap(\.jumps)
        // Packets that the capture cut short are shorter than the time they stand for.
        guard let first = jumps.first, stream.statistics.cutPackets == 0 else { return nil }
        let longest = jumps.map { $0.missing.inSeconds }.max() ?? 0
        let isCause = facts.isFailed
        return Finding(
            "rtp-seq-ts-jump", .transport, isCause ? .error : .warning, .strong, "Timestamps jump inside a signal",
            because:
                "The timestamps of \(stream.sender) jump \(counted(jumps.count, "time")) inside page data or a training, "
                + "by up to \(decimal(longest * 1_000, 0)) ms, while no packet is missing.",
            remedy: "Switch off VAD, DTMF detection and whatever else inserts or drops sound on fax calls.",
            measures: [.init("jumps", Double(jumps.count), "", threshold: 1), .init("longest", longest * 1_000, "ms")],
            party: stream.direction, frames: jumps.flatMap { [$0.before, $0.after] } + [first.after])
    }

    // MARK: - Addresses

    /// Audio in mid fax that comes from another place under the same SSRC: the sender is the same, its mapping is not.
    private static func changesOfAddress(of facts: CallFacts) -> [(MediaStream, MediaStream)] {
        guard AudioRules.isAudioFax(facts) else { return [] }
        return changes(of: facts.rtp, leastPackets).filter { first, second in
            first.ssrc != nil && first.ssrc == second.ssrc && isInsideFax(second.firstTime, facts)
        }
    }

    private static func newAddress(_ first: MediaStream, _ second: MediaStream, _ facts: CallFacts) -> Finding? {
        guard first.from != second.from, !isAsked(first, second, facts) else { return nil }
        let isDeaf = falls(silent: second.direction?.other, after: second.firstTime, facts)
        let pause = second.firstTime - first.lastTime
        return Finding(
            "nat-rebinding-mid-fax", .transport, severity(isDeaf, facts), .strong, "NAT mapping changes in mid fax",
            because:
                "The packets of \(second.sender) came from \(first.from) and"
                + (pause > mediaPause ? ", after a pause of \(pause.inWords)," : " then") + " from \(second.from), "
                + "without a new offer"
                + (isDeaf ? "; the other side answered nothing after it." : "."),
            remedy: first.kind == .udptl
                ? "Send keep-alives (no-signal) while the other side sends a page; raise the NAT's timer for UDP."
                : "Raise the NAT's timer for UDP and look for what ended the mapping; send audio in silence too.",
            measures: [.init("pause", pause.inSeconds, "s", threshold: mappingLife.inSeconds)],
            party: second.direction, frames: [first.lastFrame, second.firstFrame])
    }

    /// Packets to a party end inside a signal, long after that party sent its last one.
    private static func idleMapping(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let stopped = facts.t38.max(by: { $0.lastTime < $1.lastTime }),
            let listener = stopped.direction?.other, facts.end - stopped.lastTime >= silence,
            !facts.call.coverage.endsMidCall,
            facts.fax.remarks.contains(where: {
                $0.name == LineQuirk.signalCut && $0.direction == stopped.direction && $0.time == stopped.lastTime
            }), let idle = facts.t38(of: listener).max(by: { $0.lastTime < $1.lastTime }),
            stopped.lastTime - idle.lastTime > mappingLife
        else { return nil }
        let quiet = stopped.lastTime - idle.lastTime
        return Finding(
            "nat-rebinding-mid-fax", .transport, .warning, .hint, "NAT mapping may have run out in mid fax",
            because:
                "The packets to the \(listener.rawValue) end inside a signal, \(quiet.inWords) after its own last one: "
                + "so long a NAT may not keep its mapping.",
            remedy: "Send keep-alives (no-signal) while the other side sends a page; raise the NAT's timer for UDP.",
            measures: [.init("idle", quiet.inSeconds, "s", threshold: mappingLife.inSeconds)], party: listener,
            frames: [idle.lastFrame, stopped.lastFrame])
    }

    /// Media from a place that neither the SDP nor the media before named, and no reaction to it.
    private static func unlearnedSource(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, facts.signalling.carrier == .sip else { return nil }
        let audio =
            AudioRules.isAudioFax(facts)
            ? facts.rtp.filter { isInsideFax($0.firstTime, facts) && !isAsked($0, facts) } : []
        for stream in facts.t38 + audio where stream.lastTime - stream.firstTime >= silence {
            guard let sender = stream.direction else { continue }
            let announced = facts.signalling.sessions.filter { $0.party == sender }.map(\.endpoint)
            let before = facts.call.streams.filter { $0.direction == sender && $0.firstTime < stream.firstTime }
            guard !announced.isEmpty, !announced.contains(stream.from), !before.isEmpty,
                !before.contains(where: { $0.from == stream.from }),
                falls(silent: sender.other, after: stream.firstTime, facts)
            else { continue }
            return Finding(
                "strict-rtp-drop", .transport, .warning, .hint, "Media from a source that nobody named",
                because:
                    "The packets of the \(sender.rawValue) come from \(stream.from), which neither its SDP nor its media "
                    + "before used, and the \(sender.other.rawValue) did not react to them.",
                remedy: stream.kind == .udptl
                    ? "Let the receiver learn the source anew for T.38 (symmetric UDPTL), or correct the address."
                    : "Let the receiver learn the source anew (Asterisk: strictrtp), or announce the new place in SDP.",
                party: sender, frames: [before.last?.lastFrame, stream.firstFrame])
        }
        return nil
    }
}
