import FaxCore
import FaxWire
import PcapDecode

/// Layer D: how pass-through was agreed on, switched to, and kept.
enum PassThroughRules {
    private static let tolerance = Duration.milliseconds(500)
    private static let leastPackets = 10
    /// Cisco's events: to pass-through, and the echo canceller off.
    private static let passThrough: ClosedRange<UInt8> = 192...193
    private static let encodingOfNSE = "x-nse"
    /// Silences of an audio stream: one at the start is usual.
    private static let leastSilences = 2
    /// T.35 codes that relays write over a country (Japan has 0), and the longest preamble of T.30 5.3.1.
    private static let masks: Set<UInt8> = [0x55, 0xAA, 0xFF]
    private static let longestPreamble = Duration.milliseconds(1_160)

    static let rules = [
        Rule(["upspeed-failed": .cause(.switching, of: TransportRules.effectsOfLoss)]) { facts in
            facts.rtp.compactMap { stillCompressed($0, facts) }
        },
        Rule(["nse-to-stranger": .remark]) { facts in facts.rtp.compactMap { stranger($0, facts) } },
        Rule(["v152-vbd-negotiation": .remark], once: oneSidedVBD),
        Rule(["vad-silence-suppression": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
            facts.rtp.compactMap { suppression($0, facts) }
        },
        Rule(["double-relay": .remark]) { facts in Party.allCases.compactMap { relayBehind($0, facts) } },
    ]

    // MARK: - Switching to pass-through

    /// When pass-through was asked for: an NSE, or offer and answer that put G.711 in the place of another codec.
    private static func upspeed(_ facts: CallFacts) -> (time: Instant, frame: FrameRef, by: String)? {
        let event = facts.rtp.flatMap(\.events).filter { $0.code == 192 }.min { $0.time < $1.time }
        if let event { return (event.time, event.frame, "NSE 192") }
        let audio = facts.signalling.sessions.filter { $0.kind == .audio && $0.accepted }
        let change = audio.indices.dropFirst().first { place in
            let before = audio[..<place].last { $0.party == audio[place].party }
            return prefersG711(audio[place]) == true && before.map { prefersG711($0) == false } ?? false
        }
        return change.map { (audio[$0].time, audio[$0].frame, "a re-INVITE to G.711") }
    }

    private static func prefersG711(_ media: NegotiatedMedia) -> Bool? {
        let first = media.preference.lazy.compactMap { media.codecs[$0] }.first {
            !["telephone-event", "cn", encodingOfNSE].contains($0.encoding.lowercased())
        }
        return first.map { AudioRules.transparent.contains($0.encoding.uppercased()) }
    }

    private static func stillCompressed(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        guard AudioRules.hasFax(facts) || facts.fax.outcome != .notFax, let log = stream.audio,
            let upspeed = upspeed(facts)
        else { return nil }
        let late = log.packets.filter { packet in
            guard packet.time > upspeed.time + tolerance, let name = log.formats[packet.payloadType]?.uppercased()
            else {
                return false
            }
            let base = name.prefix { $0 != "/" }
            return !AudioRules.transparent.contains(String(base)) && !["TELEPHONE-EVENT", "CN", "X-NSE"].contains(base)
        }
        let codec = late.last.flatMap { log.formats[$0.payloadType] }
        guard late.count >= leastPackets, let last = late.last, let codec else { return nil }
        let seconds = (last.time - upspeed.time).inSeconds
        return Finding(
            "upspeed-failed", .audio, facts.isFailed ? .error : .warning, .proof, "Codec upspeed missing on one side",
            because:
                "After \(upspeed.by), \(stream.sender) still sends \(codec), the last packet \(decimal(seconds, 1)) s later.",
            remedy: "Switch by re-INVITE to G.711 and let the other side answer, not by NSE.",
            measures: [.init("still compressed", seconds, "s", threshold: tolerance.inSeconds)],
            party: stream.direction, frames: [upspeed.frame, late.first?.frame, last.frame])
    }

    // MARK: - Modes

    private static func heard(by party: Party?, _ facts: CallFacts) -> [NegotiatedMedia] {
        facts.signalling.sessions.filter { $0.party == party && $0.kind == .audio }
    }

    private static func namesNSE(_ media: NegotiatedMedia) -> Bool {
        media.codecs.values.contains { $0.encoding.lowercased() == encodingOfNSE }
    }

    private static func stranger(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        let events = stream.events.filter { passThrough.contains($0.code) }
        let said = heard(by: stream.direction?.other, facts)
        guard let first = events.first, !said.isEmpty, !said.contains(where: namesNSE) else { return nil }
        return Finding(
            "nse-to-stranger", .audio, facts.isFailed ? .warning : .note, .proof, "NSE to a side that never agreed",
            because:
                "The signalling events (NSE \(first.code)) of \(stream.sender) go to a side whose SDP names no X-NSE: it "
                + "ignores them, and nothing switches.",
            remedy: "Let the fax gateway switch by re-INVITE in place of NSE.",
            measures: [.init("events", Double(events.count), "")], party: stream.direction, frames: events.map(\.frame))
    }

    /// Voice-band data, or NSE, that one side offered and the other did not take up.
    private static func oneSidedVBD(_ facts: CallFacts) -> Finding? {
        guard facts.agreedSwitch == nil else { return nil }
        for party in Party.allCases {
            let own = heard(by: party, facts)
            let other = heard(by: party.other, facts)
            guard !own.isEmpty, !other.isEmpty else { continue }
            let vbd = own.first { !$0.voiceBandDataTypes.isEmpty }
            let isTaken = other.contains { !$0.voiceBandDataTypes.isEmpty }
            let nse = own.first(where: namesNSE)
            let sent = facts.rtp.flatMap(\.events).first { passThrough.contains($0.code) }
            let frames: [FrameRef?]
            let what: String
            if let vbd, !isTaken {
                (what, frames) = ("offers voice-band data (gpmd vbd=yes)", [vbd.frame, other.last?.frame])
            } else if let nse, let sent, !other.contains(where: namesNSE) {
                (what, frames) = ("names X-NSE", [nse.frame, other.last?.frame, sent.frame])
            } else {
                continue
            }
            return Finding(
                "v152-vbd-negotiation", .audio, facts.isFailed ? .warning : .note, .proof, "Pass-through not agreed",
                because: "The SDP of the \(party.rawValue) \(what), that of the \(party.other.rawValue) does not.",
                remedy: "Set both sides to the same way of passing fax: V.152, or a re-INVITE.", party: party.other,
                frames: frames)
        }
        return nil
    }

    // MARK: - Silence suppression

    private static func suppression(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        let figures = stream.statistics
        guard AudioRules.isAudioFax(facts), AudioRules.isHeard(stream), facts.fax.carriedBy != "t38",
            !facts.fax.messages.isEmpty, figures.comfortNoise > 0 || figures.silences >= leastSilences
        else { return nil }
        let cut = facts.fax.bursts.contains { $0.party == stream.direction && !$0.isTrained }
        var parts: [String] = []
        if figures.silences > 0 { parts.append("leaves out packets \(counted(figures.silences, "time"))") }
        if figures.comfortNoise > 0 {
            parts.append("sends \(counted(figures.comfortNoise, "packet")) of comfort noise")
        }
        return Finding(
            "vad-silence-suppression", .audio, !facts.isFailed ? .note : cut ? .error : .warning, .proof,
            "Silence suppression on a fax call",
            because: "In this fax \(stream.sender) \(parts.joined(separator: " and "))"
                + (cut ? "; a training of it was not received." : "."),
            remedy: "Switch VAD and silence suppression off for fax (silenceSupp:off, annexb=no).",
            measures: [
                .init("silences", Double(figures.silences), "", threshold: Double(leastSilences)),
                .init("comfort noise", Double(figures.comfortNoise), "", threshold: 1),
            ], party: stream.direction, frames: [stream.firstFrame, stream.lastFrame])
    }

    // MARK: - A relay behind

    /// NSF written over, or preambles stretched: a T.38 relay stands between the machine and this leg.
    private static func relayBehind(_ party: Party, _ facts: CallFacts) -> Finding? {
        guard AudioRules.isAudioFax(facts), facts.fax.carriedBy == "g711" else { return nil }
        let masked = facts.commands.first { message in
            guard message.direction == party, ["NSF", "NSC", "NSS"].contains(message.name),
                let country = message.octets.dropFirst(3).first
            else { return false }
            let rest = message.octets.dropFirst(3)
            return masks.contains(country) || (rest.count > 3 && rest.allSatisfy { $0 == country })
        }
        let isWhole = facts.rtp(of: party).allSatisfy { ($0.statistics.lost ?? 0) == 0 }
        let stretched = facts.fax.signals.filter {
            $0.name == LineSignal.v21Preamble.name && $0.direction == party && $0.end - $0.start > longestPreamble
        }
        let isStretched = isWhole && stretched.count >= 2
        guard masked != nil || isStretched else { return nil }
        var parts: [String] = []
        if let masked { parts.append("\(masked.name) of the \(party.rawValue) is written over") }
        if isStretched, let longest = stretched.map({ $0.end - $0.start }).max() {
            parts.append(
                "\(stretched.count) preambles of the \(party.rawValue) last up to \(decimal(longest.inSeconds, 2)) s, T.30 "
                    + "allows 1.15 s")
        }
        return Finding(
            "double-relay", .audio, .note, masked == nil ? .hint : .strong, "A relay behind this leg",
            because: parts.joined(separator: "; ") + ": a T.38 relay stands between the machine and this leg.",
            remedy: "Ask the carrier for a route with one relay, or none.",
            measures: isStretched ? [.init("preambles", Double(stretched.count), "")] : [], party: party,
            frames: [masked?.frame] + (isStretched ? stretched.map(\.firstFrame) : []))
    }
}
