import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// The analysis document (`docs/analysis-json.md`), made call by call.
public struct AnalysisDocument: Sendable {
    public static let schema = "faxprobe.analysis/1"

    /// Names of the files read as one capture; with more than one, evidence names its file.
    public let files: [String]

    public init(files: [String]) {
        self.files = files
    }

    /// The whole document.
    public func document(_ summary: CaptureSummary, calls: [JSONValue]) -> JSONValue {
        .object([
            .init("schema", .string(Self.schema)), .init("capture", capture(summary)), .init("calls", .array(calls)),
        ])
    }

    /// One line of the streamed form for a call.
    public func line(call: JSONValue) -> JSONValue {
        .object([.init("schema", .string(Self.schema)), .init("call", call)])
    }

    /// The last line of the streamed form.
    public func line(capture summary: CaptureSummary) -> JSONValue {
        .object([.init("schema", .string(Self.schema)), .init("capture", capture(summary))])
    }

    func capture(_ summary: CaptureSummary) -> JSONValue {
        .object([
            .init("file", .optional(summary.files.first)),
            .init("files", .array(summary.files.map { .string($0) })),
            .init("format", .string(summary.format)),
            .init("frames", .integer(summary.frames)),
            .init("bytes", .integer(summary.bytes)),
            .init("first_time", .time(summary.firstTime)),
            .init("last_time", .time(summary.lastTime)),
            .init("link_types", .array(summary.linkTypes.map { .string($0) })),
            .init("recording", summary.recording.map(recording) ?? .null),
            .init("interrupted", .bool(summary.isInterrupted)),
            .init("warnings", .array(summary.warnings.map(warning))),
            .init("warnings_dropped", .integer(summary.warningsDropped)),
            .init("pairs", .array(summary.pairs.map(rates))),
            .init("calls_of_other_pairs", .integer(summary.callsOfOtherPairs)),
            .init("findings", .array(summary.findings.map(finding))),
        ])
    }

    private func recording(_ recording: RecordingSummary) -> JSONValue {
        .object([
            .init("format", .string(recording.format)), .init("sample_rate", .integer(recording.sampleRate)),
            .init("channels", .integer(recording.channels)), .init("duration_s", .seconds(recording.duration)),
        ])
    }

    private func warning(_ warning: CaptureWarning) -> JSONValue {
        .object([
            .init("frame", frame(warning.frame)), .init("layer", .string(warning.layer.rawValue)),
            .init("offset", .integer(warning.offset)), .init("reason", .string(warning.reason)),
        ])
    }

    /// A frame as evidence: its number, or file and number when several files are read as one.
    func frame(_ reference: FrameRef?) -> JSONValue {
        guard let reference, reference != .none else { return .null }
        if files.count < 2 { return .integer(Int(reference.number)) }
        let index = Int(reference.file)
        return .object([
            .init("file", index < files.count ? .string(files[index]) : .null),
            .init("frame", .integer(Int(reference.number))),
        ])
    }

    /// One entry of `calls`. `images`: the picture written of each page by its number, such as `call-1.tif#1`.
    public func call(_ analyzed: AnalyzedCall, images: [Int: String] = [:]) -> JSONValue {
        let call = analyzed.call
        return .object([
            .init("id", .integer(call.id)),
            .init(
                "related",
                .array(
                    call.related.map {
                        .object([.init("call", .integer($0.call)), .init("reason", .string($0.reason))])
                    })),
            .init("first_time", .time(call.firstTime)),
            .init("last_time", .time(call.lastTime)),
            .init("signalling", signalling(call.signalling, call)),
            .init("streams", .array(call.streams.map(stream))),
            .init("fax", fax(analyzed.fax, budget: TimeBudget(call, analyzed.fax), images: images)),
            .init("findings", .array(analyzed.findings.map(finding))),
            .init("verdict", verdict(analyzed)),
            .init("coverage", coverage(call.coverage)),
            .init("what_if", whatIf(WhatIf(analyzed.call, analyzed.fax))),
        ])
    }

