import FaxCore
import FaxProtocol
import FaxWire

/// T.38 over UDPTL on one flow.
final class T38DatagramStream {
    // First what every datagram needs: it is brought near before (`Near`).
    /// Sequence number of the last datagram taken.
    private var lastNumber: UInt16?
    private var isFull = false
    private var lastFrame: FrameRef
    private var lastTime: Instant
    private var maximumGapNanoseconds: Int64 = 0
    private var log = T38Log()
    /// Where the log went on after the last datagram.
    private var logEnds: (entries: UnsafeRawPointer?, octets: UnsafeRawPointer?)
    private var receiver = UDPTLReceiver(limits: .capture)
    private var identicalCopies = 0
    private var foreign = 0
    private let key: FlowKey
    private let firstFrame: FrameRef
    private let firstTime: Instant
    private var shape = StreamStatistics()

    /// A datagram that does not read as UDPTL is the stream's own when its number is this near the last one.
    static let nearness = 1_000

    init(key: FlowKey, packet: MediaPacket) {
        self.key = key
        firstFrame = packet.frame
        firstTime = packet.time
        lastFrame = packet.frame
        lastTime = packet.time
    }

    /// The first two octets, read as a sequence number, follow on what came before.
    @inline(__always)
    func isNear(_ payload: RawSpan) -> Bool {
        guard payload.byteCount >= 2, let lastNumber else { return false }
        return abs(Int(Int16(bitPattern: payload.be16(0) &- lastNumber))) <= Self.nearness
    }

    func receive(_ packet: MediaPacket, _ payload: RawSpan, isCopy: Bool, limit: Int) {
        if !isNear(payload), !UDPTLPacket.looksLikeLax(payload) {
            foreign += 1
            return
        }
        lastNumber = payload.byteCount >= 2 ? payload.be16(0) : lastNumber
        if isCopy { identicalCopies += 1 }
        if packet.isTruncated || packet.fragments > 0 { noteShape(packet) }
        if packet.time > lastTime {
            let (gap, overflow) = packet.time.nanoseconds.subtractingReportingOverflow(lastTime.nanoseconds)
            maximumGapNanoseconds = max(maximumGapNanoseconds, overflow ? .max : gap)
            lastTime = packet.time
        }
        lastFrame = packet.frame
        if log.octets.count > limit { isFull = true }
        let isFull = isFull
        receiver.handle(payload, time: packet.time, frame: packet.frame) { delivery, octets in
            if !isFull { log.append(delivery, octets) }
        }
        logEnds = log.ends
    }

    /// Where memory lies that the next datagram needs besides this object: what the log's lists know of themselves, which
    /// stands before their elements, and their ends.
    @inline(__always)
    var logPlaces: LogPlaces {
        let lists = log.lists
        return LogPlaces(
            entries: lists.entries, octets: lists.octets, entriesEnd: logEnds.entries, octetsEnd: logEnds.octets)
    }

    struct LogPlaces {
        let entries, octets, entriesEnd, octetsEnd: UnsafeRawPointer?
    }

    /// Cut by the capture, or in IP fragments, the last of which may be missing.
    private func noteShape(_ packet: MediaPacket) {
        guard packet.fragments > 0 else {
            shape.cutPackets += 1
            return
        }
        shape.fragmentedPackets += 1
        shape.firstFragmented = shape.firstFragmented ?? packet.frame
        if packet.isTruncated { shape.incompletePackets += 1 }
    }

    /// The stream as it stands; the receiver goes on.
    func stream(announced: [NegotiatedMedia], foreign flowForeign: Int) -> MediaStream {
        var receiver = receiver
        var log = log
        receiver.finish { delivery, octets in log.append(delivery, octets) }
        let parameters = announced.last { $0.kind == .image && $0.t38 != nil }?.t38
        log.negotiatedVersion = parameters?.version
        log.decideForm()
        var stream = MediaStream(
            kind: .udptl, from: key.source, to: key.destination, frame: firstFrame, time: firstTime)
        stream.codec = "t38"
        stream.lastFrame = lastFrame
        stream.lastTime = lastTime
        stream.take(receiver)
        stream.statistics.maximumGap = .nanoseconds(maximumGapNanoseconds)
        stream.statistics.cutPackets = shape.cutPackets
        stream.statistics.fragmentedPackets = shape.fragmentedPackets
        stream.statistics.incompletePackets = shape.incompletePackets
        stream.statistics.firstFragmented = shape.firstFragmented
        stream.statistics.foreignPackets = foreign + flowForeign
        stream.statistics.t38Version = log.version
        stream.takeCopies(identicalCopies)
        if isFull { stream.quirks.append(StreamQuirk(name: "limit-t38-octets", count: 1, frame: lastFrame)) }
        stream.t38 = log
        return stream
    }
}

extension MediaStream {
    /// Identical copies of nearly every packet were made by the capture, not by the network.
    mutating func takeCopies(_ copies: Int) {
        // Only what was counted as a duplicate can have been a copy.
        let copies = min(copies, statistics.duplicates ?? 0)
        let unique = packets - copies
        guard copies > 0, unique > 0, copies * 10 >= unique * 9 else { return }
        packets = unique
        statistics.captureDuplicates += copies
        statistics.duplicates = (statistics.duplicates ?? 0) - copies
    }
}
