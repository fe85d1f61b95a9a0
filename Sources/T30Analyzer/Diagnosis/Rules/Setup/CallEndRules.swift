import FaxCore
import PcapDecode

/// Layer A: how calls end, or fail to.
enum CallEndRules {
    /// The same 2xx so often means that no ACK came (RFC 3261 13.3.1.4).
    private static let answersWithoutAck = 3
    /// 64·T1 after the first 2xx its sender gives up (RFC 3261 13.3.1.4).
    private static let giveUp = Duration.seconds(30)...Duration.seconds(34)
    /// Silence of a side after the fax, and the time without a BYE, that make a call that hangs (ours).
    private static let silentAfterFax = Duration.seconds(5)
    private static let hangingAfterFax = Duration.seconds(30)
    /// Settings of media timers, and how near to them a BYE must come.
    private static let mediaTimers = [30, 60, 120, 300].map { Duration.seconds($0) }
    private static let timerTolerance = Duration.seconds(2)
    /// T.38 that was flowing when the BYE came.
    private static let flowing = Duration.seconds(2)
    /// T4 with its tolerance (T.30 5.4.3.1): who goes on sooner has not waited for an answer.
    private static let patience = Duration.milliseconds(2_550)

    static let rules = [
        Rule(
            [
                "sip-2xx-no-ack": .cause(
                    .switching,
                    of: ["bye-during-page", "bye-after-eop-audio-not-drained", "no-mcf", "t38-reinvite-unanswered"])
            ], once: noAck),
        Rule(
            [
                "rtp-timeout-during-t38": .cause(
                    .session, of: ["bye-during-page", "bye-after-eop-audio-not-drained", "no-mcf"])
            ], once: mediaTimeout),
        Rule(["false-success": .remark], falseSuccess),
        Rule(["call-hangs-after-fax": .remark], once: hangs),
    ]

    private static func noAck(_ facts: CallFacts) -> Finding? {
        let exchange = facts.exchanges.first {
            $0.request.method == "INVITE" && $0.isAccepted && $0.finals.count >= answersWithoutAck && $0.ack == nil
        }
        guard let exchange, let first = exchange.finals.first, let last = exchange.finals.last else { return nil }
        let gaveUp = facts.signalling.endTime.map { giveUp.contains($0 - first.time) } ?? false
        let isByAnswerer = facts.signalling.endedBy?.rawValue == exchange.party.other.rawValue
        var because =
            "\(first.summary) to the INVITE of the \(exchange.party.rawValue) was sent \(exchange.finals.count) times in "
            + "\((last.time - first.time).inWords), and no ACK is in the capture"
        if gaveUp, isByAnswerer, let end = facts.signalling.endTime {
            because +=
                "; the \(exchange.party.other.rawValue) ended the call \((end - first.time).inWords) after the first"
        }
        let isProof = gaveUp && isByAnswerer
        return Finding(
            "sip-2xx-no-ack", .setup, isProof || facts.isFailed ? facts.severity(onSuccess: .warning) : .warning,
            isProof ? .proof : .strong, "Answer repeated, no ACK", because: because + ".",
            remedy: "Mend Contact and Record-Route, so that the ACK finds its way; switch a SIP ALG off; use rport.",
            measures: [Finding.Measure("answers", Double(exchange.finals.count), "", threshold: 3)],
            party: exchange.party,
            frames: exchange.finals.map(\.frame) + [isProof ? facts.signalling.endFrame : nil])
    }

