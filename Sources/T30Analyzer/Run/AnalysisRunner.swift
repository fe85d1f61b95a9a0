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

    /// One capture file, or several read as one in order of time. With several jobs `onCall` is called on other
    /// threads too, one call after the other, and no more when this returns.
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
        if options.jobs <= 1 { return readHere(source) { onCall(Self.analyze($0, analyzer)) } }
        return readOnThreads(
            source, PipelinedRun(options, analyze: { Self.analyze($0, analyzer) }, onCall: onCall))
    }

    private func readHere(_ source: CaptureInput, onCall: @escaping (Call) -> Void) -> CaptureSummary {
        var group = CallGroup(options)
        let decoder = CaptureDecoder(options.decoder) { call in group.add(call)?.forEach(onCall) }
        let reader = reader(of: source, readsAhead: false) { filler in
            filler.close()
            decoder.feed(filler.batch)
            filler.goOnEmpty()
        }
        let isWhole = reader.read(willWait: { group.take().forEach(onCall) }) { goesOn(reader, source) }
        decoder.finish()
        group.take().forEach(onCall)
        return summary(of: source, reader.tally, isInterrupted: !isWhole, FollowedCalls(decoder))
    }

    private func readOnThreads(_ source: CaptureInput, _ run: PipelinedRun) -> CaptureSummary {
        var (tally, isWhole) = (FrameTally(), true)
        let followed = run.run { shared in
            var spare: BatchCarrier?
            let reader = reader(of: source, readsAhead: true) { filler in
                let carrier = spare ?? filler.carrier
                filler.exchange(with: carrier)
                spare = shared.put(carrier)
            }
            isWhole = reader.read(willWait: { shared.pauseReading() }) { goesOn(reader, source) }
            tally = reader.tally
        }
        return summary(of: source, tally, isInterrupted: !isWhole, followed)
    }

    /// Of every frame in the times asked for.
    private func reader(
        of source: CaptureInput, readsAhead: Bool, hand: @escaping (inout BatchFiller) -> Void
    ) -> BatchReader {
        BatchReader(
            source, BatchFiller(options.decoder, readsAhead: readsAhead), from: options.from, to: options.to,
            hand: hand)
    }

    private func goesOn(_ reader: BatchReader, _ source: CaptureInput) -> Bool {
        options.progress?(reader.tally.count, source.octetsConsumed)
        return !options.shouldStop()
    }

    static func analyze(_ call: Call, _ analyzer: FaxAnalyzer) -> AnalyzedCall {
        let fax = analyzer.analyze(call)
        guard call.signalling.rolesAreGuessed, fax.contradictsRoles else {
            return AnalyzedCall(call, fax, rootCauseOnly: analyzer.options.rootCauseOnly)
        }
        let turned = call.withRolesTurned
        return AnalyzedCall(turned, analyzer.analyze(turned), rootCauseOnly: analyzer.options.rootCauseOnly)
    }

    private func summary(
        of source: CaptureInput, _ tally: FrameTally, isInterrupted: Bool, _ followed: FollowedCalls
    ) -> CaptureSummary {
        var summary = CaptureSummary(files: source.files, format: source.format)
        summary.isInterrupted = isInterrupted
        summary.frames = source.frames
        if tally.count > 0 { (summary.firstTime, summary.lastTime) = (tally.first, tally.last) }
        summary.bytes = source.octetsOfFrames
        summary.linkTypes = source.linkTypes
        summary.warnings = source.warnings.kept + followed.warnings.kept
        summary.warningsDropped = source.warnings.dropped + followed.warnings.dropped
        summary.calls = followed.calls
        return summary
    }
}
