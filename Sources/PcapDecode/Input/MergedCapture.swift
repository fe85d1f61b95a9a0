import FaxCore
import FaxWire

/// Several capture files read as one in time order: a tcpdump `-C`/`-W` ring, or the files of several interfaces. Frames
/// carry the index of their file in ``paths``, and count on in it.
///
/// The order of the files comes from their first time stamps, not from their names: in a ring that has wrapped, the file
/// with the lowest number is not the oldest.
public final class MergedCapture {
    public enum Limit {
        /// Files open at one time. A ring's files follow each other, so that few overlap.
        public static let openFiles = 64
    }

    /// In order of first time stamps; ``FrameRef/file`` counts in it.
    public let paths: [String]
    /// Of the first file.
    public let format: CaptureReader.Format
    /// Files that could not be opened, and what the files read to their end had.
    public private(set) var warnings = WarningList()

    /// A file whose next frame is known.
    private struct Source {
        var reader: CaptureReader
        var frame: FrameHeader
    }

    /// A file not yet opened: it is opened when its first time stamp is reached.
    private struct Later {
        var path: String
        var first: Instant
        var format: CaptureReader.Format
    }

    /// Called before a read that may wait for a live feed.
    var willRead: (() -> Void)?
    private let filter: String?
    private var open: [Source] = []
    private var later: [Later]
    private var nextLater = 0
    private var current: Int?
    /// What closed files came to.
    private var closed = (frames: 0, octets: 0, linkTypes: [String]())

    /// - Throws: ``CaptureError`` when none of the files can be read, or for a filter that does not compile.
    public init(paths: [String], filter: String? = nil) throws(CaptureError) {
        var found: [Later] = []
        var failure: CaptureError?
        var warnings = WarningList()
        for path in paths {
            do throws(CaptureError) {
                // Files are opened twice, for their place and for their frames.
                if path == "-" { throw .unreadable(path: path, reason: "can be read alone, but not be merged") }
                let reader = try CaptureReader(path: path)
                found.append(Later(path: path, first: reader.next()?.time ?? .distantFuture, format: reader.format))
            } catch {
                failure = failure ?? error
                warnings.append(CaptureWarning(frame: nil, layer: .file, offset: 0, reason: error.description))
            }
        }
        if let failure, found.isEmpty { throw failure }
        if let filter { _ = try FrameFilter(filter) }
        self.filter = filter
        self.warnings = warnings
        // A stable order: files of one time stay as they were given.
        later = found.enumerated().sorted { ($0.element.first, $0.offset) < ($1.element.first, $1.offset) }.map(
            \.element)
        self.paths = later.map(\.path)
        format = later.first?.format ?? .pcap
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
    var octets: UnsafeRawBufferPointer {
        current.map { open[$0].reader.octets } ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The next frame of all files in order of time; where a file's own time goes back, its order counts.
    public func next() -> FrameHeader? {
        if let current { advance(current) }
        current = nil
        openReached()
        guard let earliest = open.indices.min(by: { open[$0].frame.time < open[$1].frame.time }) else { return nil }
        current = earliest
        return open[earliest].frame
    }

    private func advance(_ index: Int) {
        if let frame = open[index].reader.next() {
            open[index].frame = frame
        } else {
            close(open.remove(at: index).reader)
        }
    }

    /// Opens the files whose first frame is not later than the earliest at hand.
    private func openReached() {
        while nextLater < later.count, open.count < Limit.openFiles {
            let candidate = later[nextLater]
            if let earliest = open.map(\.frame.time).min(), candidate.first > earliest { return }
            start(candidate)
        }
    }

    private func start(_ file: Later) {
        let index = UInt32(nextLater)
        nextLater += 1
        do throws(CaptureError) {
            let reader = try CaptureReader(path: file.path, fileIndex: index, filter: filter)
            reader.willRead = willRead
            if let frame = reader.next() {
                open.append(Source(reader: reader, frame: frame))
            } else {
                close(reader)
            }
        } catch {
            warnings.append(CaptureWarning(frame: nil, layer: .file, offset: 0, reason: error.description))
        }
    }

    private func close(_ reader: CaptureReader) {
        closed.frames += reader.framesRead
        closed.octets += reader.octetsRead
        for name in reader.linkTypesSeen where !closed.linkTypes.contains(name) { closed.linkTypes.append(name) }
        for warning in reader.warnings.kept { warnings.append(warning) }
    }

    /// Frames of all files so far.
    public var framesRead: Int { open.reduce(closed.frames) { $0 + $1.reader.framesRead } }
    public var octetsRead: Int { open.reduce(closed.octets) { $0 + $1.reader.octetsRead } }
    public var linkTypesSeen: [String] {
        open.reduce(into: closed.linkTypes) { names, source in
            for name in source.reader.linkTypesSeen where !names.contains(name) { names.append(name) }
        }
    }
}
