import FaxCore
import PcapDecode

/// The octets of the frames that a report names, read in a second pass over the input once it is known which they are.
struct FrameOctets {
    enum Limit {
        /// Frames of one call, findings first.
        static let framesOfCall = 500
        /// Octets kept of one frame.
        static let octetsOfFrame = 2_048
        /// Octets of all frames of a report.
        static let octets = 6 << 20
    }

    /// A frame as the file holds it.
    struct Frame {
        var ref: FrameRef
        var time: Instant
        /// On the wire.
        var length: Int
        /// The first of them, as many as are kept.
        var octets: [UInt8]
    }

    /// Frames to fetch, call by call, and the sources they are of.
    private var wanted: [(source: ReportSource, frames: [FrameRef])] = []
    private(set) var left = Limit.octets
    /// Frames that found no room or were not found again.
    private(set) var missing = 0

    mutating func want(_ frames: [FrameRef], of source: ReportSource) {
        guard source.hasFrames else { return }
        let kept = Array(frames.filter { $0 != .none }.prefix(Limit.framesOfCall))
        if let last = wanted.indices.last, wanted[last].source.number == source.number {
            wanted[last].frames += kept
        } else {
            wanted.append((source, kept))
        }
    }

    /// Reads each input once more; what cannot be read again is left out.
    mutating func fetch(_ take: (Frame, ReportSource) -> Void) {
        for (source, frames) in wanted { fetch(Set(frames), source, take) }
    }

    private mutating func fetch(_ frames: Set<FrameRef>, _ source: ReportSource, _ take: (Frame, ReportSource) -> Void)
    {
        var sought = frames
        missing += sought.count
        guard !sought.isEmpty, let input = Self.open(source.files) else { return }
        input.forEachFrame { header, bytes in
            guard sought.remove(header.ref) != nil else { return true }
            let octets = bytes.withUnsafeBytes { Array($0.prefix(Limit.octetsOfFrame)) }
            left -= octets.count
            guard left >= 0 else { return false }
            missing -= 1
            take(Frame(ref: header.ref, time: header.time, length: header.originalLength, octets: octets), source)
            return !sought.isEmpty
        }
    }

    private static func open(_ files: [String]) -> CaptureInput? {
        if files.count > 1 { return try? CaptureInput(merging: files) }
        return files.first.flatMap { try? CaptureInput(path: $0) }
    }
}
