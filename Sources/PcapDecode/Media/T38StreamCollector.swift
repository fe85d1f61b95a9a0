import FaxCore
import FaxWire

/// The IFP packets of one direction of T.38 over TCP, from its octets in order of the connection.
struct T38StreamCollector: Sendable {
    /// A segment whose octets are not all used yet.
    private struct Segment {
        /// Octets of the connection up to its end.
        var end: Int
        var frame: FrameRef
        var time: Instant
    }

    private(set) var log = T38Log()
    private(set) var framer: T38TCPFramer
    private var sequence = 0
    private var octetsTaken = 0
    private var segments: [Segment] = []

    /// - Parameter beginsInside: the first octet may stand anywhere in a packet.
    init(negotiatedVersion: Int? = nil, beginsInside: Bool = false) {
        // An absent T38FaxVersion means 0.
        framer = T38TCPFramer(form: IFPForm(version: negotiatedVersion ?? 0), beginsInside: beginsInside)
        log.negotiatedVersion = negotiatedVersion
    }

    /// Takes the next octets; `frame` and `time` are those of their segment. A packet has those of the segment that
    /// completed it.
    mutating func add(_ octets: RawSpan, time: Instant, frame: FrameRef) {
        guard octets.byteCount > 0 else { return }
        octetsTaken += octets.byteCount
        segments.append(Segment(end: octetsTaken, frame: frame, time: time))
        read { $0.feed(octets, packet: $1) }
        let used = octetsTaken - framer.buffered
        segments.removeFirst(segments.firstIndex { $0.end > used } ?? segments.count)
    }

    /// Octets are missing here: what waits is given up, and a number is left out.
    mutating func gap() {
        framer.gap()
        segments = []
        sequence += 1
    }

    /// The log with its form decided.
    var finished: T38Log {
        var whole = self
        whole.read { $0.finish(packet: $1) }
        whole.log.decideForm()
        return whole.log
    }

    private mutating func read(_ step: (inout T38TCPFramer, (RawSpan, Int) -> Void) -> Void) {
        // Taken out, so that its octets are not copied.
        var framer = T38TCPFramer()
        swap(&framer, &self.framer)
        var place = 0
        step(&framer) { packet, end in
            while place < segments.count - 1, segments[place].end < end { place += 1 }
            let segment = segments[place]
            log.append(sequence: sequence, frame: segment.frame, time: segment.time, origin: .stream, span: packet)
            sequence += 1
        }
        self.framer = framer
    }
}
