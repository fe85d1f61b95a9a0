import FaxCore
import PcapDecode
import T30Analyzer

/// `--csv`: a line a call (RFC 4180), columns as `docs/exports.md` tells them.
public final class CSVExport: CallExport {
    public var needs: ExportNeeds { [.pages] }
    private let file: ExportFile
    private let write: (String) -> Void
    private var lines: [(source: Int, id: Int, text: String)] = []

    /// `write` takes text for standard output.
    public init(_ file: ExportFile, write: @escaping (String) -> Void) {
        self.file = file
        self.write = write
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let cells = Self.columns.map { $0.cell(analyzed, source) }
        lines.append((source.number, analyzed.call.id, Self.line(cells)))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) {}

    public func finish() throws(OutputFolder.Failure) { try file.put(text, standardOutput: write) }

    /// The whole file.
    var text: String {
        let ordered = lines.sorted { ($0.source, $0.id) < ($1.source, $1.id) }
        return Self.line(Self.columns.map { .name($0.name) }) + ordered.map(\.text).joined()
    }

    // MARK: - Cells

    enum Cell: Sendable {
        /// Ours alone: written as it is.
        case name(String)
        case number(Int?)
        /// As decimal text of our own making.
        case decimal(String?)
        /// Of the capture: no spreadsheet may take it for a formula.
        case text(String?)
    }

    private static func line(_ cells: [Cell]) -> String { cells.map(text).joined(separator: ",") + "\r\n" }

    private static func text(_ cell: Cell) -> String {
        switch cell {
        case .name(let name): quoted(name)
        case .number(let number): number.map(String.init) ?? ""
        case .decimal(let text): text ?? ""
        case .text(let text): quoted(guarded(TerminalText.harmless(text ?? "", limit: 400)))
        }
    }

    /// Text that a spreadsheet would run begins with an apostrophe instead, which it takes for "this is text".
    static func guarded(_ text: String) -> String {
        switch text.first {
        case "=", "+", "-", "@", "|", "%", "\t", "\r": "'" + text
        default: text
        }
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    // MARK: - Columns

    struct Column: Sendable {
        let name: String
        let cell: @Sendable (AnalyzedCall, ReportSource) -> Cell
    }

    static let columns: [Column] = [
        Column(name: "file") { .text($1.files.first) },
        Column(name: "call") { call, _ in .number(call.call.id) },
        Column(name: "start_utc") { call, _ in .name(call.call.isRecording ? "" : Clock.iso(call.call.firstTime)) },
        Column(name: "duration_s") { call, _ in
            .decimal(Clock.seconds(call.call.lastTime - call.call.firstTime, digits: 3))
        },
        Column(name: "caller") { call, _ in .text(call.call.signalling.caller) },
        Column(name: "callee") { call, _ in .text(call.call.signalling.callee) },
        Column(name: "signalling") { call, _ in .name(call.call.signalling.outcome.rawValue) },
        Column(name: "status") { call, _ in .number(call.call.signalling.finalStatus) },
        Column(name: "outcome") { call, _ in .name(call.fax.outcome.rawValue) },
        Column(name: "carried_by") { call, _ in .text(call.fax.carriedBy) },
        Column(name: "sender") { call, _ in .name(call.fax.sender?.rawValue ?? "") },
        Column(name: "sender_id") { call, _ in .text(call.fax.senderID) },
        Column(name: "receiver_id") { call, _ in .text(call.fax.receiverID) },
        Column(name: "pages_sent") { call, _ in .number(call.fax.pagesSent) },
        Column(name: "pages_confirmed") { call, _ in .number(call.fax.pagesConfirmed) },
        Column(name: "bad_rows") { call, _ in .number(total(call.fax.pages.map(\.badRows))) },
        Column(name: "modem") { call, _ in .text(call.fax.modem) },
        Column(name: "rate_bps") { call, _ in .number(call.fax.rateBps) },
        Column(name: "ecm") { call, _ in .name(call.fax.ecm.map { $0 ? "yes" : "no" } ?? "") },
        Column(name: "compression") { call, _ in .text(call.fax.compression) },
        Column(name: "trainings") { call, _ in .number(call.fax.trainings.count) },
        Column(name: "trainings_failed") { call, _ in .number(call.fax.trainings.count { $0.answer == "FTT" }) },
        Column(name: "packets_lost") { call, _ in .number(total(call.call.streams.map(\.statistics.lost))) },
        Column(name: "packets_repaired") { call, _ in .number(total(call.call.streams.map(\.statistics.recovered))) },
        Column(name: "root_cause") { call, _ in .text(call.rootCause?.id) },
        Column(name: "runner_up") { call, _ in .text(call.runnerUp?.id) },
        Column(name: "broke_in") { call, _ in .name(call.verdict.brokeIn?.rawValue ?? "") },
        Column(name: "findings") { call, _ in .text(call.findings.map(\.id).joined(separator: " ")) },
        Column(name: "summary") { call, _ in .text(OutcomeSentence.text(call)) },
    ]

    /// `nil`: none of them is known.
    private static func total(_ numbers: [Int?]) -> Int? {
        let known = numbers.compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +)
    }
}

extension Clock {
    /// `2026-11-21T03:32:27.123Z`
    static func iso(_ instant: Instant) -> String {
        String(date(instant).dropLast(4)).replacing(" ", with: "T") + "Z"
    }
}
