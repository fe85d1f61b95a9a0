import FaxCore
import PcapDecode

/// What the capture proves about a call: findings with evidence, and the verdict drawn from them.
public struct Diagnosis: Sendable {
    /// In the order of the layers, and within one layer in the order of its file.
    public var findings: [Finding]
    public var verdict: Verdict

    public init(findings: [Finding], verdict: Verdict) {
        self.findings = findings
        self.verdict = verdict
    }

    /// - Parameter rootCauseOnly: ask no rule that cannot find the root cause of such a call, as for a list of many.
    public init(_ call: Call, _ fax: FaxSession, rootCauseOnly: Bool = false) {
        guard call.isRecording else {
            self.init(frames: call, fax, rootCauseOnly)
            return
        }
        let evidence = RecordedEvidence(fax)
        self.init(frames: call, evidence.session, rootCauseOnly)
        findings = evidence.timed(findings)
    }

    private init(frames call: Call, _ fax: FaxSession, _ rootCauseOnly: Bool) {
        let facts = CallFacts(call: call, fax: fax)
        let reach = VerdictMaker.Reach(fax)
        findings = []
        for rule in RuleBook.rules where !rootCauseOnly || reach.mayFindRootCause(rule) {
            findings += rule.look(facts)
        }
        verdict = VerdictMaker.verdict(on: findings, facts)
        for index in findings.indices { findings[index].isRootCause = false }
        if let root = verdict.rootCause { findings[root].isRootCause = true }
    }

    /// Findings that the call shows with another one of its legs, added to its own.
    init(_ analyzed: AnalyzedCall, adding others: [Finding]) {
        findings = analyzed.findings + others
        verdict = VerdictMaker.verdict(on: findings, CallFacts(call: analyzed.call, fax: analyzed.fax))
        for index in findings.indices { findings[index].isRootCause = index == verdict.rootCause }
    }

    /// Frames named as evidence by one finding.
    static let frameLimit = 20
}

extension Finding {
    /// A finding with its evidence in frames, each once, at most ``Diagnosis/frameLimit``.
    init(
        _ id: String, _ layer: Layer, _ severity: Severity, _ certainty: Certainty, _ title: String,
        because: String, remedy: String, measures: [Measure] = [], party: Party? = nil, frames: [FrameRef?]
    ) {
        var kept: [FrameRef] = []
        for frame in frames.compactMap({ $0 }) where !kept.contains(frame) {
            guard kept.count < Diagnosis.frameLimit else { break }
            kept.append(frame)
        }
        self.init(
            id: id, layer: layer, severity: severity, certainty: certainty, title: title, because: because,
            remedy: remedy, frames: kept)
        self.measures = measures
        self.party = party
    }
}
