import FaxCore
import FaxWire

/// T.38 over one direction of a TCP connection (T.38 9.2), with or without TPKT.
final class T38TCPStream {
    let key: FlowKey
    /// Set when a call claims the connection.
    var sender: Party?
    private(set) var collector: T38StreamCollector
    private let firstFrame: FrameRef
    private let firstTime: Instant
    private(set) var lastFrame: FrameRef
    private(set) var lastTime: Instant
    private var lostRuns = 0

    /// - Parameter beginsInside: the capture does not hold the beginning of the connection.
    init(key: FlowKey, negotiatedVersion: Int?, beginsInside: Bool, frame: FrameRef, time: Instant) {
        self.key = key
        collector = T38StreamCollector(negotiatedVersion: negotiatedVersion, beginsInside: beginsInside)
        firstFrame = frame
        firstTime = time
        lastFrame = frame
        lastTime = time
    }

    /// Octets of packets that are not complete.
    var heldOctets: Int { collector.framer.buffered }

    func add(_ octets: RawSpan, _ frame: FrameRef, _ time: Instant) {
        lastFrame = frame
        lastTime = time
        collector.add(octets, time: time, frame: frame)
    }

    func gap() {
        lostRuns += 1
        collector.gap()
    }

    func stream() -> MediaStream {
        var stream = MediaStream(
            kind: .t38TCP, from: key.source, to: key.destination, frame: firstFrame, time: firstTime)
        stream.codec = "t38"
        stream.direction = sender
        stream.lastFrame = lastFrame
        stream.lastTime = lastTime
        let log = collector.finished
        stream.packets = log.entries.count
        stream.statistics.t38Version = log.version
        if lostRuns > 0 { stream.quirks.append(StreamQuirk(name: "tcp-gap", count: lostRuns, frame: firstFrame)) }
        stream.t38 = log
        return stream
    }
}
