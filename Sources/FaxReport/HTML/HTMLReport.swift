import FaxCore
import PcapDecode
import T30Analyzer

/// `--html`: the calls of all inputs in one file that needs nothing else. Sections are made as calls end, and put in
/// their order when all inputs have been read.
public final class HTMLReport: CallExport {
    enum Limit {
        /// Octets of pictures, as they stand in the file.
        static let pictures = 16 << 20
        /// Octets of the sections of calls beside pictures; a call past it has its line in the overview only.
        static let sections = 48 << 20
    }

    /// A call as it will stand in the file.
    struct Entry {
        var place: CallPlace
        var id: Int
        var row: OverviewRow
        /// `nil`: found no room.
        var section: String?
    }

    public var needs: ExportNeeds { [.pages, .fields, .samples] }
    private let file: ExportFile
    private var entries: [Entry] = []
    private var summaries: [CaptureSummary] = []
    private var pictures = ByteBudget(octets: Limit.pictures)
    private var sections = ByteBudget(octets: Limit.sections)

    public init(_ file: ExportFile) {
        self.file = file
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let place = CallPlace(
            key: "\(source.prefix)call-\(analyzed.call.id)", source: source.number, files: source.files)
        var html = HTMLWriter()
        CallSection(analyzed, place).write(to: &html, pictures: &pictures)
        let fits = sections.take(html.text.utf8.count, isFailed: analyzed.fax.outcome.isFailure)
        entries.append(
            Entry(
                place: place, id: analyzed.call.id, row: OverviewRow(analyzed, place),
                section: fits ? html.text : nil))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) { summaries.append(summary) }

    public func finish() throws(OutputFolder.Failure) {
        try file.put(document()) { _ in }
    }

    /// The whole file.
    func document() -> String {
        entries.sort { ($0.place.source, $0.id) < ($1.place.source, $1.id) }
        return HTMLDocument(entries: entries, summaries: summaries).text
    }
}
