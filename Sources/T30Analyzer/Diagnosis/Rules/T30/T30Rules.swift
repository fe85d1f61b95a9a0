import FaxCore
import PcapDecode

/// Layer F: what the fax machines said. In the order in which an engineer believes them: what explains itself first.
enum T30Rules {
    /// A command is sent three times (T.30 5.4.2).
    static let tries = 3

    /// Signals that only the receiver of a command can send: who sends one has heard the other.
    static let answers: Set<String> = [
        "DCS", "CFR", "FTT", "MCF", "RTP", "RTN", "PIP", "PIN", "PPR", "RNR", "ERR", "CTR",
    ]

    static let rules =
        IdentificationRules.causes + V34Rules.rules + TrainingRules.rules + PageRules.rules + BlockRules.rules
        + DisconnectRules.rules + AnswerRules.rules + IdentificationRules.symptoms + FrameRules.rules + TurnRules.rules
        + TimeRules.rules

    /// Commands of a party at the end of the session that brought no answer: name and where each was sent.
    static func unansweredCommand(by party: Party, _ facts: CallFacts) -> (name: String, sent: [T30Message])? {
        var commands = facts.commands
        while commands.last?.name == "DCN" { commands.removeLast() }
        guard let last = commands.last(where: \.endsTurn), last.direction == party else { return nil }
        var sent: [T30Message] = []
        for message in commands.reversed() {
            guard message.direction == party else { break }
            if message.endsTurn, message.name == last.name { sent.insert(message, at: 0) }
        }
        // Nothing sent since the other side's last frame: its answer has begun, though no final frame of it came.
        return sent.isEmpty ? nil : (last.name, sent)
    }

    /// The fax was ended in the sight of the capture, by DCN or by clearing the call: nobody waits for an answer any more.
    static func isGivenUp(_ facts: CallFacts) -> Bool {
        !facts.call.coverage.endsMidCall && (facts.signalling.endTime != nil || !facts.messages("DCN").isEmpty)
    }

    /// A fault that hurt a fax that failed; on one that went through only a warning.
    static func severity(_ facts: CallFacts) -> Finding.Severity { facts.isFailed ? .error : .warning }
}

extension Party? {
    /// `The caller`, `One side`.
    var atStart: String { map { "The \($0.rawValue)" } ?? "One side" }
    /// `the caller`, `one side`.
    var inside: String { map { "the \($0.rawValue)" } ?? "one side" }
}

extension T30Message {
    /// The facsimile information field.
    var information: [UInt8] { Array(octets.dropFirst(3)) }
}

extension CallFacts {
    /// What came before the command that a frame ends, from the same party.
    func turn(of message: T30Message) -> Turn? {
        turns.first { $0.party == message.direction && $0.start <= message.time && $0.end >= message.end }
    }

    /// The first frame that ends a turn after this moment, from that party.
    func next(after time: Instant, from party: Party?) -> T30Message? {
        commands.first { $0.time >= time && $0.direction == party && $0.endsTurn }
    }

    /// The last moment that the capture tells anything about.
    var lastSeen: Instant { max(call.lastTime, fax.end ?? call.lastTime) }
}
