import FaxCore
import FaxWire
import PcapDecode

/// Phase B: who can do what, and whether anybody listened.
enum IdentificationRules {
    /// T1 is 35 s ± 5 s.
    private static let t1 = Duration.seconds(30)
    /// A refusal by number comes at once.
    private static let atOnce = Duration.seconds(1)

    static let causes = [
        Rule(["proprietary-mode": .cause(.session, of: ["unexpected-frame", "t2-expired"])], once: proprietary),
        Rule(
            [
                "incompatible-capabilities": .cause(
                    .session, of: ["dcn-early", "dcn-from-receiver", "ftt-loop", "ftt-single", "rtn", "no-mcf"])
            ], once: incompatible),
        Rule(["polling-mismatch": .cause(.session, of: ["dcn-early", "t1-expired", "t2-expired"])], once: polling),
        Rule(["ident-filter": .remark], once: filter),
    ]
    static let symptoms = [
        Rule(["dis-repeated-no-dcs": .symptom(.session, of: ["t1-expired"])], once: unanswered),
        Rule(["t1-expired": .symptom(.session)], once: expired),
    ]

    // MARK: - Nobody answers

    private static func unanswered(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed else { return nil }
        for party in Party.allCases {
            guard let (name, sent) = T30Rules.unansweredCommand(by: party, facts), name == "DIS" || name == "DTC",
                sent.count >= T30Rules.tries || (sent.count > 1 && T30Rules.isGivenUp(facts)), facts.sees(party.other)
            else { continue }
            return Finding(
                "dis-repeated-no-dcs", .t30, .error, sent.count >= T30Rules.tries ? .proof : .strong,
                "\(name) repeated, never answered",
                because: "The \(party.rawValue) sent \(name) \(sent.count) times and no T.30 frame of the "
                    + "\(party.other.rawValue) followed.",
                remedy:
                    "Follow the direction of silence: does the \(party.other.rawValue) get these frames, and do its "
                    + "packets get here?",
                measures: [.init(name, Double(sent.count), "", threshold: Double(T30Rules.tries))], party: party.other,
                frames: sent.map(\.frame))
        }
        return nil
    }

    /// From the first DIS to the end nothing that answers it.
    private static func expired(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let first = facts.commands.first(where: { $0.name == "DIS" }),
            let party = first.direction,
            facts.sees(party.other),
            !facts.commands.contains(where: { $0.direction == party.other && $0.name != "DCN" })
        else { return nil }
        let goodbye = facts.messages("DCN").first { $0.time > first.end }
        guard let end = goodbye?.time ?? facts.signalling.endTime, end - first.time >= t1 else { return nil }
        let sent = facts.messages("DIS").filter { $0.direction == party }
        return Finding(
            "t1-expired", .t30, .error, .proof, "T1 expired",
            because: "\((end - first.time).inWords) passed from the first of \(sent.count) DIS to "
                + "the \(goodbye == nil ? "end of the call" : "DCN") without a T.30 frame of the \(party.other.rawValue); "
                + "T1 is 35 s.",
            remedy: "Look at why the \(party.other.rawValue) does not answer: it does not hear, or is no fax.",
            measures: [.init("wait", (end - first.time).inSeconds.rounded(), "s", threshold: 35)], party: party.other,
            frames: sent.map(\.frame) + [goodbye?.frame ?? facts.signalling.endFrame])
    }

    // MARK: - What was asked for

    private static func incompatible(_ facts: CallFacts) -> Finding? {
        var offers: [Party: T30Message] = [:]
        for message in facts.commands {
            guard let party = message.direction else { continue }
            if message.name == "DIS" || message.name == "DTC" { offers[party] = message }
            guard message.name == "DCS", let offer = offers[party.other], message.information.count >= 3 else {
                continue
            }
            let wanted = DigitalCommand(information: message.information)
            let excess = wanted.excess(over: DigitalIdentification(information: offer.information))
            guard !excess.isEmpty else { continue }
            return Finding(
                "incompatible-capabilities", .t30, T30Rules.severity(facts), .proof,
                "DCS asks what \(offer.name) did not offer",
                because: "\(message.direction.atStart)'s DCS asks for \(excess.joined(separator: ", ")), which the "
                    + "\(offer.name) before it does not have.",
                remedy: "Look for a gateway that edits the \(offer.name) on one leg; compare it on both.", party: party,
                frames: [offer.frame, message.frame])
        }
        return nil
    }

