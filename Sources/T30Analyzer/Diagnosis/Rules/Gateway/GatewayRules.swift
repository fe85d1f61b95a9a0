import FaxCore
import FaxWire
import PcapDecode

/// Layer G: what makers of gateways and adapters are known for, and how networks fall back.
enum GatewayRules {
    /// An adapter that gives the call up this soon after a refusal has no way back to audio.
    private static let givesUpWithin = Duration.seconds(5)
    /// Payload codecs for speech; more than one of them is a maker's full list.
    private static let speechCodecs: Set<String> = [
        "G729", "G729A", "G729B", "G729AB", "G723", "G726-16", "G726-24", "G726-32", "G726-40", "GSM", "ILBC",
    ]
    /// A call that ran so long after the switch to T.38 had its fax.
    private static let ranNormally = Duration.seconds(60)
    private static let stopsWith = Duration.seconds(2)

    static let rules = [
        Rule(["grandstream-t38-only": .cause(.switching, of: ["t38-refused"])], once: adapterGivesUp),
        Rule(["cisco-nse-only": .cause(.switching, of: ["compressed-codec"])], once: namedSignallingOnly),
        Rule(["carrier-rejects-t38-reinvite-by-design": .remark], once: refuserOffersAudio),
        Rule(["audiocodes-fallback-chain": .remark], once: voiceBandFallback),
        Rule(["oracle-sbc-second-offer": .remark], once: secondOffer),
        Rule(["spa2102-defaults": .remark], once: factorySettings),
        Rule(["grandstream-refresh": .remark], once: refresh),
        Rule(["cisco-fax-rate-voice": .remark], once: voiceRate),
        Rule(["mediatrix-sigend": .remark], once: wrongEnd),
        Rule(["ribbon-local-tcf": .remark], once: localTraining),
        Rule(["capture-filtered-udptl": .remark], once: filtered),
    ]

    private static func isRefused(_ exchange: SIPExchange) -> Bool {
        exchange.status.map(NegotiationRules.refusals.contains) ?? false
    }

    // MARK: - Fallback

    /// The side whose T.38 was refused hangs up instead of going on in audio.
    private static func adapterGivesUp(_ facts: CallFacts) -> Finding? {
        guard facts.fax.outcome != .success, let end = facts.signalling.endTime,
            let offer = facts.imageOffers.last(where: isRefused), let refused = offer.final,
            facts.signalling.endedBy?.rawValue == offer.party.rawValue, end > refused.time,
            end - refused.time < givesUpWithin,
            !facts.reoffers.contains(where: { $0.request.time > refused.time })
        else { return nil }
        let agent = facts.agent(of: offer.party)
        return Finding(
            "grandstream-t38-only", .gateway, .error, .strong, "No way back to audio after T.38 was refused",
            because:
                "T.38 of the \(offer.party.rawValue)\(agent.map { " (\($0))" } ?? "") was answered \(offer.said), and "
                + "\((end - refused.time).inWords) later it hung up.",
            remedy: "Set its fax mode to automatic or pass-through, so that it goes on in G.711.",
            measures: [Finding.Measure("BYE after", (end - refused.time).inSeconds, "s", threshold: 5)],
            party: offer.party, frames: [offer.request.frame, refused.frame, facts.signalling.endFrame])
    }

    /// Who refuses T.38 offers audio itself.
    private static func refuserOffersAudio(_ facts: CallFacts) -> Finding? {
        guard let offer = facts.imageOffers.first(where: isRefused), let refused = offer.final,
            let audio = facts.reoffers.first(where: {
                $0.party == offer.party.other && $0.offersAudioAlone && $0.request.time > refused.time
            })
        else { return nil }
        return Finding(
            "carrier-rejects-t38-reinvite-by-design", .gateway, .note, .proof, "T.38 refused, audio offered instead",
            because: "The \(offer.party.other.rawValue) answered T.38 with \(offer.said) and offered audio "
                + "\((audio.request.time - refused.time).inWords) later.",
            remedy: "Do not offer T.38 to it: the two offers only cost time.", party: offer.party.other,
            frames: [offer.request.frame, refused.frame, audio.request.frame, audio.final?.frame])
    }

    /// T.38 first, then audio marked for voice-band data (V.152), by the same side.
    private static func voiceBandFallback(_ facts: CallFacts) -> Finding? {
        guard let offer = facts.imageOffers.first(where: isRefused), let refused = offer.final,
            let audio = facts.reoffers.first(where: {
                $0.party == offer.party && $0.offersAudioAlone && $0.request.time > refused.time
                    && !($0.offer?.audio?.voiceBandDataTypes.isEmpty ?? true)
            })
        else { return nil }
        return Finding(
            "audiocodes-fallback-chain", .gateway, .note, .proof, "T.38 refused, then voice-band data offered",
            because: "After \(offer.said) the \(offer.party.rawValue) offered audio with vbd=yes, which was answered "
                + "\(audio.said).",
            remedy: audio.isAccepted
                ? "None needed: the gateway falls back as it is set to."
                : "Let the other side accept G.711 for voice-band data.", party: offer.party,
            frames: [offer.request.frame, refused.frame, audio.request.frame, audio.final?.frame])
    }

