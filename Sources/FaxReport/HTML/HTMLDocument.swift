import T30Analyzer

/// The file around the calls: what it may do, how it looks, and where it comes from.
struct HTMLDocument {
    /// In the order of the report.
    private let ordered: [HTMLReport.Entry]
    private let entries: [String: HTMLReport.Entry]
    let inputs: [HTMLReport.Input]
    /// Octets of frames, for the script.
    let frames: JSONValue

    init(_ entries: [HTMLReport.Entry], inputs: [HTMLReport.Input], frames: JSONValue) {
        ordered = entries
        self.entries = Dictionary(entries.map { ($0.place.key, $0) }) { first, _ in first }
        self.inputs = inputs
        self.frames = frames
    }

    var text: String {
        HTMLShell(script: Self.script).text(title: title) { html in
            html.element("a", ["class": "skip", "href": "#main"], "Skip to the report")
            banner(&html)
            html.element("main", ["id": "main"]) { html in content(&html) }
            foot(&html)
            html.data(frames, ["type": "application/json", "id": "frames"])
        }
    }

    private var title: String {
        if ordered.count == 1, let only = ordered.first { return only.row.summary }
        return "Fax report: " + OverviewTable.totals(ordered.map(\.row))
    }

    /// Strict, and with a scope of its own.
    static let script = HTMLShell.script([
        PackageResources.page_js, PackageResources.frames_js, PackageResources.timeline_js,
        PackageResources.drawing_js, PackageResources.overview_js, PackageResources.start_js,
    ])

    // MARK: - Body

    private func banner(_ html: inout HTMLWriter) {
        html.element("header", ["class": "banner"]) { html in
            html.element("h1", [:]) { html in
                html.words("Fax report")
                html.element("span", [:], names)
            }
            html.element("nav", ["aria-label": "Report", "class": "tools"])
        }
    }

    private var names: String { CaptureText.name(inputs.flatMap(\.summary.files)) }

    private func content(_ html: inout HTMLWriter) {
        if ordered.isEmpty { html.element("p", ["class": "lead"], "No call was found.") }
        if ordered.count > 1 {
            html.element("section", ["class": "overview", "id": "overview", "aria-labelledby": "overview-title"]) {
                html in
                OverviewTable(entries: ordered).write(to: &html)
                TogetherSection(inputs: inputs, entries: entries).write(to: &html)
            }
        }
        let left = ordered.count { $0.section == nil }
        if left > 0 {
            html.element(
                "p", ["class": "quiet"], "\(left) calls are told in the overview only, to keep this file small.")
        }
        for entry in ordered {
            guard let section = entry.section else { continue }
            html.append(raw: section.head)
            bothLegs(of: entry)?.write(to: &html, entry.place)
            html.append(raw: section.tail)
        }
    }

    /// A call beside its other leg.
    private func bothLegs(of entry: HTMLReport.Entry) -> LegTable? {
        entry.leg.related.lazy.compactMap { entries[entry.place.sibling($0).key] }
            .compactMap { LegTable(entry.leg, $0.leg) }.first
    }

    private func foot(_ html: inout HTMLWriter) {
        html.element("footer") { html in
            for input in inputs {
                for line in CaptureText.notes(input.summary, calls: input.summary.calls, isVerbose: false) {
                    html.element("p", [:], line)
                }
            }
            html.element("p", [:], "Made by faxprobe. Times are UTC; frames are numbered as Wireshark numbers them.")
        }
    }
}
