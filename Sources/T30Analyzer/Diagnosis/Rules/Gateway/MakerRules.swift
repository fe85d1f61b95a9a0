import FaxCore
import FaxWire
import PcapDecode

/// Layer G: what the products of some makers are known for.
enum MakerRules {
    /// Payload codecs for speech; more than one of them is a maker's full list.
    private static let speechCodecs: Set<String> = [
        "G729", "G729A", "G729B", "G729AB", "G723", "G726-16", "G726-24", "G726-32", "G726-40", "GSM", "ILBC",
    ]

    static let rules = [
        Rule(["cisco-nse-only": .cause(.switching, of: ["compressed-codec"])], once: namedSignallingOnly),
        Rule(["spa2102-defaults": .remark], once: factorySettings),
        Rule(["grandstream-refresh": .remark], once: refresh),
        Rule(["cisco-fax-rate-voice": .remark], once: voiceRate),
        Rule(["mediatrix-sigend": .remark], once: wrongEnd),
        Rule(["ribbon-local-tcf": .remark], once: localTraining),
    ]

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
}
