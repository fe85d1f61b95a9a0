import FaxCore
import FaxWire

/// Holds each answer against the command that it answers (T.30 5.3.6.1, 5.4): an answer without a command, a training
/// while a page waits for its confirmation, a control octet that T.30 does not name.
struct FrameOrder {
    struct Odd {
        var message: T30Message
        var text: String
    }

    /// What a command asks for.
    private enum Kind { case training, page, partialPage, continuation, endOfRetransmission, readiness }

    /// The last command of one party, how often it came and how often it was answered.
    private struct Open {
        var kind: Kind
        var name: String
        var sent = 1
        var answered = 0
    }

    private var open: [Party: Open] = [:]
    private var isAskedAnew: [Party: Bool] = [:]
    private var odd: [Odd] = []

    /// - Parameter messages: whole frames in order of time, of both parties.
    static func unexpected(_ messages: [T30Message]) -> [Odd] {
        var order = FrameOrder()
        for message in messages where !message.isV8 { order.take(message) }
        return order.odd
    }

    private mutating func take(_ message: T30Message) {
        guard let party = message.direction, message.octets.count >= 3 else { return }
        let frame = T30Frame(lax: message.octets)
        guard let signal = frame.signal else {
            odd.append(
                Odd(message: message, text: "\(message.name) from the \(party.rawValue), which T.30 does not name"))
            return
        }
        switch signal {
        case .dis, .dtc, .nsf, .nsc, .rtn, .rtp, .pin, .ftt, .crp, .pip:
            // Any of them may bring the other side back to phase B.
            isAskedAnew[party.other] = true
        default: break
        }
        if let kind = Self.command(signal) {
            takeCommand(kind, message, party)
        } else if let kinds = Self.answered(by: signal) {
            takeAnswer(kinds, message, party)
        }
    }

    private mutating func takeCommand(_ kind: Kind, _ message: T30Message, _ party: Party) {
        if kind == .training, let last = open[party], [.page, .partialPage].contains(last.kind), last.answered == 0,
            isAskedAnew[party] != true
        {
            odd.append(
                Odd(
                    message: message,
                    text: "\(message.name) from the \(party.rawValue) while its \(last.name) waited for an answer"))
        }
        isAskedAnew[party] = false
        if let last = open[party], last.kind == kind, last.name == message.name {
            open[party]?.sent += 1
        } else {
            open[party] = Open(kind: kind, name: message.name)
        }
    }

    private mutating func takeAnswer(_ kinds: Set<Kind>, _ message: T30Message, _ party: Party) {
        guard let command = open[party.other] else {
            odd.append(Odd(message: message, text: "\(message.name) from the \(party.rawValue) before any command"))
            return
        }
        if !kinds.contains(command.kind) {
            odd.append(
                Odd(
                    message: message,
                    text: "\(message.name) from the \(party.rawValue) as the answer to \(command.name)"))
        } else if command.answered >= command.sent {
            odd.append(
                Odd(message: message, text: "\(message.name) from the \(party.rawValue) with no command open"))
        }
        open[party.other]?.answered += 1
    }

    private static func command(_ signal: FacsimileControl) -> Kind? {
        switch signal {
        case .dcs, .nss: .training
        case .mps, .eom, .eop, .eos, .priMPS, .priEOM, .priEOP: .page
        case .pps: .partialPage
        case .ctc: .continuation
        case .eor: .endOfRetransmission
        case .rr: .readiness
        default: nil
        }
    }

    /// The commands that a signal may answer; `nil`: it answers none, or any.
    private static func answered(by signal: FacsimileControl) -> Set<Kind>? {
        switch signal {
        case .cfr, .ftt: [.training]
        case .mcf, .rtp, .rtn, .pip, .pin: [.page, .partialPage, .readiness, .endOfRetransmission]
        case .ppr: [.partialPage, .readiness]
        case .ctr: [.continuation]
        case .err: [.endOfRetransmission, .readiness]
        case .rnr: [.page, .partialPage, .endOfRetransmission, .readiness]
        default: nil
        }
    }
}
