import FaxCore
import PcapDecode
import T30Analyzer

/// `--markdown`: what to paste into a ticket: verdict, proof, findings, ladder. Text of the capture stands in code spans or
/// escaped, so that it is neither markup nor a link or a mention.
public final class MarkdownExport: CallExport {
    private struct Entry {
        var source: Int
        var id: Int
        var row: OverviewRow
        var text: String
    }

    /// Calls told in full; of the others the table has a line.
    static let callLimit = 50

    public var needs: ExportNeeds { [.pages, .fields] }
    private let file: ExportFile
    private let write: (String) -> Void
    private var entries: [Entry] = []
    private var summaries: [CaptureSummary] = []
    private var told = 0

    /// `write` takes text for standard output.
    public init(_ file: ExportFile, write: @escaping (String) -> Void) {
        self.file = file
        self.write = write
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let place = CallPlace(source, call: analyzed.call.id)
        let row = OverviewRow(analyzed, place)
        // Calls without fax need no more than their line.
        let isTold = told < Self.callLimit && (analyzed.fax.isAttempted || !analyzed.findings.isEmpty)
        if isTold { told += 1 }
        let text = isTold ? MarkdownCall(analyzed: analyzed, place: place).text : ""
        entries.append(Entry(source: source.number, id: row.id, row: row, text: text))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) { summaries.append(summary) }

    public func finish() throws(OutputFolder.Failure) { try file.put(text, standardOutput: write) }

    /// The whole file.
    var text: String {
        let ordered = entries.sorted { ($0.source, $0.id) < ($1.source, $1.id) }
        var parts: [String] = []
        if ordered.count != 1 { parts.append(overview(ordered)) }
        parts += ordered.map(\.text).filter { !$0.isEmpty }
        parts += summaries.flatMap { [MarkdownTogether.findings($0), MarkdownTogether.pairs($0)].compactMap(\.self) }
        let notes = summaries.map { summary in
            CaptureText.notes(summary, calls: summary.calls, isVerbose: false)
                .map { "- " + Markdown.escaped($0) }.joined(separator: "\n") + "\n"
        }
        return parts.joined(separator: "\n") + "\n" + notes.joined()
    }

    private func overview(_ entries: [Entry]) -> String {
        var lines = [
            "# " + OverviewTable.totals(entries.map(\.row)), "",
            "| call | start (UTC) | outcome | from | to | carried by | pages | what happened |",
            "|---:|---|---|---|---|---|---:|---|",
        ]
        for entry in entries {
            let row = entry.row
            let cells = [
                row.place.name,
                row.start.map { String(Clock.date($0).dropLast(8)) } ?? "–", row.outcome.title,
                Markdown.code(row.caller), Markdown.code(row.callee), Markdown.escaped(row.carrier), row.pages,
                Markdown.escaped(row.summary),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
