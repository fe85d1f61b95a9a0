import FaxCore
import T30Analyzer

/// What only several calls or legs of the inputs show: findings with links to their calls and frames, and how the faxes of
/// each pair of numbers went.
struct TogetherSection {
    let inputs: [HTMLReport.Input]
    /// Of all inputs, by key.
    let entries: [String: HTMLReport.Entry]

    enum Limit {
        static let findings = 200
        static let pairs = 500
        /// Calls and frames named by one finding.
        static let calls = 20
    }

    private typealias Found = (source: ReportSource, found: CaptureFinding)
    private typealias Told = (source: ReportSource, text: PairText)

    private var findings: [Found] { inputs.flatMap { input in input.summary.findings.map { (input.source, $0) } } }
    private var pairs: [Told] {
        inputs.flatMap { input in PairText.told(input.summary.pairs).map { (input.source, $0) } }
    }

    func write(to html: inout HTMLWriter) {
        let (findings, pairs) = (findings, pairs)
        if !findings.isEmpty {
            part("together", "What several calls or legs show", &html) { html in
                html.element("ol", ["class": "findings"]) { html in
                    for (source, found) in findings.prefix(Limit.findings) { item(found, source, &html) }
                }
                more(findings.count - Limit.findings, "findings", &html)
            }
        }
        if !pairs.isEmpty {
            part("pairs", "Faxes by caller and callee", &html) { html in
                table(Array(pairs.prefix(Limit.pairs)), &html)
                more(pairs.count - Limit.pairs, "pairs", &html)
            }
        }
    }

    private func part(_ id: String, _ title: String, _ html: inout HTMLWriter, _ body: (inout HTMLWriter) -> Void) {
        html.element("section", ["class": "part", "id": id, "aria-labelledby": id + "-title"]) { html in
            html.element("h3", ["id": id + "-title"], title)
            body(&html)
        }
    }

    private func more(_ count: Int, _ what: String, _ html: inout HTMLWriter) {
        if count > 0 {
            html.element("p", ["class": "quiet"], "\(count) more \(what) are in the analysis document (--json).")
        }
    }

    // MARK: - Findings

    private func item(_ found: CaptureFinding, _ source: ReportSource, _ html: inout HTMLWriter) {
        let finding = found.finding
        html.element("li", ["class": "finding \(finding.severity.rawValue)"]) { html in
            html.element("h4", [:], FindingList.title(finding))
            html.element("p", ["class": "tags"]) { html in
                html.element("span", ["class": "severity"], finding.severity.rawValue)
                html.element("span", [:], finding.certainty.rawValue)
                html.element("code", [:], finding.id)
            }
            html.element("p", [:], finding.because)
            html.element("p", ["class": "evidence"]) { html in
                html.words(found.calls.count == 1 ? "Call " : "Calls ")
                list(found.calls, &html) { call, html in link(call, source, &html) }
                let frames = finding.frames.filter { $0 != .none }
                if frames.isEmpty { return }
                html.words(frames.count == 1 ? " · Frame " : " · Frames ")
                list(frames, &html) { frame, html in link(frame, found.calls, source, &html) }
            }
            if !finding.remedy.isEmpty { html.element("p", ["class": "remedy"], finding.remedy) }
        }
    }

    private func list<Item>(
        _ items: [Item], _ html: inout HTMLWriter, _ write: (Item, inout HTMLWriter) -> Void
    ) {
        for (index, item) in items.prefix(Limit.calls).enumerated() {
            if index > 0 { html.words(", ") }
            write(item, &html)
        }
        if items.count > Limit.calls { html.words(" and \(items.count - Limit.calls) more") }
    }

    private func link(_ call: Int, _ source: ReportSource, _ html: inout HTMLWriter) {
        let place = CallPlace(source, call: call)
        if entries[place.key]?.section == nil { return html.words(place.name) }
        html.element("a", ["href": "#" + place.key], place.name)
    }

    /// To the step of the call that the frame belongs to, else to the last step before it.
    private func link(_ frame: FrameRef, _ calls: [Int], _ source: ReportSource, _ html: inout HTMLWriter) {
        let places = calls.map { CallPlace(source, call: $0) }
        guard let number = places.first?.number(frame) else { return }
        let shown = places.compactMap { place in
            entries[place.key].flatMap { $0.section == nil ? nil : (place, $0.steps) }
        }
        let own = shown.first { $0.1[frame] != nil }
        let target = own.flatMap { place, steps in steps[frame].map { place.link("s\($0)") } }
        guard let target = target ?? shown.first.map({ "#" + $0.0.key }) else { return html.words(number) }
        html.element("a", ["href": target], number)
    }

    // MARK: - Pairs

    private func table(_ pairs: [Told], _ html: inout HTMLWriter) {
        html.element(
            "div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": "Faxes by caller and callee"]
        ) {
            html in
            html.element("table", ["class": "calls pairs"]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for (name, style) in Self.columns {
                            html.element("th", ["scope": "col", "class": style], name)
                        }
                    }
                }
                html.element("tbody") { html in for pair in pairs { row(pair.text, pair.source, &html) } }
            }
        }
    }

    private static let columns: KeyValuePairs = [
        "from": "", "to": "", "faxes": "num", "delivered": "num", "failed": "num", "result": "",
        "delivered by carriage": "",
        "what differs": "", "calls": "",
    ]

    private func row(_ text: PairText, _ source: ReportSource, _ html: inout HTMLWriter) {
        let pair = text.pair
        html.element("tr", ["class": Self.style(pair.pattern)]) { html in
            html.element("th", ["scope": "row", "class": "number"], text.caller)
            html.element("td", ["class": "number"], text.callee)
            for count in [pair.faxes, pair.delivered, pair.failed] { html.element("td", ["class": "num"], "\(count)") }
            html.element("td", [:]) { html in html.element("span", ["class": "outcome"], pair.pattern.rawValue) }
            html.element("td", [:], text.carriages)
            html.element("td", ["class": "what"], text.differences.joined(separator: "; "))
            html.element("td", [:]) { html in
                link(pair.firstCall, source, &html)
                if pair.lastCall == pair.firstCall { return }
                html.words(" to ")
                link(pair.lastCall, source, &html)
            }
        }
    }

    private static func style(_ pattern: CallPairRates.Pattern) -> String {
        switch pattern {
        case .alwaysFails: "failed"
        case .sometimesFails: "partial"
        case .alwaysDelivered: "success"
        case .unknown: "unknown"
        }
    }
}
