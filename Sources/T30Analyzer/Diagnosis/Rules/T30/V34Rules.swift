import FaxCore
import FaxWire
import PcapDecode

/// V.8 and V.34: Super G3.
enum V34Rules {
    /// Without JM or DIS for so long, V.8 is over.
    private static let patience = Duration.seconds(10)
    /// A menu takes a sixth of a second and is repeated without a pause: two of them at least (V.8 clause 5).
    private static let menusLeast = 2
    private static let menu = Duration.milliseconds(150)

    static let rules = [
        Rule(["v34-not-ecm": .cause(.session, of: ["dcn-early", "dcn-from-receiver"])], once: withoutECM),
        Rule(["v8-no-fallback": .cause(.session, of: ["t1-expired"])], once: noFallback),
        Rule(["v34-cm-jm": .symptom(.session)], once: handshake),
    ]

    private static func menus(_ name: String, _ facts: CallFacts) -> [T30Message] {
        facts.fax.messages.filter { $0.name == name }
    }

    /// What was on the line after V.8 agreed, besides the menus.
    private static func phases(_ facts: CallFacts) -> [FaxSignal] {
        facts.fax.signals.filter { $0.isFax && $0.name.hasPrefix("V.34") }
    }

    private static func handshake(_ facts: CallFacts) -> Finding? {
        guard let call = menus("CM", facts).first, let joint = menus("JM", facts).first else { return nil }
        let reached = phases(facts)
        let hasG3 = facts.commands.contains { !$0.isV8 && $0.direction != nil }
        let isLost = facts.isFailed && !hasG3
        let last = reached.last.map { "; the last signal of it was \($0.name)" } ?? "; no V.34 signal followed"
        return Finding(
            "v34-cm-jm", .t30, isLost ? .error : .note, .proof, "Super G3 handshake",
            because: "CM and JM agreed on V.8\(hasG3 ? ", and the fax went on as G3" : last).",
            remedy: isLost
                ? "G.711 must lose nothing for V.34: switch Super G3 off at the machine, or offer T.38 version 3."
                : "None needed while it works.",
            frames: [call.frame, joint.frame, reached.last?.firstFrame])
    }

    private static func noFallback(_ facts: CallFacts) -> Finding? {
        let calls = menus("CM", facts)
        let count = calls.reduce(0) { $0 + max(1, Int(($1.end - $1.time) / menu)) }
        guard facts.isFailed, count >= menusLeast, menus("JM", facts).isEmpty,
            let tone = facts.fax.signals.first(where: { ["ANSam", "/ANSam"].contains($0.name) }),
            let first = calls.first, let last = calls.last, facts.lastSeen >= first.end + patience,
            !facts.commands.contains(where: { $0.name == "DIS" && $0.time < first.end + patience })
        else { return nil }
        return Finding(
            "v8-no-fallback", .t30, .error, .strong, "V.8 fails, and no G3 follows",
            because: "ANSam, then CM for \((last.end - first.time).inWords), and neither JM nor DIS within 10 s.",
            remedy: "The called side does not hear CM: look at that direction and at echo cancellers; switch V.34 off.",
            measures: [.init("CM", Double(count), "", threshold: Double(menusLeast))], party: tone.direction,
            frames: [tone.firstFrame, first.frame, last.lastFrame])
    }

    /// A DCS on the control channel of V.34 (no V.21 preamble before it) without error correction (T.30 Annex F).
    private static func withoutECM(_ facts: CallFacts) -> Finding? {
        guard let channel = phases(facts).first else { return nil }
        for command in facts.messages("DCS") where command.time >= channel.start {
            guard let turn = facts.turn(of: command), !turn.hasPreamble,
                !DigitalCommand(information: command.information).ecm
            else { continue }
            return Finding(
                "v34-not-ecm", .t30, T30Rules.severity(facts), .proof, "V.34 without error correction",
                because: "A DCS of a V.34 session clears bit 27: T.30 allows V.34 with error correction only.",
                remedy: "Switch ECM on, or V.34 off, at the sender.", party: command.direction,
                frames: [channel.firstFrame, command.frame])
        }
        return nil
    }
}
