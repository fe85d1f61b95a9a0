import FaxCore
import PcapDecode

/// Reads captures, analyses every call as it ends, and hands the results out in the order in which the calls ended,
/// with any number of jobs.
public struct AnalysisRunner: Sendable {
    public struct Options: Sendable {
        /// Threads in all; one reads, the others analyse.
        public var jobs = 1
        /// The libpcap expression with which the source is opened (``CaptureInput``).
        public var filter: String?
        /// Only frames from and to these times.
        public var from: Instant?
        public var to: Instant?
        public var decoder = CaptureDecoder.Options()
        public var analyzer = FaxAnalyzer.Options()
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

    /// One capture file, or several read as one in order of time.
    public func run(_ source: CaptureInput, onCall: @escaping (AnalyzedCall) -> Void) throws -> CaptureSummary {
        let analyzer = FaxAnalyzer(options: options.analyzer)
        if options.jobs <= 1 {
            return try read(source) { onCall(Self.analyze($0, analyzer)) }
        }
        let workers = OrderedWorkers<Call, AnalyzedCall>(
            workers: options.jobs - 1, perform: { Self.analyze($0, analyzer) }, deliver: onCall)
        let summary = try read(source) { workers.submit($0) }
        workers.finish()
        return summary
    }

    static func analyze(_ call: Call, _ analyzer: FaxAnalyzer) -> AnalyzedCall {
        let fax = analyzer.analyze(call)
        return AnalyzedCall(call: call, fax: fax, findings: FirstFindings.findings(call: call, fax: fax))
    }

    private func read(_ source: CaptureInput, onCall: @escaping (Call) -> Void) throws -> CaptureSummary {
        let decoder = CaptureDecoder(options.decoder, onCall: onCall)
        var summary = CaptureSummary(files: source.files, format: source.format)
        var count = 0
        var (first, last) = (Instant.distantFuture, Instant(nanoseconds: .min))
        let (from, to) = (options.from ?? Instant(nanoseconds: .min), options.to ?? .distantFuture)
        source.forEachFrame { frame, bytes in
            count += 1
            first = min(first, frame.time)
            last = max(last, frame.time)
            if frame.time >= from, frame.time <= to { decoder.feed(frame, bytes) }
            guard count & 0xFFF == 0 else { return true }
            options.progress?(count, source.octetsConsumed)
            summary.isInterrupted = options.shouldStop()
            return !summary.isInterrupted
        }
        decoder.finish()
        summary.frames = count
        if count > 0 { (summary.firstTime, summary.lastTime) = (first, last) }
        summary.bytes = source.octetsOfFrames
        summary.linkTypes = source.linkTypes
        summary.warnings = source.warnings.kept + decoder.warnings.kept
        summary.warningsDropped = source.warnings.dropped + decoder.warnings.dropped
        summary.calls = decoder.closedCalls
        return summary
    }
}
