import FaxCore
import FaxWire

/// What the readers of both formats share: the octets, the place of the current frame in them, counts and warnings.
struct FrameWindow: ~Copyable {
    var source: ByteSource
    let fileIndex: UInt32
    private(set) var frameNumber: UInt32 = 0
    private(set) var octetsRead = 0
    /// Place of the current frame after ``ByteSource/pointer``, and octets to move past before the next record.
    private(set) var frameOffset = 0
    private(set) var frameLength = 0
    private var pending = 0
    var warnings = WarningList()
    var comments: [CaptureComment] = []
    var linkTypes: [LinkType] = []

    init(_ source: consuming ByteSource, fileIndex: UInt32) {
        self.source = source
        self.fileIndex = fileIndex
    }

    /// Moves past the record of the current frame.
    @inline(__always)
    mutating func moveOn() {
        let count = pending
        pending = 0
        frameLength = 0
        if count <= source.available { source.consume(count) } else { _ = source.skip(count) }
    }

    /// Moves past `count` octets that hold no frame.
    mutating func pass(_ count: Int) { _ = source.skip(count) }

    /// The first `count` octets not consumed; the caller has filled them.
    @inline(__always)
    func withOctets<Result>(_ count: Int, _ body: (RawSpan) -> Result) -> Result {
        body(RawSpan(_unsafeStart: source.pointer, byteCount: count))
    }

    /// Counts a frame and takes its place.
    @inline(__always)
    mutating func take(offset: Int, length: Int, recordLength: Int) -> FrameRef {
        frameOffset = offset
        frameLength = length
        pending = recordLength
        frameNumber = frameNumber &+ 1
        octetsRead = octetsRead &+ length
        return FrameRef(file: fileIndex, number: frameNumber)
    }

    /// A warning about the record at the current offset, which would give the next frame.
    mutating func warn(_ reason: String) {
        warnings.append(
            CaptureWarning(
                frame: FrameRef(file: fileIndex, number: frameNumber &+ 1), layer: .file, offset: source.position,
                reason: reason))
    }

    mutating func see(_ linkType: LinkType) {
        if linkTypes.count < CaptureReader.Limit.linkTypes, !linkTypes.contains(linkType) {
            linkTypes.append(linkType)
        }
    }
}

/// A comment in a pcapng file: on a frame, or (`nil`) on a section or interface.
public struct CaptureComment: Sendable, Hashable {
    public var frame: FrameRef?
    public var text: String
}
