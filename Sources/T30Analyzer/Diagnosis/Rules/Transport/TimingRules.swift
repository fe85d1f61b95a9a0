import FaxCore
import FaxWire
import PcapDecode

/// Layer C: how long the way there and back takes, and how evenly a gateway sends.
enum TimingRules {
    /// What an answer takes at least (T.30 5.3.1), and from which on the way is long, and too long for T4.
    private static let least = Duration.milliseconds(75)
    private static let long = 1.0
    private static let tooLong = 2.5
    private static let leastTurns = 2

    private static let effects = ["t4-collision"] + TransportRules.effectsOfLoss

    static let rules = [
        Rule(["delay-round-trip-high": .cause(.session, of: effects)]) { facts in
            Party.allCases.compactMap { slowAnswers($0, facts) }
        },
        Rule(["udptl-pacing-burst": .cause(.session, of: ["page-bad-lines", "rtn", "ppr-loop", "tcf-errors"])]) {
            facts in
            facts.t38.filter { $0.kind == .udptl }.compactMap { Pacing($0, facts).finding }
        },
    ]

    private struct Turn {
        var delay: Double
        var command: T30Message
        var answer: T30Message
    }

    /// Every answer of one side comes late: the way is long, not the machine slow once.
    private static func slowAnswers(_ party: Party, _ facts: CallFacts) -> Finding? {
        let turns = turns(of: party, facts).sorted { $0.delay < $1.delay }
        guard turns.count >= leastTurns, let quickest = turns.first, quickest.delay > long else { return nil }
        let isTooLong = quickest.delay > tooLong
        let repeats = facts.fax.remarks.contains { $0.name == "command-repeated" && $0.direction == party.other }
        let severity: Finding.Severity =
            !facts.isFailed ? .note : isTooLong && repeats ? .error : .warning
        return Finding(
            "delay-round-trip-high", .transport, severity, .strong, "Long way there and back",
            because: "Of \(counted(turns.count, "answer")) of the \(party.rawValue) the quickest began "
                + "\(decimal(quickest.delay, 2)) s after its command had ended; T4 is 3 s"
                + (repeats ? ", and commands were repeated." : "."),
            remedy: "Take out relays and gateways in tandem; use a relay that spoofs, or a shorter route.",
            measures: [
                .init("round trip", quickest.delay, "s", threshold: long), .init("answers", Double(turns.count), ""),
            ], party: party, frames: turns.flatMap { [$0.command.lastFrame ?? $0.command.frame, $0.answer.frame] })
    }

    /// From the end of a command to the preamble of its answer, less the 75 ms that the answerer owes.
    private static func turns(of party: Party, _ facts: CallFacts) -> [Turn] {
        let all = facts.commands.filter(\.endsTurn)
        return zip(all, all.dropFirst()).compactMap { command, answer in
            guard command.direction == party.other, answer.direction == party, command.isCommand,
                T30Rules.answers.contains(answer.name), answer.name != "DCS",
                // Without its preamble nobody knows when an answer began.
                let start = facts.announcement(of: answer)
            else { return nil }
            let asked = command.name == "DCS" ? facts.endOfTraining(after: command, before: start) : command.end
            // Of a TCF that the capture does not show whole, nobody knows the end.
            if command.name == "DCS", asked == command.end { return nil }
            let delay = (start - asked - least).inSeconds
            return delay >= 0 ? Turn(delay: delay, command: command, answer: answer) : nil
        }
    }
}
