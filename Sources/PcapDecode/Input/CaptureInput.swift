import FaxCore

/// What an analysis reads from: one capture file, or several read as one in order of time.
public final class CaptureInput {
    enum Source {
        case single(CaptureReader)
        case merged(MergedCapture)
    }

    let source: Source

    /// The capture at `path` (`-`: standard input), or what of it passes `filter` (a libpcap expression).
    public init(path: String, filter: String? = nil) throws(CaptureError) {
        source = .single(try CaptureReader(path: path, filter: filter))
    }

    /// The captures at `paths` as one.
    public init(merging paths: [String], filter: String? = nil) throws(CaptureError) {
        source = .merged(try MergedCapture(paths: paths, filter: filter))
    }

    /// ``FrameRef/file`` counts in these.
    public var files: [String] {
        switch source {
        case .single(let reader): [reader.path]
        case .merged(let capture): capture.paths
        }
    }

    /// `pcap` or `pcapng`; of several files, that of the first.
    public var format: String {
        switch source {
        case .single(let reader): reader.format.rawValue
        case .merged(let capture): capture.format.rawValue
        }
    }

    public var linkTypes: [String] {
        switch source {
        case .single(let reader): reader.linkTypesSeen
        case .merged(let capture): capture.linkTypesSeen
        }
    }

    public var warnings: WarningList {
        switch source {
        case .single(let reader): reader.warnings
        case .merged(let capture): capture.warnings
        }
    }

    /// Frames read so far, those too that no filter passed or that could not be read: numbers of frames end here.
    public var frames: Int {
        switch source {
        case .single(let reader): reader.framesRead
        case .merged(let capture): capture.framesRead
        }
    }

    /// Octets of frames read.
    public var octetsOfFrames: Int {
        switch source {
        case .single(let reader): reader.octetsRead
        case .merged(let capture): capture.octetsRead
        }
    }

    /// Octets of the (unpacked) file behind us; of several files, those of their frames.
    public var octetsConsumed: Int {
        switch source {
        case .single(let reader): reader.filePosition
        case .merged(let capture): capture.octetsRead
        }
    }

    /// Called before a read that may wait for a live feed. To be set before the first frame.
    public var willRead: (() -> Void)? {
        get {
            switch source {
            case .single(let reader): reader.willRead
            case .merged(let capture): capture.willRead
            }
        }
        set {
            switch source {
            case .single(let reader): reader.willRead = newValue
            case .merged(let capture): capture.willRead = newValue
            }
        }
    }

    /// Told each block in which frames stand from now on; whoever holds it may look at them later. To be set before the
    /// first frame. Of several files it is not told: their frames come by turns.
    public var onBlock: ((OctetBlock?) -> Void)? {
        get {
            switch source {
            case .single(let reader): reader.onBlock
            case .merged: nil
            }
        }
        set {
            if case .single(let reader) = source { reader.onBlock = newValue }
        }
    }

    /// Every frame in order with its octets, until `take` says `false`.
    @inline(__always)
    public func forEachFrame(_ take: (FrameHeader, RawSpan) -> Bool) {
        switch source {
        case .single(let reader):
            while let frame = reader.next(), take(frame, reader.bytes) {}
        case .merged(let capture):
            while let frame = capture.next(), take(frame, capture.bytes) {}
        }
    }
}
