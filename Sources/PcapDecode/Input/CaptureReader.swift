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
        /// Interfaces of one pcapng section.
        public static let interfaces = 4096
        /// Different link types in one file.
        public static let linkTypes = 64
        public static let comments = 256
        public static let commentOctets = 1024
        /// Octets looked through for the next record after damage.
        public static let searchOctets = 1 << 24
        /// The longest block that is taken for one while looking.
        public static let searchBlockOctets = 1 << 18
        /// How far the next record may be from the last in time, while looking.
        public static let searchSeconds: UInt32 = 86_400
    }

    public let path: String
    public let fileIndex: UInt32
    public let format: Format
    private var window: FrameWindow
    private var records: PcapRecords
    private var blocks = PcapngBlocks()
    private var filter: FrameFilter?
    private var isAtEnd = false

    /// Opens the capture at `path` (`-`: standard input). Frames that do not pass `filter` (a libpcap expression) are
    /// counted, so that numbers stay those of the file, but not returned.
    ///
    /// - Throws: ``CaptureError`` when there is no such file, it is not a capture, or the filter does not compile.
    public init(path: String, fileIndex: UInt32 = 0, filter expression: String? = nil) throws(CaptureError) {
        self.path = path
        self.fileIndex = fileIndex
        filter = if let expression { try FrameFilter(expression) } else { nil }
        let source: ByteSource
        do throws(SystemError) {
            source = try ByteSource(path: path)
        } catch {
            throw CaptureError(error, path: path)
        }
        window = FrameWindow(source, fileIndex: fileIndex)
        let header = try CaptureReader.open(&window, path)
        format = header == nil ? .pcapng : .pcap
        records = PcapRecords(header ?? PcapHeader(linkType: .ethernet))
        if let header { window.see(header.linkType) }
    }

    /// Moves past the header of a classic file and returns it; `nil` at a pcapng section.
    private static func open(_ window: inout FrameWindow, _ path: String) throws(CaptureError) -> PcapHeader? {
        let enough = window.source.fill(PcapHeader.length)
        let count = window.source.available
        if count == 0 {
            if let stop = window.source.stop { throw .unreadable(path: path, reason: stop.reason) }
            throw .empty(path: path)
        }
        let first = RawSpan(_unsafeStart: window.source.pointer, byteCount: count)
        if count >= 12, (try? PcapngSection(first)) != nil { return nil }
        guard PcapHeader.matches(first) else { throw .notACapture(path: path, looksLike: FileKind.name(first)) }
        guard enough, let header = try? PcapHeader(first) else {
            throw .unreadable(path: path, reason: "the pcap file is cut off inside its header, after \(count) octets")
        }
        window.source.consume(PcapHeader.length)
        return header
    }

    /// Called before a read that may wait for a live feed.
    var willRead: (() -> Void)? {
        get { window.source.willRead }
        set { window.source.willRead = newValue }
    }

    /// Told each block in which frames stand from now on (``ByteSource/onBlock``).
    var onBlock: ((OctetBlock?) -> Void)? {
        get { window.source.onBlock }
        set { window.source.onBlock = newValue }
    }

    /// The octets of the frame last returned by ``next()``; valid until the next call.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = RawSpan(_unsafeBytes: octets)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// What ``bytes`` borrows.
    @inline(__always)
    var octets: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: window.source.pointer + window.frameOffset, count: window.frameLength)
    }

    /// The next frame in file order that passes the filter; `nil` at the end of what can be read.
    @inline(__always)
    public func next() -> FrameHeader? {
        if isAtEnd { return nil }
        while true {
            let frame =
                switch format {
                case .pcap: records.next(&window)
                case .pcapng: blocks.next(&window)
                }
            guard let frame else {
                finish()
                return nil
            }
            if filter == nil || filter?.matches(frame, bytes) == true { return frame }
        }
    }

    private func finish() {
        isAtEnd = true
        if let stop = window.source.stop {
            window.warnings.append(
                CaptureWarning(
                    frame: FrameRef(file: fileIndex, number: window.frameNumber &+ 1), layer: .file,
                    offset: stop.offset, reason: stop.reason))
        }
        for linkType in filter?.unfit ?? [] {
            window.warnings.append(
                CaptureWarning(
                    frame: nil, layer: .link, offset: 0,
                    reason: "the filter does not fit link type \(linkType.name): none of its frames passed"))
        }
    }

    /// What a file of the same kind needs in front of its frames; of pcapng what has been read so far.
    public var form: CaptureForm {
        switch format {
        case .pcap: .pcap(records.header)
        case .pcapng: .pcapng(interfaces: blocks.allInterfaces)
        }
    }

    /// Frames of the file so far, those that did not pass the filter included.
    public var framesRead: Int { Int(window.frameNumber) }
    /// Octets of these frames.
    public var octetsRead: Int { window.octetsRead }
    /// Offset in the unpacked file.
    public var filePosition: Int { window.source.position }
    /// Octets of a plain file, `nil` for packed ones and streams.
    public var fileSize: Int? { window.source.size.map { Int($0) } }
    public var warnings: WarningList { window.warnings }
    /// Comments of a pcapng file so far, the first of them.
    public var comments: [CaptureComment] { window.comments }
    /// Names of the link types declared so far, in the order of their appearance.
    public var linkTypesSeen: [String] { window.linkTypes.map(\.name) }
}

/// The kind of a capture file, with what counts for all of its frames.
public enum CaptureForm: Sendable, Hashable {
    case pcap(PcapHeader)
    /// The interfaces of all sections, as ``FrameHeader/interface`` counts them, without their names.
    case pcapng(interfaces: [PcapngInterface])
}
