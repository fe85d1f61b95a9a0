import FaxCore
import PcapDecode

/// Who gave up, when, and after what.
enum DisconnectRules {
    /// T2 is 6 s ± 1 s, and what the network adds.
    private static let t2 = Duration.seconds(5)...Duration.seconds(9)
    private static let own: Set<String> = ["CFR", "FTT", "MCF", "RTP", "RTN", "PPR", "CTR", "ERR", "DIS"]

    static let rules = [
        Rule(["dcn-early": .symptom(.session), "dcn-from-receiver": .remark], once: disconnect),
        Rule(["t2-expired": .symptom(.session, of: ["dcn-from-receiver"])], once: silentSender),
    ]

    private static func disconnect(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let dcn = facts.messages("DCN").first else { return nil }
        let before = facts.commands.last { $0.end <= dcn.time && $0.direction != nil && $0.endsTurn }
        // Who said something in between, damaged or not, did not answer with DCN.
        let hasSpoken = facts.fax.messages.contains { message in
            message.direction == dcn.direction && message.time < dcn.time
                && before.map { message.time > $0.end } ?? true
        }
        if let before, before.direction == dcn.direction?.other, before.name == "DIS" || before.name == "DCS",
            !hasSpoken
        {
            return Finding(
                "dcn-early", .t30, .error, .proof, "DCN as the answer to \(before.name)",
                because: "The \(dcn.direction?.rawValue ?? "other side") answered \(before.name) with DCN.",
                remedy: "Compare the capabilities; look for number filters, polling, full memory.",
                party: dcn.direction, frames: [before.frame, dcn.frame])
        }
        guard let sender = facts.fax.sender, dcn.direction == sender.other else { return nil }
        return Finding(
            "dcn-from-receiver", .t30, .warning, .proof, "Receiver gave up",
            because: "DCN came from the receiver"
                + (before.map { ", \((dcn.time - $0.end).inWords) after \($0.name)" } ?? "")
                + ".",
            remedy: "Look at what came, or did not come, in the six seconds before.", party: dcn.direction,
            frames: [before?.frame, dcn.frame])
    }

    /// The receiver answered, heard nothing for T2, and left: by DCN, or by clearing the call.
    private static func silentSender(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, let sender = facts.fax.sender, facts.sees(sender),
            let last = facts.commands.last(where: {
                $0.direction == sender.other && own.contains($0.name) && $0.endsTurn
            })
        else { return nil }
        let goodbye = facts.messages("DCN").first { $0.direction == sender.other && $0.time >= last.end }
        let isCleared = facts.signalling.endedBy?.rawValue == sender.other.rawValue
        guard let end = goodbye?.time ?? (isCleared ? facts.signalling.endTime : nil) else { return nil }
        // The preamble of a DCN begins a second before it.
        let silence = end - last.end - (goodbye == nil ? .zero : .seconds(1))
        let isHeard = facts.fax.signals.contains {
            $0.direction == sender && $0.isFax && $0.end > last.end && $0.start < end
        }
        guard t2.contains(silence), !isHeard, last.name != "DIS" || facts.fax.trainings.isEmpty == false else {
            return nil
        }
        return Finding(
            "t2-expired", .t30, .error, .proof, "Receiver heard nothing and gave up",
            because:
                "After its \(last.name) the \(sender.other.rawValue) waited \(silence.inWords) without a signal of the "
                + "\(sender.rawValue), then \(goodbye == nil ? "cleared the call" : "sent DCN"); T2 is 6 s.",
            remedy: "Find what the \(sender.rawValue) sent in that time, or why it sent nothing.",
            measures: [.init("silence", (silence.inSeconds * 10).rounded() / 10, "s", threshold: 6)], party: sender,
            frames: [last.frame, goodbye?.frame ?? facts.signalling.endFrame])
    }
}
