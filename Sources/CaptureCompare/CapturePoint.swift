import FaxCore
import PcapDecode

/// One of the two places where a call was captured.
public enum CapturePoint: String, Sendable, CaseIterable {
    case a = "A"
    case b = "B"

    public var other: CapturePoint { self == .a ? .b : .a }
}

/// The capture of one place: a file, or several read as one in order of time. It is read twice, so it must be files.
public struct PointSource: Sendable {
    public var paths: [String]
    public var filter: String?

    public init(paths: [String], filter: String? = nil) {
        self.paths = paths
        self.filter = filter
    }

    func open() throws(CaptureError) -> CaptureInput {
        if paths.count == 1 { return try CaptureInput(path: paths[0], filter: filter) }
        return try CaptureInput(merging: paths, filter: filter)
    }
}

/// What a comparison keeps at most; passing one is told in the warnings of the result.
public enum CompareLimit {
    /// Calls of one capture.
    public static let calls = 20_000
    /// Pairs of calls that are compared; of the others it is told that they are there.
    public static let pairs = 64
    /// Packets of media of one capture, 80 octets each.
    public static let packets = 4_000_000
    /// SIP messages of one call.
    public static let messagesPerCall = 1_000
    /// Marks of contents kept of a call to find it in the other capture.
    public static let sketch = 128
    /// Frames of lost packets named of one stream.
    public static let lostFrames = 100_000
    /// Bursts, changes and other single things told of one stream or call.
    public static let details = 1_000
}
