import FaxCore
import PcapDecode
import T30Analyzer

/// A call as one line among others.
struct OverviewRow {
    var place: CallPlace
    var id: Int
    var outcome: FaxSession.Outcome
    /// Seconds since the epoch; `nil`: a recording.
    var start: Instant?
    var length: Duration
    var caller: String
    var callee: String
    var carrier: String
    var pages: String
    var rate: Int?
    /// The id of the root cause.
    var cause: String
    var summary: String

    init(_ analyzed: AnalyzedCall, _ place: CallPlace) {
        let (call, fax) = (analyzed.call, analyzed.fax)
        self.place = place
        id = call.id
        outcome = fax.outcome
        start = call.isRecording ? nil : call.firstTime
        length = call.lastTime - call.firstTime
        caller = call.signalling.caller ?? Self.endpoint(call.streams.first?.from, call)
        callee = call.signalling.callee ?? Self.endpoint(call.streams.first?.to, call)
        carrier = fax.carriedBy
        pages = fax.pagesSent.map { "\(fax.pagesConfirmed.map(String.init) ?? "–")/\($0)" } ?? "–"
        rate = fax.rateBps
        cause = analyzed.rootCause?.id ?? ""
        summary = OutcomeSentence.text(analyzed)
    }

    private static func endpoint(_ endpoint: Endpoint?, _ call: Call) -> String {
        call.isRecording ? "recording" : endpoint?.description ?? "?"
    }
}

/// All calls in a table that can be sorted and filtered.
struct OverviewTable {
    let entries: [HTMLReport.Entry]

    private struct Column {
        var name: String
        var key: String
        var isNumber = false
    }

    private static let columns = [
        Column(name: "call", key: "call", isNumber: true), Column(name: "start (UTC)", key: "start"),
        Column(name: "s", key: "length", isNumber: true), Column(name: "outcome", key: "outcome"),
        Column(name: "from", key: "caller"), Column(name: "to", key: "callee"),
        Column(name: "carried by", key: "carrier"), Column(name: "pages", key: "pages", isNumber: true),
        Column(name: "bit/s", key: "rate", isNumber: true), Column(name: "what happened", key: "cause"),
    ]

    func write(to html: inout HTMLWriter) {
        html.element("h2", ["id": "overview-title"], Self.totals(entries.map(\.row)))
        html.element("div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": "Table of calls"]) {
            html in
            html.element("table", ["class": "calls", "id": "calls"]) { html in
                head(&html)
                html.element("tbody") { html in for entry in entries { row(entry, &html) } }
            }
        }
    }

    /// `8 calls: 3 failed, 5 delivered`.
    static func totals(_ rows: [OverviewRow]) -> String {
        let outcomes: [FaxSession.Outcome] = [.failed, .partial, .success, .unknown, .notFax]
        let parts = outcomes.compactMap { outcome -> String? in
            let count = rows.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(outcome.title)"
        }
        return "\(rows.count) call\(rows.count == 1 ? "" : "s")"
            + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }

    private func head(_ html: inout HTMLWriter) {
        html.element("thead") { html in
            html.element("tr") { html in
                for column in Self.columns {
                    html.element(
                        "th", ["scope": "col", "class": column.isNumber ? "num" : "", "data-key": column.key],
                        column.name)
                }
            }
        }
    }

    private func row(_ entry: HTMLReport.Entry, _ html: inout HTMLWriter) {
        let row = entry.row
        html.element("tr", ["class": row.outcome.rawValue, "data-outcome": row.outcome.title, "data-cause": row.cause])
        {
            html in
            html.element("th", ["scope": "row", "class": "num", "data-v": "\(row.place.source * 1_000_000 + row.id)"]) {
                html in
                if entry.section == nil {
                    html.words(row.place.name)
                } else {
                    html.element("a", ["href": "#" + row.place.key], row.place.name)
                }
            }
            html.element("td", ["class": "time"], row.start.map { String(Clock.date($0).dropLast(8)) } ?? "–")
            html.element("td", ["class": "num"], Clock.seconds(row.length, digits: 0))
            html.element("td", [:]) { html in html.element("span", ["class": "outcome"], row.outcome.title) }
            html.element("td", ["class": "number"], row.caller)
            html.element("td", ["class": "number"], row.callee)
            html.element("td", [:], row.carrier)
            html.element("td", ["class": "num"], row.pages)
            html.element("td", ["class": "num"], row.rate.map(String.init) ?? "–")
            html.element("td", ["class": "what"]) { html in
                html.words(row.summary)
                if !row.cause.isEmpty {
                    html.words(" ")
                    html.element("code", [:], row.cause)
                }
            }
        }
    }
}
