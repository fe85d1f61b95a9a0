import FaxCore
import FaxWire
import PcapDecode

/// Single frames and what they say about the session.
enum FrameRules {
    static let rules = [
        Rule(
            ["wrong-final-frame": .cause(.session, of: ["dis-repeated-no-dcs", "no-mcf", "t1-expired", "t2-expired"])],
            once: controlBits),
        Rule(["own-echo": .cause(.session, of: ["unexpected-frame", "command-repeated", "t4-collision"])], once: echo),
        Rule(["unexpected-frame": .remark], once: unexpected),
        Rule(["procedural-interrupt": .remark], once: interrupts),
        Rule(["crp": .remark], once: askedAgain),
        Rule(["command-repeated": .remark], once: repeats),
    ]

    /// An echo comes back within this time.
    private static let echoDelay = Duration.milliseconds(20)...Duration.milliseconds(1_500)
    /// More frames than these do not come within that time.
    private static let framesOfEcho = 32
    /// A sender whose last frame says that more follows, and nothing does.
    private static let openEnd = Duration.seconds(3)

    // MARK: - Address and control

    private static func controlBits(_ facts: CallFacts) -> Finding? {
        let whole = facts.fax.messages.filter { $0.crcOK == true && !$0.isImageFrame && $0.octets.count >= 3 }
        if let wrong = whole.first(where: { $0.octets[0] != 0xFF || ($0.octets[1] != 0x03 && $0.octets[1] != 0x13) }) {
            let octets = hexadecimal(wrong.octets.prefix(2))
            return finding(
                facts, wrong.direction,
                "\(wrong.direction.atStart)'s \(wrong.name) begins with \(octets), where T.30 has ff 03 "
                    + "or ff 13.", [wrong])
        }
        let open = Party.allCases.lazy.compactMap { openEnded($0, facts) }.first
        guard let turn = open, let last = turn.final else { return nil }
        return finding(
            facts, turn.party,
            "\(turn.party.atStart) ended with \(last.name) whose control field says that another frame "
                + "follows; none came.", [last])
    }

    private static func finding(_ facts: CallFacts, _ party: Party?, _ because: String, _ messages: [T30Message])
        -> Finding
    {
        Finding(
            "wrong-final-frame", .t30, T30Rules.severity(facts), .proof, "Address or control field wrong",
            because: because, remedy: "Report it to the maker: a receiver waits for a frame that does not come.",
            party: party, frames: messages.map(\.frame))
    }

    /// Only where every frame of the turn is whole, and the capture shows that nothing follows.
    private static func openEnded(_ party: Party, _ facts: CallFacts) -> Turn? {
        let own = facts.turns.filter { $0.party == party }
        for (index, turn) in own.enumerated() {
            let next = index + 1 < own.count ? own[index + 1].start : facts.lastSeen
            if next >= turn.end + openEnd, isOpenEnded(turn, facts) { return turn }
        }
        return nil
    }

    private static func isOpenEnded(_ turn: Turn, _ facts: CallFacts) -> Bool {
        guard let last = turn.final, last.octets.count >= 3, !last.endsTurn,
            turn.messages.allSatisfy({ $0.crcOK == true })
        else { return false }
        // What is missing may have been the final frame.
        let reach = turn.start...turn.end + openEnd
        guard !facts.hasHole(of: turn.party, in: reach) else { return false }
        // A gateway that went on after its last whole frame heard another one, and could not read it.
        let own = facts.fax.ifpSignals.filter { $0.party == turn.party && $0.type == .v21 }
        guard let signal = own.last(where: { $0.start <= last.time }) else { return own.isEmpty }
        switch signal.ending {
        case .field, .noSignal: return signal.end - last.end <= endAfterFrame
        case .otherSignal, .streamEnd: return false
        }
    }

    /// Flags between the last frame and the end of its signal.
    private static let endAfterFrame = Duration.milliseconds(200)

    // MARK: - Echo

