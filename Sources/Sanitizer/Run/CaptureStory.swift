import PcapDecode
import T30Analyzer

/// What the analysis says of a capture: every call with its fax and its findings.
public struct CaptureStory {
    public private(set) var calls: [AnalyzedCall] = []

    public init(path: String) throws {
        var calls: [AnalyzedCall] = []
        _ = try AnalysisRunner().run(CaptureInput(path: path)) { calls.append($0) }
        self.calls = calls.sorted { $0.call.id < $1.call.id }
    }
}