    /// BYE cuts a fax off that was flowing, because no RTP came.
    private static func mediaTimeout(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let agreed = change.answerTime, let end = facts.signalling.endTime,
            facts.isFailed, facts.signalling.outcome == .answered, facts.messages("DCN").isEmpty,
            let last = facts.t38.map(\.lastTime).max(), end - last <= flowing
        else { return nil }
        let step = facts.signalling.steps.last { $0.frame == facts.signalling.endFrame }
        let reason = step?.remarks.joined(separator: "; ") ?? ""
        let saysSo = ["rtp", "media timeout", "cause=102"].contains { reason.lowercased().contains($0) }
        let quiet = facts.rtp.map(\.lastTime).filter { $0 < end }.max() ?? agreed
        let fit = [agreed, quiet].lazy.compactMap { start in
            mediaTimers.first { abs((end - start - $0).inSeconds) <= timerTolerance.inSeconds }
        }.first
        guard saysSo || fit != nil else { return nil }
        return Finding(
            "rtp-timeout-during-t38", .setup, saysSo ? .error : .warning, saysSo ? .strong : .hint,
            "Media timer ended a T.38 call",
            because:
                "BYE came \((end - agreed).inWords) after the switch to T.38 while UDPTL was flowing"
                + (fit.map { ", near \(Int($0.inSeconds)) s, a usual setting of media timers" } ?? "")
                + (reason.isEmpty ? "." : "; it says \(reason)."),
            remedy: "Switch the RTP timeout off for fax, or upgrade the side whose timer counts RTP alone.",
            measures: [Finding.Measure("after switch", (end - agreed).inSeconds, "s", threshold: fit?.inSeconds)],
            party: facts.signalling.endedBy.flatMap { Party(rawValue: $0.rawValue) },
            frames: [change.answerFrame, facts.rtp.map(\.lastFrame).last, facts.signalling.endFrame])
    }

    /// The sender went on, or closed the fax, without an answer and without the wait that asks for one.
    private static func falseSuccess(_ facts: CallFacts) -> [Finding] {
        guard let sender = facts.fax.sender, facts.sees(sender.other), facts.losses.isEmpty,
            facts.rtp(of: sender.other).allSatisfy({ ($0.statistics.lost ?? 0) == 0 })
        else { return [] }
        let commands = facts.commands.filter { $0.direction == sender }
        var found: [Finding] = []
        for (index, command) in commands.enumerated() where command.isPostMessageCommand && found.isEmpty {
            let next = commands.dropFirst(index + 1).first
            let page = facts.fax.pages.first { $0.start.map { $0 > command.end } ?? false }
            let answered = facts.commands.contains {
                $0.direction == sender.other && $0.time > command.time
                    && $0.time < (next?.time ?? page?.start ?? .distantFuture)
            }
            let went = next?.name == "DCN" ? next?.time : page?.start
            guard !answered, next?.name != command.name, let went, went - command.end < patience,
                went > command.end
            else { continue }
            let what = next?.name == "DCN" ? "DCN" : "the next page"
            found.append(
                Finding(
                    "false-success", .setup, facts.isFailed ? .warning : .note, .proof,
                    "Sender went on without confirmation",
                    because:
                        "\(command.name) was sent once and not answered; \((went - command.end).inWords) later came "
                        + "\(what), before T4 could run out: the sender counts a page that nobody confirmed.",
                    remedy: "Judge a fax by the MCF of each page, never by how the call ended; upgrade the sender.",
                    party: sender, frames: [command.frame, next?.frame, page?.firstFrame]))
        }
        return found
    }

    /// The fax is over, a side is silent, and nobody hangs up.
    private static func hangs(_ facts: CallFacts) -> Finding? {
        guard facts.signalling.outcome == .answered, facts.signalling.carrier == .sip else { return nil }
        let farewell = facts.messages("DCN").last
        let confirmed = facts.fax.outcome == .success ? facts.messages("MCF").last : nil
        guard let last = farewell ?? confirmed, facts.end - last.end >= hangingAfterFax else { return nil }
        let silent = Party.allCases.filter { party in
            let streams = facts.call.streams.filter { $0.direction == party }
            return !streams.isEmpty && streams.allSatisfy { $0.lastTime <= last.end + silentAfterFax }
        }
        guard let party = silent.first else { return nil }
        let ending = facts.signalling.endTime.map { "BYE came \(($0 - last.end).inWords) after it" } ?? "no BYE came"
        return Finding(
            "call-hangs-after-fax", .setup, .warning, .proof, "Call stays up after the fax ended",
            because:
                "The fax ended with \(last.name); \(silent.count == 2 ? "both sides" : "the \(party.rawValue)") sent "
                + "no media after it, and \(ending).",
            remedy: "Hang up when the fax is complete; set a watchdog; upgrade the side that waits for media.",
            measures: [Finding.Measure("after fax", (facts.end - last.end).inSeconds, "s", threshold: 30)],
            party: party,
            frames: [last.frame, facts.signalling.endFrame])
    }
}