    private static func echo(_ facts: CallFacts) -> Finding? {
        let heard = facts.fax.remarks.filter { $0.name == "echo" }
        if let first = heard.first {
            return Finding(
                "own-echo", .t30, facts.isFailed ? .warning : .note, .proof, "Echo of own signals",
                because: "\(first.direction.atStart)'s stream holds weaker copies of the other side's signals "
                    + "(\(heard.map(\.text).joined(separator: ", "))).",
                remedy: "Look at hybrids and at recorders or gateways that send back what they get.",
                party: first.direction, frames: heard.flatMap(\.frames))
        }
        for (index, own) in facts.commands.enumerated() where own.direction != nil && own.octets.count >= 3 {
            let copy = facts.commands[(index + 1)...].prefix(framesOfEcho).first {
                $0.direction == own.direction?.other && $0.octets == own.octets
                    && echoDelay.contains($0.time - own.time)
            }
            guard let copy else { continue }
            return Finding(
                "own-echo", .t30, facts.isFailed ? .warning : .note, .proof, "Echo of own frame",
                because: "\(own.name) of the \(own.direction?.rawValue ?? "sender") came back from the other side "
                    + "\((copy.time - own.time).inWholeMilliseconds) later, octet for octet, with the direction bit of the "
                    + "wrong side.",
                remedy: "Look for a loop or a reflector on the path, and for a hybrid behind the gateway.",
                measures: [.init("delay", (copy.time - own.time).inMilliseconds.rounded(), "ms")],
                party: copy.direction, frames: [own.frame, copy.frame])
        }
        return nil
    }

    // MARK: - What does not fit

    private static func unexpected(_ facts: CallFacts) -> Finding? {
        guard Party.allCases.allSatisfy(facts.sees) else { return nil }
        let odd = FrameOrder.unexpected(facts.commands)
        guard let first = odd.first else { return nil }
        let isHidden = !facts.losses.isEmpty || facts.call.coverage.startsMidCall
        return Finding(
            "unexpected-frame", .t30, facts.isFailed && !isHidden ? .warning : .note, isHidden ? .strong : .proof,
            "Frames that do not fit",
            because: odd.prefix(4).map(\.text).joined(separator: "; ")
                + (odd.count > 4 ? " and \(odd.count - 4) more." : "."),
            remedy: "A turn was lost before it, or a machine lost its place: look at the frame before.",
            measures: [.init("frames", Double(odd.count), "")], party: first.message.direction,
            frames: odd.map(\.message.frame))
    }

    private static func interrupts(_ facts: CallFacts) -> Finding? {
        let found = facts.commands.filter {
            $0.name.hasPrefix("PRI-") || $0.name.contains("-PRI-") || $0.name == "PIP" || $0.name == "PIN"
        }
        guard let first = found.first else { return nil }
        return Finding(
            "procedural-interrupt", .t30, facts.isFailed ? .warning : .note, .proof, "Procedure interrupts",
            because:
                "\(found.map(\.name).prefix(6).joined(separator: ", ")): an operator is asked for, and until T3 (10 s) "
                + "both sides may wait.",
            remedy: "Switch it off at a machine that stands alone.",
            measures: [.init("frames", Double(found.count), "")],
            party: first.direction, frames: found.map(\.frame))
    }

    // MARK: - Again

    private static func askedAgain(_ facts: CallFacts) -> Finding? {
        let repeats = facts.messages("CRP")
        guard let first = repeats.first else { return nil }
        return Finding(
            "crp", .t30, .note, .proof, "Command asked for again", because: "\(repeats.count) CRP.",
            remedy: "Look for what damaged the command before it.", measures: [.init("CRP", Double(repeats.count), "")],
            party: first.direction, frames: repeats.map(\.frame))
    }

    private static func repeats(_ facts: CallFacts) -> Finding? {
        let repeats = facts.fax.remarks.filter { $0.name == "command-repeated" }
        guard let first = repeats.first else { return nil }
        return Finding(
            "command-repeated", .t30, .note, .proof, "Commands repeated",
            because:
                "\(counted(repeats.count, "command")) sent again without an answer to the one before in the capture, "
                + "the first: \(first.text).",
            remedy: "Look for the answers: lost on the way, or never sent.",
            measures: [.init("repeats", Double(repeats.count), "")], party: first.direction,
            frames: repeats.flatMap(\.frames))
    }
}

extension CallFacts {
    /// Packets of the party are missing there, repaired or not.
    func hasHole(of party: Party?, in span: ClosedRange<Instant>) -> Bool {
        (rtp + t38).contains { stream in
            stream.direction == party && stream.statistics.gaps.contains { $0.time.overlaps(span) }
        }
    }
}
