import FaxReport
import T30Analyzer

/// Keeps the verdicts of an analysis, in the order of the calls.
final class VerdictCollector: CallExport {
    private(set) var summaries: [String] = []
    let needs: ExportNeeds = []

    func add(_ analyzed: AnalyzedCall, of source: ReportSource) { summaries.append(OutcomeSentence.text(analyzed)) }
    func end(_ summary: CaptureSummary, of source: ReportSource) {}
    func finish() throws(OutputFolder.Failure) {}
}
