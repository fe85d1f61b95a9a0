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
