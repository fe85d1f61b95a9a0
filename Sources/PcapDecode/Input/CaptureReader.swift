import FaxCore
import FaxWire

/// One open capture file, read frame by frame: classic pcap or pcapng, plain or packed, from a path or standard input.
///
///     let reader = try CaptureReader(path: path)
///     while let frame = reader.next() { use(frame, reader.bytes) }
///
/// Opening can fail; reading on never throws: what stops it or is skipped stands in ``warnings``.
public final class CaptureReader {
    public enum Format: String, Sendable { case pcap, pcapng }

    public enum Limit {
        /// The largest frame taken from a file, as Wireshark has it; a record that claims more is damaged.
        public static let frameOctets = 262_144
    }

    public let path: String
    public let fileIndex: UInt32
    public let format: Format
    public private(set) var framesRead = 0
    /// Octets of frames handed out.
    public private(set) var octetsRead = 0
    public private(set) var warnings = WarningList()
    /// Names of the link types declared so far, in the order of their appearance.
    public private(set) var linkTypesSeen: [String] = []

    private var source: ByteSource
    private var pcap: PcapHeader
    private var frameNumber: UInt32 = 0
    /// Place of the current frame in the window, and octets to move past before the next record.
    private var frameOffset = 0
    private var frameLength = 0
    private var pending = 0

    /// Opens the capture at `path` (`-`: standard input).
    ///
    /// - Throws: ``CaptureError`` when there is no such file or it is not a capture.
    public init(path: String, fileIndex: UInt32 = 0) throws(CaptureError) {
        self.path = path
        self.fileIndex = fileIndex
        do throws(SystemError) {
            source = try ByteSource(path: path)
        } catch {
            throw CaptureError(error, path: path)
        }
        guard source.fill(PcapHeader.length) else { throw .empty(path: path) }
        do throws(DecodeFailure) {
            pcap = try PcapHeader(RawSpan(_unsafeStart: source.pointer, byteCount: PcapHeader.length))
        } catch {
            throw .notACapture(path: path, looksLike: nil)
        }
        format = .pcap
        source.consume(PcapHeader.length)
        linkTypesSeen = [pcap.linkType.name]
    }

    /// Offset in the unpacked file.
    public var filePosition: Int { source.position }

    /// The octets of the frame last returned by ``next()``; valid until the next call.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = RawSpan(_unsafeStart: source.pointer + frameOffset, byteCount: frameLength)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// The next frame in file order; `nil` at the end of what can be read.
    public func next() -> FrameHeader? {
        source.consume(pending)
        pending = 0
        frameLength = 0
        let headerLength = pcap.recordHeaderLength
        guard source.fill(headerLength) else { return nil }
        let record = PcapRecordHeader(
            RawSpan(_unsafeStart: source.pointer, byteCount: headerLength), at: 0, order: pcap.order)
        let length = Int(record.capturedLength)
        guard length <= Limit.frameOctets, source.fill(headerLength + length) else { return nil }
        frameOffset = headerLength
        frameLength = length
        pending = headerLength + length
        frameNumber &+= 1
        framesRead += 1
        octetsRead += length
        let fraction = Int64(record.fraction) &* (pcap.resolution == .nanoseconds ? 1 : 1000)
        return FrameHeader(
            ref: FrameRef(file: fileIndex, number: frameNumber),
            time: Instant(nanoseconds: Int64(record.seconds) &* 1_000_000_000 &+ fraction),
            linkType: pcap.linkType, interface: 0, capturedLength: length,
            originalLength: max(length, Int(record.originalLength)))
    }
}
