import FaxCore
import FaxWire
import PcapDecode

/// Layer G: what follows a refusal of T.38, and offers that cross.
enum FallbackRules {
    /// An adapter that gives the call up this soon after a refusal has no way back to audio.
    private static let givesUpWithin = Duration.seconds(5)

    static let rules = [
        Rule(["grandstream-t38-only": .cause(.switching, of: ["t38-refused"])], once: adapterGivesUp),
        Rule(["carrier-rejects-t38-reinvite-by-design": .remark], once: refuserOffersAudio),
        Rule(["audiocodes-fallback-chain": .remark], once: voiceBandFallback),
        Rule(["oracle-sbc-second-offer": .remark], once: secondOffer),
    ]

    private static func isRefused(_ exchange: SIPExchange) -> Bool {
        exchange.status.map(NegotiationRules.refusals.contains) ?? false
    }

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
            }),
            // Who agrees on T.38 later did not refuse it by design.
            !facts.imageOffers.contains(where: { $0.request.time > refused.time && $0.isAccepted })
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
}
