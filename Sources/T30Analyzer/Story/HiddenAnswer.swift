import FaxCore
import PcapDecode

/// Answers that this capture holds damaged only because packets are missing in it, while the party that they went to
/// behaves as after a whole one: the capture lost those packets, or lost them before that party got them again. What
/// was answered, nobody can say.
///
/// Who waits for an answer in vain, or gets it damaged, repeats the command (T.30 5.4.2, 5.4.3.1); who does not, got one.
struct HiddenAnswer {
    private let call: Call
    private let session: FaxSession
    private let sender: Party

    /// A command that comes again within this time of the damaged answer is a repetition: T4 and the command itself.
    private static let repetition = Duration.seconds(6)
    /// After so many commands in vain their sender gives up with DCN (T.30 5.4.2).
    private static let tries = 3
    /// A call that ends sooner after the damaged answer may have cut it off.
    private static let least = Duration.milliseconds(500)

    /// - Returns: `nil` where nobody is known to have sent pages.
    init?(_ call: Call, _ session: FaxSession) {
        guard let sender = session.sender else { return nil }
        self.call = call
        self.session = session
        self.sender = sender
    }

    /// Every page without a confirmation has such an answer: whether all went well is not known.
    var hidesOutcome: Bool {
        let open = session.pages.filter { $0.confirmedBy == nil }
        guard !open.isEmpty else { return false }
        return open.allSatisfy { page in
            guard page.rejectedBy == nil, let command = lastCommand(after: page) else { return false }
            return isAnsweredUnseen(command)
        }
    }

    private func lastCommand(after page: FaxPage) -> T30Message? {
        let next = session.pages.first { $0.number > page.number }?.start
        return session.messages.last { message in
            message.direction == sender && message.crcOK != false && message.isPostMessageCommand
                && page.start.map { message.time >= $0 } ?? true && next.map { message.time < $0 } ?? true
        }
    }

    private func isAnsweredUnseen(_ command: T30Message) -> Bool {
        let further = session.messages.first { $0.direction == sender && $0.time > command.end }
        let until = min(further?.time ?? .distantFuture, command.end + Self.repetition)
        let answers = session.messages.filter {
            $0.direction == sender.other && $0.time > command.end && $0.time < until
        }
        guard let damaged = answers.last, answers.allSatisfy({ $0.crcOK == false }), isMissingPackets(damaged) else {
            return false
        }
        guard sends(of: command) < Self.tries else { return false }
        guard let further else { return endsInOrder(after: damaged) }
        let isRepeated = further.name == command.name && further.time < damaged.end + Self.repetition
        // A training behind a page may follow a rejection as well.
        let isTraining = ["TSI", "DCS", "SUB", "PWD"].contains(further.name) || further.crcOK == false
        return !isRepeated && !isTraining
    }

    /// How often the command was sent since the answerer's last whole frame.
    private func sends(of command: T30Message) -> Int {
        let answered = session.messages.last {
            $0.direction == sender.other && $0.crcOK != false && $0.time < command.time
        }?.time
        return session.messages.filter { message in
            message.direction == sender && message.name == command.name && message.time <= command.time
                && answered.map { message.time > $0 } ?? true
        }.count
    }

    /// Packets of the answerer are missing in the damaged answer, or where its preamble stood.
    private func isMissingPackets(_ answer: T30Message) -> Bool {
        call.streams.contains { stream in
            stream.direction != sender
                && stream.statistics.gaps.contains {
                    $0.time.upperBound >= answer.time - LossHit.reachAhead && $0.time.lowerBound <= answer.end
                }
        }
    }

    /// Nothing of the sender came any more, and the call ended by itself a while after the answer.
    private func endsInOrder(after answer: T30Message) -> Bool {
        guard let end = call.signalling.endTime else { return false }
        return end - answer.end >= Self.least
    }
}
