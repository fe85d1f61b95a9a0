import FaxCore
import T30Analyzer

/// What several calls or legs of an input show, in Markdown.
enum MarkdownTogether {
    enum Limit {
        static let findings = 50
        static let pairs = 100
        /// Calls and frames named by one finding.
        static let evidence = 20
    }

    /// `nil`: nothing.
    static func findings(_ summary: CaptureSummary) -> String? {
        if summary.findings.isEmpty { return nil }
        let source = ReportSource(files: summary.files)
        let items = summary.findings.prefix(Limit.findings).enumerated().map { index, found in
            let finding = found.finding
            let frames = finding.frames.prefix(Limit.evidence).compactMap { CallPlace(source, call: 0).number($0) }
            let evidence = frames.isEmpty ? "" : " (frames \(frames.joined(separator: ", ")))"
            let calls = found.calls.prefix(Limit.evidence).map(String.init).joined(separator: ", ")
            let remedy = finding.remedy.isEmpty ? "" : " **What to do:** \(Markdown.escaped(finding.remedy))"
            return "\(index + 1). **\(Markdown.escaped(FindingList.title(finding)))** (\(finding.severity.rawValue), "
                + "\(finding.certainty.rawValue), `\(finding.id)`, calls \(calls)): \(Markdown.escaped(finding.because))"
                + "\(evidence)\(remedy)\n"
        }
        return heading("What several calls or legs show", summary) + items.joined()
            + more(summary.findings.count - Limit.findings, "findings")
    }

    /// `nil`: no pair had more than one fax.
    static func pairs(_ summary: CaptureSummary) -> String? {
        let pairs = PairText.told(summary.pairs)
        if pairs.isEmpty { return nil }
        let rows = pairs.prefix(Limit.pairs).map { text in
            let cells = [
                Markdown.code(text.caller), Markdown.code(text.callee), Markdown.escaped(text.result),
                Markdown.escaped(text.carriages), Markdown.escaped(text.differences.joined(separator: "; ")),
            ]
            return "| " + cells.joined(separator: " | ") + " |\n"
        }
        return heading("Faxes by caller and callee", summary)
            + "| from | to | result | delivered by carriage | what differs |\n|---|---|---|---|---|\n" + rows.joined()
            + more(pairs.count - Limit.pairs, "pairs")
    }

    private static func heading(_ text: String, _ summary: CaptureSummary) -> String {
        "## \(text) (\(Markdown.escaped(CaptureText.name(summary.files))))\n\n"
    }

    private static func more(_ count: Int, _ what: String) -> String { count > 0 ? "\n\(count) more \(what).\n" : "" }
}