    /// An SBC offers half a second after a tone, and the endpoint offers as well.
    private static func secondOffer(_ facts: CallFacts) -> Finding? {
        for first in facts.imageOffers {
            guard
                let second = facts.imageOffers.first(where: {
                    $0.party != first.party && $0.request.time > first.request.time
                        && $0.request.time - first.request.time < .seconds(1)
                }),
                let tone = facts.fax.signals.first(where: { signal in
                    ["CNG", "V.21 preamble"].contains(signal.name)
                        && abs((first.request.time - signal.start).inSeconds - 0.5) <= 0.1
                })
            else { continue }
            let isNamed = facts.agent(of: first.party, names: "oracle", "acme")
            return Finding(
                "oracle-sbc-second-offer", .gateway, facts.isFailed ? .warning : .note, isNamed ? .strong : .hint,
                "Two offers of T.38 crossing",
                because:
                    "The \(first.party.rawValue) offered T.38 \((first.request.time - tone.start).inWords) after "
                    + "\(tone.name), and the \(second.party.rawValue) "
                    + "\((second.request.time - first.request.time).inWords) after that.",
                remedy: "Raise the timer of the SBC (tone-detect-renegotiate-timer) so that the endpoint comes first.",
                party: first.party, frames: [tone.firstFrame, first.request.frame, second.request.frame])
        }
        return nil
    }

    // MARK: - Makers

    private static func hasFax(_ facts: CallFacts) -> Bool {
        facts.fax.messages.isEmpty == false || facts.fax.signals.contains(where: \.isFax)
    }

    /// The adapter's own list of codecs and NSE, and no T.38.
    private static func factorySettings(_ facts: CallFacts) -> Finding? {
        guard hasFax(facts) else { return nil }
        for party in Party.allCases where facts.agent(of: party, names: "linksys/", "sipura/", "cisco/spa") {
            let first = facts.signalling.steps.first { $0.from == party && $0.sdp?.audio != nil }
            guard let first, let audio = first.sdp?.audio,
                !facts.signalling.steps.contains(where: { $0.sdp?.lines.contains(where: \.isImage) ?? false })
            else { continue }
            let names = audio.preference.compactMap { audio.codecs[$0]?.encoding.uppercased() }
            let speech = names.filter { name in speechCodecs.contains { name.hasPrefix($0) } }
            guard names.contains("NSE") || names.contains("X-NSE"), speech.count >= 2 else { continue }
            return Finding(
                "spa2102-defaults", .gateway, facts.isFailed ? .warning : .note, .strong,
                "Adapter on its factory settings for fax",
                because:
                    "\(facts.agent(of: party) ?? "The adapter") offers NSE and \(speech.prefix(4).joined(separator: ", ")) "
                    + "beside G.711, and nobody offers T.38: so it comes from the factory.",
                remedy:
                    "Enable T.38; G.711 as the preferred and only codec; silence suppression, echo canceller and echo "
                    + "suppressor off; FAX Passthru Method ReINVITE; network jitter level very high, adjustment off.",
                party: party, frames: [first.frame])
        }
        return nil
    }

    /// One side asks for pass-through by named signalling events, the other has none.
    private static func namedSignallingOnly(_ facts: CallFacts) -> Finding? {
        guard facts.agreedSwitch == nil else { return nil }
        for party in Party.allCases {
            let events = facts.rtp(of: party).flatMap(\.events)
            guard let asked = events.first(where: { $0.code == CiscoNSE.passThrough || $0.code == 200 }),
                !facts.rtp(of: party.other).isEmpty,
                !facts.rtp(of: party.other).contains(where: { $0.events.contains { (192...202).contains($0.code) } }),
                facts.end - asked.time > .seconds(3)
            else { continue }
            return Finding(
                "cisco-nse-only", .gateway, facts.isFailed ? .error : .note, .proof,
                "Switch by named signalling events, not understood",
                because:
                    "The \(party.rawValue) sent \(asked.name) (event \(asked.code)), and the \(party.other.rawValue) "
                    + "sent no such event until the call ended.",
                remedy:
                    "Use T.38 by re-INVITE (protocol-based), or pass-through by re-INVITE, with gateways of others.",
                party: party, frames: [asked.frame, facts.signalling.endFrame])
        }
        return nil
    }

