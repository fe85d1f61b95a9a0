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
        var section: CallSection.Text?
        /// Steps of the ladder by their frames, where there is a section.
        var steps: [FrameRef: Int]
        /// What it shares with its other legs.
        var leg: LegCapabilities
    }

    /// One of the inputs.
    struct Input {
        var source: ReportSource
        var summary: CaptureSummary
    }

    public var needs: ExportNeeds { [.pages, .fields, .samples] }
    private let file: ExportFile
    private var entries: [Entry] = []
    private var inputs: [Input] = []
    private var pictures = ByteBudget(octets: Limit.pictures)
    private var octets = FrameOctets()
    /// Some input has no frames that could be read again.
    private var isWithoutFrames = false
    private var sections = ByteBudget(octets: Limit.sections)

    public init(_ file: ExportFile) {
        self.file = file
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let place = CallPlace(source, call: analyzed.call.id)
        let section = CallSection(analyzed, place)
        let text = section.text(pictures: &pictures)
        let fits = sections.take(text.octets, isFailed: analyzed.fax.outcome.isFailure)
        if fits { octets.want(section.frames, of: source) }
        if !source.hasFrames { isWithoutFrames = true }
        entries.append(
            Entry(
                place: place, id: analyzed.call.id, row: OverviewRow(analyzed, place),
                section: fits ? text : nil, steps: fits ? section.steps : [:], leg: LegCapabilities(analyzed)))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) {
        inputs.append(Input(source: source, summary: summary))
    }

    public func finish() throws(OutputFolder.Failure) {
        try file.put(document()) { _ in }
    }

    /// The whole file.
    func document() -> String {
        entries.sort { ($0.place.source, $0.id) < ($1.place.source, $1.id) }
        return HTMLDocument(entries, inputs: inputs, frames: frames()).text
    }

    /// Octets by the frame's key, and a note where there are none.
    private func frames() -> JSONValue {
        var members: [JSONValue.Member] = []
        octets.fetch { frame, source in
            let place = CallPlace(source, call: 0)
            members.append(
                .init(
                    place.octetsKey(frame.ref),
                    .array([
                        .string(Clock.date(frame.time)), .integer(frame.length),
                        .string(PageSection.base64(frame.octets)),
                    ])))
        }
        let note =
            isWithoutFrames
            ? "This input could not be read a second time, as standard input cannot: its octets are not in the report."
            : "Left out to keep this file small, or the file has changed since."
        return .object([.init("note", .string(note)), .init("frames", .object(members))])
    }
}
