import FaxCore
import FaxWire

/// Who sent what where one stream holds both parties (a recording of one channel): commands tell by themselves, the
/// message channel belongs to the one who announced it.
struct MixedLine {
    /// The latest that told who sends the message channel: a DCS, or a command or CTC on the way.
    private var sender: Party?

    /// Gives the events of a mixed stream, in order, their parties, as far as they tell.
    static func assign(_ events: inout [LineEvent]) {
        var line = MixedLine()
        for index in events.indices where events[index].party == nil {
            events[index].party = line.party(of: events[index])
        }
        // Flags belong to the frame that follows them.
        for index in events.indices.dropLast().reversed() where events[index].party == nil {
            if case .signal(.v21Preamble) = events[index].content { events[index].party = events[index + 1].party }
        }
    }

    private mutating func party(of event: LineEvent) -> Party? {
        switch event.content {
        case .signal(.cng): return .caller
        case .signal(.ced), .signal(.ansReversed), .signal(.ansam), .signal(.ansamReversed): return .callee
        case .signal(.training), .burst: return sender
        case .v8(let message): return message.name == "JM" ? .callee : .caller
        case .signal: return nil
        case .frame(let frame):
            guard frame.isControl else { return sender }
            guard frame.crcOK != false, frame.octets.count >= 3 else { return nil }
            let command = T30Frame(lax: frame.octets)
            switch command.signal {
            case .dis, .csi, .nsf: return .callee
            case .dtc, .cig, .nsc: return .caller
            case nil: return nil
            case .some(let signal):
                // The one who got the DIS sets the bit X (T.30 5.3.6.1).
                let party: Party = command.directionBit ? .caller : .callee
                if signal == .dcs { sender = party }
                return party
            }
        }
    }
}
