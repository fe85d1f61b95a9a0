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

    public init(_ options: Options = Options(), onCall: @escaping (Call) -> Void) {
        assembler = CallAssembler(options, onCall: onCall)
    }

    /// One frame, in order of time.
    public func feed(_ frame: FrameHeader, _ bytes: RawSpan) {
        assembler.advance(to: frame.time)
        network.decode(frame, bytes, to: &assembler)
    }

    /// What ``BatchFiller`` made of a stretch of frames, in order of the capture.
    public func feed(_ batch: PacketBatch) {
        var taken = 0
        var (segments, notices, failures) = (0, 0, 0)
        let octets = batch.octets.span.bytes
        for index in batch.items.indices {
            let frames = Int(batch.items[index].frames)
            while taken < frames {
                assembler.advance(to: batch.times[taken])
                taken += 1
            }
            let place = batch.items[index].place
            let payload = octets.extracting(place..<place + batch.items[index].length)
            switch batch.items[index].kind {
            case .udp: assembler.udp(batch.items[index].info, payload: payload)
            case .tcp:
                assembler.tcp(batch.items[index].info, segment: batch.segments[segments], payload: payload)
                segments += 1
            case .icmp:
                assembler.icmp(batch.items[index].info, notice: batch.notices[notices])
                notices += 1
            case .warning:
                assembler.warning(batch.failures[failures].failure, frame: batch.failures[failures].frame)
                failures += 1
            }
        }
        for time in batch.times[taken...] { assembler.advance(to: time) }
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
