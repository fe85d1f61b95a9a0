import FaxCore
import PcapDecode

/// First findings, as data with evidence: what the capture proves, one file a layer of the failure catalogue.
public enum FirstFindings {
    /// In the order of the layers, and within one layer in the order of its file.
    public static func findings(call: Call, fax: FaxSession) -> [Finding] {
        guard call.isRecording else { return findings(call, fax) }
        let evidence = RecordedEvidence(fax)
        return evidence.timed(findings(call, evidence.session))
    }

    private static func findings(_ call: Call, _ fax: FaxSession) -> [Finding] {
        let facts = CallFacts(call: call, fax: fax)
        var findings =
            SetupRules.findings(facts) + NegotiationRules.findings(facts) + TransportRules.findings(facts)
            + AudioRules.findings(facts) + IFPRules.findings(facts) + T30Rules.findings(facts)
        RootCause.mark(&findings, facts)
        return findings
    }

    /// Frames named as evidence by one finding.
    static let frameLimit = 20
}

extension Finding {
    /// A finding with its evidence in frames, each once, at most ``FirstFindings/frameLimit``.
    init(
        _ id: String, _ layer: Layer, _ severity: Severity, _ certainty: Certainty, _ title: String,
        because: String, remedy: String, frames: [FrameRef?]
    ) {
        var kept: [FrameRef] = []
        for frame in frames.compactMap({ $0 }) where !kept.contains(frame) {
            guard kept.count < FirstFindings.frameLimit else { break }
            kept.append(frame)
        }
        self.init(
            id: id, layer: layer, severity: severity, certainty: certainty, title: title, because: because,
            remedy: remedy, frames: kept)
    }
}
