import FaxCore
import PcapDecode
import T30Analyzer

/// `--csv`: a line a call (RFC 4180), columns as `docs/exports.md` tells them.
public final class CSVExport: CallExport {
    public var needs: ExportNeeds { [.pages] }
    private let file: ExportFile
    private let write: (String) -> Void
    private var rows: [Row] = []
    private var captures: [Int: Capture] = [:]

    private struct Row {
        var source: Int
        var id: Int
        var pair: CallPair
        var cells: String
    }

    /// What an input shows of its calls once all of them have been read.
    private struct Capture {
        var pairs: [CallPair: CallPairRates]
        /// Ids of findings by the calls that show them together.
        var findings: [Int: [String]] = [:]

        init(_ summary: CaptureSummary) {
            pairs = Dictionary(summary.pairs.map { ($0.pair, $0) }) { first, _ in first }
            for found in summary.findings {
                for call in found.calls where findings[call]?.contains(found.finding.id) != true {
                    findings[call, default: []].append(found.finding.id)
                }
            }
        }
    }

    /// `write` takes text for standard output.
    public init(_ file: ExportFile, write: @escaping (String) -> Void) {
        self.file = file
        self.write = write
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let cells = Self.columns.map { $0.cell(analyzed, source) }
        rows.append(
            Row(
                source: source.number, id: analyzed.call.id, pair: CallPair(analyzed.call), cells: Self.joined(cells)))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) { captures[source.number] = Capture(summary) }

    public func finish() throws(OutputFolder.Failure) { try file.put(text, standardOutput: write) }

    /// The whole file.
    var text: String {
        let ordered = rows.sorted { ($0.source, $0.id) < ($1.source, $1.id) }
        let names = Self.columns.map(\.name) + Self.columnsOfSeveralCalls
        return Self.joined(names.map { .name($0) }) + "\r\n" + ordered.map(line).joined()
    }

    private func line(_ row: Row) -> String {
        let capture = captures[row.source]
        let rates = capture?.pairs[row.pair]
        let several: [Cell] = [
            .number(rates?.faxes), .number(rates?.delivered), .name(rates?.pattern.rawValue ?? ""),
            .text(capture?.findings[row.id]?.joined(separator: " ")),
        ]
        return row.cells + "," + Self.joined(several) + "\r\n"
    }

    /// What other calls of the input tell of a call.
    static let columnsOfSeveralCalls = ["pair_faxes", "pair_delivered", "pair_pattern", "findings_with_others"]

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

    private static func joined(_ cells: [Cell]) -> String { cells.map(text).joined(separator: ",") }

    private static func text(_ cell: Cell) -> String {
        switch cell {
        case .name(let name): CSVText.quoted(name)
        case .number(let number): number.map(String.init) ?? ""
        case .decimal(let text): text ?? ""
        case .text(let text): CSVText.cell(text ?? "")
        }
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
