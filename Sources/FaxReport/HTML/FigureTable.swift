import FaxCore

/// A table of figures, the first column naming the rows.
struct FigureTable {
    enum Column {
        case text(String)
        case number(String)

        var name: String {
            switch self {
            case .text(let name), .number(let name): name
            }
        }

        var style: String {
            switch self {
            case .text: ""
            case .number: "num"
            }
        }
    }

    enum Cell {
        case text(String)
        /// `nil`: not known.
        case count(Int?)
        case frame(FrameRef?)
    }

    /// For those who hear it.
    let name: String
    let columns: [Column]
    let rows: [[Cell]]
    let place: CallPlace

    func write(to html: inout HTMLWriter) {
        html.element("div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": name]) { html in
            html.element("table", ["class": "figures"]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for column in columns {
                            html.element("th", ["scope": "col", "class": column.style], column.name)
                        }
                    }
                }
                html.element("tbody") { html in for row in rows { write(row, &html) } }
            }
        }
    }

    private func write(_ row: [Cell], _ html: inout HTMLWriter) {
        html.element("tr") { html in
            for (index, (cell, column)) in zip(row, columns).enumerated() {
                if index == 0 {
                    html.element("th", ["scope": "row", "class": column.style]) { write(cell, &$0) }
                } else {
                    html.element("td", ["class": column.style]) { write(cell, &$0) }
                }
            }
        }
    }

    private func write(_ cell: Cell, _ html: inout HTMLWriter) {
        switch cell {
        case .text(let text): html.words(text)
        case .count(let number): html.words(number.map(String.init) ?? "–")
        case .frame(let frame): html.words(place.number(frame) ?? "–")
        }
    }
}