    private static func refresh(_ facts: CallFacts) -> Finding? {
        guard let found = SessionTimerRules.audioRefresh(facts), let party = found.party,
            facts.agent(of: party, names: "grandstream")
        else { return nil }
        return Finding(
            "grandstream-refresh", .gateway, facts.isFailed ? .warning : .note, .strong,
            "Session refresh of a Grandstream breaks T.38",
            because: "\(facts.agent(of: party) ?? "Grandstream") refreshed the session with audio in mid fax.",
            remedy: "Make its session timer longer than any fax, or upgrade it.", party: party, frames: found.frames)
    }

    /// The gateway takes the rate of the fax from the voice codec.
    private static func voiceRate(_ facts: CallFacts) -> Finding? {
        let identification = facts.messages("DIS").first
        let reached = facts.fax.trainings.compactMap(\.rateBps).max()
        guard let reached, reached <= 7_200,
            let party = Party.allCases.first(where: { party in
                facts.agent(of: party, names: "cisco-sipgateway", "cisco-ios", "cisco ")
            }),
            let step = facts.signalling.steps.first(where: { $0.from == party && $0.sdp?.audio != nil }),
            let audio = step.sdp?.audio, let preferred = audio.preference.first,
            audio.codecs[preferred]?.encoding.uppercased().hasPrefix("G729") ?? false
        else { return nil }
        return Finding(
            "cisco-fax-rate-voice", .gateway, .note, .strong, "Fax rate held down by the voice codec",
            because:
                "\(facts.agent(of: party) ?? "The gateway") prefers G.729, and the fax goes at \(reached) bit/s at most.",
            remedy: "Set «fax rate 14400» on the dial-peer.",
            measures: [Finding.Measure("rate", Double(reached), "bit/s", threshold: 7_200)], party: party,
            frames: [step.frame, identification?.frame, facts.fax.trainings.first?.frame])
    }

    private static func wrongEnd(_ facts: CallFacts) -> Finding? {
        guard
            let remark = facts.fax.remarks.first(where: { remark in
                remark.name == "ifp-wrong-sig-end-type"
                    && remark.direction.map { facts.agent(of: $0, names: "mediatrix") } ?? false
            })
        else { return nil }
        return Finding(
            "mediatrix-sigend", .gateway, facts.isFailed ? .warning : .note, .proof, "Mediatrix ends signals wrongly",
            because:
                "\(remark.direction.flatMap { facts.agent(of: $0) } ?? "Mediatrix") ends a signal with the sig-end "
                + "of another kind (\(remark.text)).",
            remedy: "Upgrade it, or let the receiver take either kind.", party: remark.direction, frames: remark.frames)
    }

    private static func localTraining(_ facts: CallFacts) -> Finding? {
        for step in facts.signalling.steps where !step.isFurtherHop {
            guard let party = step.from, let t38 = step.sdp?.image?.t38,
                facts.agent(of: party, names: "ribbon", "sonus", "genband"),
                t38.rateManagement == .localTCF || t38.maxDatagram == 256
            else { continue }
            let what = [
                t38.rateManagement == .localTCF ? "local TCF" : nil,
                t38.maxDatagram == 256 ? "T38FaxMaxDatagram 256" : nil,
            ].compactMap { $0 }.joined(separator: " and ")
            return Finding(
                "ribbon-local-tcf", .gateway, facts.isFailed ? .warning : .note, .strong, "Defaults of a Ribbon SBC",
                because: "\(facts.agent(of: party) ?? "Ribbon") asks for \(what), as it does out of the box.",
                remedy: "Set transferred TCF and a datagram of 400 octets or more.", party: party, frames: [step.frame])
        }
        return nil
    }

    // MARK: - The capture

    /// T.38 agreed, audio stops, no UDPTL of anybody, and the call runs on as one that has its fax.
    static func isFiltered(_ facts: CallFacts) -> Bool {
        guard let agreed = facts.agreedSwitch?.answerTime, facts.t38.isEmpty, let end = facts.signalling.endTime,
            facts.signalling.outcome == .answered
        else { return false }
        let until = facts.audioAgain(after: agreed) ?? end
        return until - agreed > ranNormally
            && Party.allCases.allSatisfy { party in
                let audio = facts.rtp(of: party).filter { $0.firstTime < agreed }
                return !audio.isEmpty && audio.allSatisfy { $0.lastTime - agreed < stopsWith || $0.lastTime > until }
            }
    }

    private static func filtered(_ facts: CallFacts) -> Finding? {
        guard isFiltered(facts), let change = facts.agreedSwitch, let agreed = change.answerTime,
            let end = facts.signalling.endTime
        else { return nil }
        return Finding(
            "capture-filtered-udptl", .gateway, .warning, .strong, "The capture seems to lack T.38",
            because:
                "T.38 was agreed, the audio of both sides stopped, no UDPTL of either is in the capture, and the call "
                + "went on for \((end - agreed).inWords) to an orderly BYE.",
            remedy: "Capture with tcpdump, without a filter on ports; some tools save SIP and RTP alone.",
            frames: [change.offerFrame, change.answerFrame, facts.signalling.endFrame])
    }
}
