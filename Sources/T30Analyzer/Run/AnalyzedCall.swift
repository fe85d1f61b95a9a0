import FaxCore
import PcapDecode

/// A call with what its fax was and what we found.
public struct AnalyzedCall: Sendable {
    public var call: Call
    public var fax: FaxSession
    public var findings: [Finding]
    public var verdict: Verdict

    public init(call: Call, fax: FaxSession, findings: [Finding], verdict: Verdict = Verdict()) {
        self.call = call
        self.fax = fax
        self.findings = findings
        self.verdict = verdict
    }

    public init(_ call: Call, _ fax: FaxSession, rootCauseOnly: Bool = false) {
        let call = call.told(by: fax)
        let diagnosis = Diagnosis(call, fax, rootCauseOnly: rootCauseOnly)
        self.init(call: call, fax: fax, findings: diagnosis.findings, verdict: diagnosis.verdict)
    }

    public var rootCause: Finding? { finding(verdict.rootCause) }
    public var runnerUp: Finding? { finding(verdict.runnerUp) }

    /// The finding at one of the verdict's places.
    public func finding(_ place: Int?) -> Finding? {
        place.flatMap { findings.indices.contains($0) ? findings[$0] : nil }
    }
}

/// What was read of a capture, beside its calls.
public struct CaptureSummary: Sendable {
    /// As named by the user; several for a merged ring.
    public var files: [String]
    /// `pcap`, `pcapng`; `audio`: a recording.
    public var format: String
    /// Of a recording.
    public var recording: RecordingSummary?
    /// All of the files as far as they were read, whatever a filter passed.
    public var frames = 0
    public var bytes = 0
    public var firstTime: Instant?
    public var lastTime: Instant?
    public var linkTypes: [String] = []
    public var warnings: [CaptureWarning] = []
    /// Warnings past the limit of those kept.
    public var warningsDropped = 0
    public var calls = 0
    /// How the faxes of each pair of caller and callee went, in order of their first calls.
    public var pairs: [CallPairRates] = []
    /// Calls of pairs past the limit of those kept.
    public var callsOfOtherPairs = 0
    /// What only two legs or several calls show.
    public var findings: [CaptureFinding] = []
    /// Reading was stopped before the end (Ctrl-C).
    public var isInterrupted = false

    public init(files: [String], format: String) {
        self.files = files
        self.format = format
    }
}
