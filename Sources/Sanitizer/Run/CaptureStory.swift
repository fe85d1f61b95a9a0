import PcapDecode
import T30Analyzer

/// What the analysis says of a capture: every call with its fax and its findings.
public struct CaptureStory {
    public private(set) var calls: [AnalyzedCall] = []

    public init(path: String) throws {
        var calls: [AnalyzedCall] = []
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        _ = try AnalysisRunner(options).run(CaptureInput(path: path)) { calls.append($0) }
        self.calls = calls.sorted { $0.call.id < $1.call.id }
    }
}
