import FaxCore
import PcapDecode

/// Reads captures, analyses every call as it ends, and hands the results out in the order in which the calls ended,
/// with any number of jobs.
public struct AnalysisRunner: Sendable {
    public struct Options: Sendable {
        /// Threads in all: the first reads, the second follows calls, further ones and whoever is free analyse them.
        public var jobs = 1
        /// The libpcap expression with which the source is opened (``CaptureInput``).
        public var filter: String?
        /// Only frames from and to these times.
        public var from: Instant?
        public var to: Instant?
        public var decoder = CaptureDecoder.Options()
        public var analyzer = FaxAnalyzer.Options()
        /// Calls with another leg wait for it, so that what both show together reaches them.
        public var waitsForLegs = false
        /// Calls are held against each other: pairs, findings of legs and of several calls. A list of calls shows none.
        public var comparesCalls = true
        /// Called every so often with what has been read: frames, octets of the file consumed.
        public var progress: (@Sendable (_ frames: Int, _ octets: Int) -> Void)?
        /// Asked every so often; `true` stops reading, what is known comes out.
        public var shouldStop: @Sendable () -> Bool = { false }

        public init() {}
    }

    public let options: Options

    public init(_ options: Options = Options()) {
        self.options = options
    }

    /// One capture file, or several read as one in order of time. With several jobs `onCall` is called on another
    /// thread, one call after the other, and no more when this returns.
    public func run(_ source: CaptureInput, onCall: @escaping (AnalyzedCall) -> Void) throws -> CaptureSummary {
        guard options.comparesCalls else { return analyze(source, onCall: onCall) }
        let joiner = CallJoiner(waitsForLegs: options.waitsForLegs, onCall: onCall)
        var summary = analyze(source) { joiner.add($0) }
        joiner.finish()
        summary.pairs = joiner.history.rates
        summary.callsOfOtherPairs = joiner.history.callsOfOtherPairs
        summary.findings = joiner.history.findings
        return summary
    }

    private func analyze(_ source: CaptureInput, onCall: @escaping (AnalyzedCall) -> Void) -> CaptureSummary {
        let analyzer = FaxAnalyzer(options: options.analyzer)
        if options.jobs <= 1 {
            let decoder = CaptureDecoder(options.decoder) { onCall(Self.analyze($0, analyzer)) }
            let frames = read(source) { decoder.feed($0, $1) }
            decoder.finish()
            return summary(of: source, frames, FollowedCalls(decoder))
        }
        let pipeline = PipelinedRun(jobs: options.jobs, options: options.decoder) { Self.analyze($0, analyzer) }
        var frames = Frames()
        let followed = pipeline.run(
            read: { sender in
                source.willRead = { sender.pause() }
                source.onBlock = { sender.goOn(in: $0) }
                frames = read(source) { sender.add($0, $1) }
                source.willRead = nil
                source.onBlock = nil
            }, onCall: onCall)
        return summary(of: source, frames, followed)
    }

    static func analyze(_ call: Call, _ analyzer: FaxAnalyzer) -> AnalyzedCall {
        AnalyzedCall(call, analyzer.analyze(call), rootCauseOnly: analyzer.options.rootCauseOnly)
    }

    /// What was read.
    private struct Frames {
        var count = 0
        var first = Instant.distantFuture
        var last = Instant(nanoseconds: .min)
        var isInterrupted = false
    }

    /// Every frame in the times asked for.
    @inline(__always)
    private func read(_ source: CaptureInput, _ take: (FrameHeader, RawSpan) -> Void) -> Frames {
        var frames = Frames()
        let (from, to) = (options.from ?? Instant(nanoseconds: .min), options.to ?? .distantFuture)
        source.forEachFrame { frame, bytes in
            frames.count += 1
            frames.first = min(frames.first, frame.time)
            frames.last = max(frames.last, frame.time)
            if frame.time >= from, frame.time <= to { take(frame, bytes) }
            guard frames.count & 0xFFF == 0 else { return true }
            options.progress?(frames.count, source.octetsConsumed)
            frames.isInterrupted = options.shouldStop()
            return !frames.isInterrupted
        }
        return frames
    }

    private func summary(of source: CaptureInput, _ frames: Frames, _ followed: FollowedCalls) -> CaptureSummary {
        var summary = CaptureSummary(files: source.files, format: source.format)
        summary.isInterrupted = frames.isInterrupted
        summary.frames = source.frames
        if frames.count > 0 { (summary.firstTime, summary.lastTime) = (frames.first, frames.last) }
        summary.bytes = source.octetsOfFrames
        summary.linkTypes = source.linkTypes
        summary.warnings = source.warnings.kept + followed.warnings.kept
        summary.warningsDropped = source.warnings.dropped + followed.warnings.dropped
        summary.calls = followed.calls
        return summary
    }
}
