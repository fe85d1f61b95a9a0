import FaxDSP
import Foundation
import PcapDecode
import T30Analyzer

extension TruthTable {
    /// Analyses and judges every capture and recording of a folder, one after the other.
    public static func run(folder: URL, each: (Row) -> Void = { _ in }) throws -> TruthTable {
        var table = TruthTable()
        for truth in try TruthCase.all(in: folder) {
            let row = TruthTable.row(truth) { try calls(of: $0) }
            each(row)
            table.append(row)
        }
        return table
    }

    /// The calls of one capture or recording with everything the analysis can tell of them.
    public static func calls(of capture: URL) throws -> [AnalyzedCall] {
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        var calls: [AnalyzedCall] = []
        if let form = RecordingForm.of(path: capture.path) {
            _ = try AnalysisRunner(options).run(recording: capture.path, form: form, swapsChannels: false) {
                calls.append($0)
            }
            return calls
        }
        _ = try AnalysisRunner(options).run(CaptureInput(path: capture.path)) { calls.append($0) }
        return calls.sorted { $0.call.id < $1.call.id }
    }
}
