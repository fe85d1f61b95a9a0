import FaxCore
import FaxWire

/// T.38 in RTP payloads (RFC 4612): one IFP packet each; nothing is repaired here, order is restored by number.
struct T38RTPCollector {
    private(set) var log = T38Log()
    private var highest: Int?

    mutating func add(_ header: RTPHeader, _ payload: RawSpan, time: Instant, frame: FrameRef) {
        let sequence: Int
        if let highest {
            sequence = highest + Int(Int16(bitPattern: header.sequence &- UInt16(truncatingIfNeeded: highest)))
            guard sequence > highest else { return }
        } else {
            sequence = Int(header.sequence)
        }
        highest = sequence
        log.append(sequence: sequence, frame: frame, time: time, origin: .stream, span: payload)
    }

    var finished: T38Log {
        var log = log
        log.decideForm()
        return log
    }
}
