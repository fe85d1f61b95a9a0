import FaxCore
import FaxWire

/// From frames to calls: knows every flow and dialog that is open, hands out each call when it has ended, and forgets it.
///
///     let decoder = CaptureDecoder(options) { call in … }
///     while let frame = reader.next() { decoder.feed(frame, reader.bytes) }
///     decoder.finish()
public final class CaptureDecoder {
    public struct Options: Sendable {
        public var limits = EngineLimits()
        /// Keep RTP payloads for the audio analyser.
        public var keepsAudio = false
        /// Put SIP messages in words (``SIPStep/summary``, ``SIPStep/remarks``).
        public var describesSteps = true

        public init() {}
    }

    private var network = NetworkDecoder()
    private var assembler: CallAssembler
    /// So many packets of a batch before its own turn each thing that a packet needs is brought near.
    private enum Ahead {
        static let slot = 10, flow = 7, media = 5, payload = 4, stream = 3, log = 2
    }

    public init(_ options: Options = Options(), onCall: @escaping (Call) -> Void) {
        assembler = CallAssembler(options, onCall: onCall)
    }

    /// Takes every SIP message once, whatever carried it, before the calls do.
    public var onMessage: ((SIPMessage, SIPContext) -> Void)? {
        get { assembler.onMessage }
        set { assembler.onMessage = newValue }
    }

    /// One frame, in order of time.
    public func feed(_ frame: FrameHeader, _ bytes: RawSpan) {
        assembler.advance(to: frame.time)
        network.decode(frame, bytes, to: &assembler)
    }

    /// What ``BatchFiller`` made of a stretch of frames, in order of the capture.
    public func feed(_ batch: borrowing PacketBatch) {
        var (infos, segments, notices, failures, messages) = (0, 0, 0, 0, 0)
        let octets = batch.octets.span.bytes
        let block =
            if let block = batch.block {
                RawSpan(_unsafeStart: block.start, byteCount: block.capacity)
            } else {
                RawSpan()
            }
        // Read where they stand: a copy of an item would be waited for.
        let items = batch.items.span
        // Another thread has written them, and the payloads. (By place: the block would be counted for every item.)
        let far = batch.isFromElsewhere ? batch.block.map { UnsafeRawPointer($0.start) } : nil
        for index in items.indices {
            if index &+ Ahead.slot < items.count { bringNear(after: index, in: items, far) }
            if items[index].marks.contains(.beginsFrame) { assembler.advance(to: items[index].time) }
            let place = Int(items[index].place)..<Int(items[index].place) + Int(items[index].length)
            let payload = items[index].marks.contains(.isInBlock) ? block.extracting(place) : octets.extracting(place)
            let isReadAhead = items[index].marks.contains(.isReadAhead)
            if isReadAhead {
                assembler.readAhead = batch.messages[messages]
                messages += 1
            }
            switch items[index].kind {
            case .frame: break
            case .plain: assembler.plain(items[index], payload)
            case .udp:
                assembler.udp(batch.infos[infos], items[index].flowHash, items[index].signature, payload)
                infos += 1
            case .tcp:
                assembler.tcp(batch.infos[infos], segment: batch.segments[segments], payload: payload)
                infos += 1
                segments += 1
            case .icmp:
                assembler.icmp(batch.infos[infos], notice: batch.notices[notices])
                infos += 1
                notices += 1
            case .warning:
                assembler.warning(batch.failures[failures].failure, frame: batch.failures[failures].frame)
                failures += 1
            }
            if isReadAhead { assembler.readAhead = nil }
        }
    }

    @inline(__always)
    private func bringNear(after index: Int, in items: Span<PacketBatch.Item>, _ block: UnsafeRawPointer?) {
        let slot = assembler.flows.slotPlace(items[index + Ahead.slot].flowHash)
        let flow = assembler.flows.flowPlace(items[index + Ahead.flow].flowHash)
        let media = assembler.flows.mediaPlace(items[index + Ahead.media].flowHash)
        let stream = assembler.flows.streamPlace(items[index + Ahead.stream].flowHash)
        let log = assembler.flows.logPlaces(items[index + Ahead.log].flowHash)
        if let block {
            Near.bring(block + Int(items[index + Ahead.payload].place))
            if stream?.readsAll == true {
                let next = index + Ahead.stream
                Near.bringRest(block + Int(items[next].place), count: Int(items[next].length))
            }
        }
        if let slot { Near.bring(slot) }
        if let flow { Near.bring(flow, lines: 3) }
        if let media { Near.bring(media, lines: 2) }
        if let stream { Near.bring(stream.place, lines: 9) }
        if let log { bringNear(log) }
    }

    @inline(__always)
    private func bringNear(_ log: T38DatagramStream.LogPlaces) {
        // Of a list, its count stands just before the first element.
        if let entries = log.entries { Near.bringToWrite(entries - 16) }
        if let octets = log.octets { Near.bringToWrite(octets - 16) }
        if let end = log.entriesEnd { Near.bringToWrite(end) }
        if let end = log.octetsEnd { Near.bringToWrite(end) }
    }

    /// The capture is over: what is still open comes out as it stands.
    public func finish() {
        network.finish(to: &assembler)
        assembler.finish()
    }

    public var warnings: WarningList { assembler.warnings }
    /// Calls handed out so far, and those still open.
    public var closedCalls: Int { assembler.closedCalls }
    public var openCalls: Int { assembler.openCalls }
}
