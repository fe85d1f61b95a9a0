import FaxCore

/// What an analysis reads from: one capture file, or several read as one in order of time.
public final class CaptureInput {
    private let reader: CaptureReader

    /// The capture at `path` (`-`: standard input).
    public init(path: String) throws(CaptureError) {
        reader = try CaptureReader(path: path)
    }

    public var files: [String] { [reader.path] }
    public var format: String { reader.format.rawValue }
    public var linkTypes: [String] { reader.linkTypesSeen }
    public var warnings: WarningList { reader.warnings }
    /// Octets of frames handed out, and octets of the (unpacked) file behind us.
    public var octetsOfFrames: Int { reader.octetsRead }
    public var octetsConsumed: Int { reader.filePosition }

    public func next() -> FrameHeader? { reader.next() }

    /// The reader of the frame last returned; its `bytes` are that frame's octets.
    public var current: CaptureReader { reader }
}