    private static func polling(_ facts: CallFacts) -> Finding? {
        guard let offer = facts.messages("DIS").last, let party = offer.direction else { return nil }
        let bits = InformationBits(offer.information)
        // A document, a file or characters wait here (bits 9, 51, 59).
        let hasDocument = [9, 51, 59].contains { bits.withinExtension[$0] }
        let answers = facts.commands.filter { $0.direction == party.other }
        if let poll = answers.first(where: { $0.name == "DTC" }) {
            guard !hasDocument, !answers.contains(where: { $0.name == "DCS" }), facts.isFailed else { return nil }
            return Finding(
                "polling-mismatch", .t30, .error, .proof, "Polled, and nothing waits there",
                because:
                    "The \(party.other.rawValue) polled with DTC, while the DIS of the \(party.rawValue) says that it "
                    + "has nothing to send (bit 9).",
                remedy: "Put a document up for polling, or send instead of polling.", party: party,
                frames: [offer.frame, poll.frame])
        }
        guard hasDocument, facts.isFailed, facts.sees(party.other), let last = answers.last, last.name == "DCN",
            !answers.contains(where: { $0.name == "DCS" || $0.name == "NSS" })
        else { return nil }
        return Finding(
            "polling-mismatch", .t30, .warning, .hint, "A document waits, and nobody polls",
            because:
                "The DIS of the \(party.rawValue) offers a document to be polled; the \(party.other.rawValue) sent DCN, "
                + "no DTC.",
            remedy: "Look whether the caller meant to poll.", party: party.other, frames: [offer.frame, last.frame])
    }

    private static func proprietary(_ facts: CallFacts) -> Finding? {
        guard let start = facts.messages("NSS").first,
            !facts.commands.contains(where: { $0.name == "DCS" && $0.direction == start.direction })
        else { return nil }
        let vendor = NonStandardFacilities(information: start.information).vendor
        return Finding(
            "proprietary-mode", .t30, facts.isFailed ? .error : .note, .proof, "Proprietary session",
            because:
                "\(start.direction.atStart) answered with NSS\(vendor.map { " of \($0)" } ?? "") in place of DCS: what "
                + "follows is no T.30.",
            remedy: "Let the gateway mask NSF, or switch the maker's own mode off at the machines.",
            party: start.direction, frames: [start.frame])
    }

    /// Nobody had to say anything twice: what is left is a refusal.
    private static func isFirstTry(_ facts: CallFacts) -> Bool {
        facts.messages("DCS").count == 1 && facts.messages("DIS").count <= 2 && facts.messages("FTT").isEmpty
    }

    /// DCN comes at once after the sender named itself.
    private static func filter(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let dcn = facts.messages("DCN").first,
            let command = facts.commands.last(where: { $0.end <= dcn.time && $0.endsTurn }), command.name == "DCS",
            command.direction == dcn.direction?.other, let turn = facts.turn(of: command), isFirstTry(facts)
        else { return nil }
        let training = facts.fax.signals.last {
            $0.direction == command.direction && $0.name == "TCF" && $0.start >= command.end && $0.start < dcn.time
        }
        let start = facts.turns.first { $0.party == dcn.direction && $0.messages.contains { $0.time == dcn.time } }?
            .start
        guard (start ?? dcn.time) - max(command.end, training?.end ?? command.end) <= atOnce else { return nil }
        let said = turn.messages.filter { ["TSI", "PWD", "SUB", "SID"].contains($0.name) }
        let name = facts.fax.senderID ?? ""
        let ident = said.contains { $0.name == "TSI" } ? (name.isEmpty ? "an empty TSI" : "TSI \"\(name)\"") : "no TSI"
        let more = said.map(\.name).filter { $0 != "TSI" }
        return Finding(
            "ident-filter", .t30, .warning, .hint, "Refused right after the sender named itself",
            because: "DCN came at once after DCS with \(([ident] + more).joined(separator: ", ")).",
            remedy: "Set a proper TSI; look for a filter of numbers, a password or a subaddress at the receiver.",
            party: dcn.direction, frames: said.map(\.frame) + [command.frame, dcn.frame])
    }
}