    /// What two legs or several calls show together.
    private func finding(_ found: CaptureFinding) -> JSONValue {
        .object([.init("calls", .array(found.calls.map { .integer($0) }))] + members(found.finding))
    }

    private func rates(_ pair: CallPairRates) -> JSONValue {
        func known(_ text: String) -> JSONValue { .optional(text.isEmpty ? nil : text) }
        return .object([
            .init("caller", known(pair.caller)), .init("caller_host", known(pair.callerHost)),
            .init("callee", known(pair.callee)), .init("callee_host", known(pair.calleeHost)),
            .init("calls", .integer(pair.calls)), .init("faxes", .integer(pair.faxes)),
            .init("delivered", .integer(pair.delivered)), .init("failed", .integer(pair.failed)),
            .init("pattern", .string(pair.pattern.rawValue)),
            .init(
                "carriages",
                .array(
                    pair.carriages.map {
                        .object([
                            .init("carried_by", .string($0.name)), .init("faxes", .integer($0.faxes)),
                            .init("delivered", .integer($0.delivered)),
                        ])
                    })),
            .init("differences", .array(pair.differences.map { .string($0) })),
            .init("first_call", .integer(pair.firstCall)), .init("last_call", .integer(pair.lastCall)),
        ])
    }

    private func finding(_ finding: Finding) -> JSONValue { .object(members(finding)) }

    private func members(_ finding: Finding) -> [JSONValue.Member] {
        [
            .init("id", .string(finding.id)),
            .init("layer", .string(finding.layer.rawValue)),
            .init("severity", .string(finding.severity.rawValue)),
            .init("certainty", .string(finding.certainty.rawValue)),
            .init("title", .string(finding.title)),
            .init("because", .string(finding.because)),
            .init("remedy", .string(finding.remedy)),
            .init("frames", .array(finding.frames.filter { $0 != .none }.map { frame($0) })),
            .init("times", .array(finding.times.map { .array([.time($0.lowerBound), .time($0.upperBound)]) })),
            .init("root_cause", .bool(finding.isRootCause)),
            .init("party", .optional(finding.party?.rawValue)),
            .init("measures", .array(finding.measures.map(measure))),
        ]
    }

    private func measure(_ measure: Finding.Measure) -> JSONValue {
        .object([
            .init("name", .string(measure.name)), .init("value", .measure(measure.value, digits: 3)),
            .init("unit", .string(measure.unit)), .init("threshold", .measure(measure.threshold, digits: 3)),
        ])
    }

    private func verdict(_ analyzed: AnalyzedCall) -> JSONValue {
        .object([
            .init("summary", .string(OutcomeSentence.text(analyzed))),
            .init("root_cause", .optional(analyzed.rootCause?.id)),
            .init("runner_up", .optional(analyzed.runnerUp?.id)),
            .init("broke_in", .optional(analyzed.verdict.brokeIn?.rawValue)),
            .init("party", .optional(analyzed.verdict.party?.rawValue)),
            .init("chain", .array(analyzed.verdict.chain.map { link($0, analyzed) })),
        ])
    }

    /// Both as places in `findings`, counted from 0, and by id.
    private func link(_ link: Verdict.Link, _ analyzed: AnalyzedCall) -> JSONValue {
        .object([
            .init("cause", .optional(analyzed.finding(link.cause)?.id)), .init("cause_finding", .integer(link.cause)),
            .init("effect", .optional(analyzed.finding(link.effect)?.id)),
            .init("effect_finding", .integer(link.effect)),
        ])
    }

    private func coverage(_ coverage: Coverage) -> JSONValue {
        .object([
            .init("caller", .measure(coverage.caller, digits: 4)),
            .init("callee", .measure(coverage.callee, digits: 4)),
            .init("starts_mid_call", .bool(coverage.startsMidCall)),
            .init("ends_mid_call", .bool(coverage.endsMidCall)),
        ])
    }
}
