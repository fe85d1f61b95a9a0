import FaxCore
import FaxWire

/// The IFP packets of one direction of T.38 over TCP, from its octets in order of the connection.
struct T38StreamCollector: Sendable {
    private(set) var log = T38Log()
    private(set) var framer: T38TCPFramer
    private var sequence = 0

    init(negotiatedVersion: Int? = nil) {
        framer = T38TCPFramer(form: IFPForm(version: negotiatedVersion ?? 2))
        log.negotiatedVersion = negotiatedVersion
    }

    /// Takes the next octets; `frame` and `time` are those of the segment that makes them readable.
    mutating func add(_ octets: RawSpan, time: Instant, frame: FrameRef) {
        var framer = framer
        framer.feed(octets) { packet in
            log.append(sequence: sequence, frame: frame, time: time, origin: .stream, span: packet)
            sequence += 1
        }
        self.framer = framer
    }

    /// Octets are missing here: what waits is given up, and a number is left out.
    mutating func gap() {
        framer.gap()
        sequence += 1
    }

    /// The log with its form decided.
    var finished: T38Log {
        var log = log
        log.decideForm()
        return log
    }
}
