import FaxCore
import PcapDecode
import Simulator
import T30Analyzer

/// What the analyser makes of a simulated call: the frames of the simulated capture, read as those of any other.
public struct TrialDiagnosis: Sendable {
    /// The call that the capture shows; `nil`: it shows none.
    public var call: AnalyzedCall?

    public init(_ capture: WorldCapture) {
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        var found: [AnalyzedCall] = []
        let analyzer = FaxAnalyzer()
        let decoder = CaptureDecoder(options) { call in found.append(AnalyzedCall(call, analyzer.analyze(call))) }
        capture.forEachFrame { frame, octets in decoder.feed(frame, octets.span.bytes) }
        decoder.finish()
        // There is one; were there more, the one with the fax in it is meant.
        call = found.max { $0.fax.messages.count < $1.fax.messages.count }
    }

    public var outcome: FaxSession.Outcome? { call?.fax.outcome }
    public var rootCause: String? { call?.rootCause?.id }
    /// Ids of all findings, in their order.
    public var findings: [String] { call?.findings.map(\.id) ?? [] }
}
