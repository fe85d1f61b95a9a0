/// A list with a header line, as RFC 4180 describes it, with the place of each value. Lines end with LF or CRLF; empty
/// lines and lines whose first character is `#` are left out.
package struct CSVTable: Sendable {
    package struct Value: Sendable {
        package var text: String
        package var line: Int
        package var column: Int

        package func error(_ problem: String) -> PlacedError {
            PlacedError(line: line, column: column, problem: problem)
        }
    }

    package struct Row: Sendable {
        package var line: Int
        /// As many as there are columns.
        package var values: [Value]
    }

    package private(set) var header: [Value] = []
    package private(set) var rows: [Row] = []

    /// Octets of a list, rows in it, octets of one value, columns.
    package static let octetLimit = 64 << 20
    package static let rowLimit = 100_000
    package static let valueLimit = 65_536
    package static let columnLimit = 64

    package init(_ text: String) throws(PlacedError) {
        guard text.utf8.count <= Self.octetLimit else {
            throw PlacedError(line: 1, column: 1, problem: "a list has at most \(Self.octetLimit >> 20) MB")
        }
        var reader = Reader(text)
        while let row = try reader.row() {
            if header.isEmpty {
                header = row.values
                guard header.count <= Self.columnLimit else {
                    throw header[Self.columnLimit].error("a list has at most \(Self.columnLimit) columns")
                }
                continue
            }
            guard row.values.count == header.count else {
                let place = row.values.count > header.count ? row.values[header.count] : row.values[0]
                throw place.error("\(row.values.count) values where the header has \(header.count) columns")
            }
            guard rows.count < Self.rowLimit else {
                throw row.values[0].error("a list has at most \(Self.rowLimit) rows")
            }
            rows.append(row)
        }
        guard !header.isEmpty else { throw PlacedError(line: 1, column: 1, problem: "the list has no header line") }
    }

    /// Walks over the scalars once.
    private struct Reader {
        private let scalars: [Unicode.Scalar]
        private var next = 0
        private var line = 1
        private var column = 1

        init(_ text: String) {
            // A byte order mark, as spreadsheets write it.
            scalars = Array(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
        }

        private var here: Unicode.Scalar? { next < scalars.count ? scalars[next] : nil }

        private mutating func advance() {
            guard let scalar = here else { return }
            next += 1
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }

        /// Over a line end, when one is here.
        private mutating func skipLineEnd() -> Bool {
            if here == "\r", next + 1 < scalars.count, scalars[next + 1] == "\n" { advance() }
            guard here == "\n" else { return false }
            advance()
            return true
        }

        mutating func row() throws(PlacedError) -> Row? {
            while true {
                if skipLineEnd() { continue }
                guard here == "#" else { break }
                while here != nil, here != "\n" { advance() }
            }
            guard here != nil else { return nil }
            var row = Row(line: line, values: [])
            while true {
                row.values.append(try value())
                // Far more than the header may have: the rest would only be thrown away.
                guard row.values.count <= 4 * CSVTable.columnLimit else { return row }
                if here == "," {
                    advance()
                } else if here == nil || skipLineEnd() {
                    return row
                } else {
                    throw PlacedError(line: line, column: column, problem: "a comma or the line's end is wanted here")
                }
            }
        }

        private mutating func value() throws(PlacedError) -> Value {
            var value = Value(text: "", line: line, column: column)
            let isQuoted = here == "\""
            if isQuoted { advance() }
            while true {
                guard value.text.utf8.count <= CSVTable.valueLimit else {
                    throw value.error("a value has at most \(CSVTable.valueLimit) octets")
                }
                guard let scalar = here else {
                    if isQuoted { throw value.error("the quote that opens here is never closed") }
                    return value
                }
                if isQuoted {
                    advance()
                    guard scalar == "\"" else {
                        value.text.unicodeScalars.append(scalar)
                        continue
                    }
                    guard here == "\"" else { return value }
                    value.text.unicodeScalars.append(scalar)
                    advance()
                } else if scalar == "," || scalar == "\n" || isLineEnd {
                    return value
                } else if scalar == "\"" {
                    throw PlacedError(
                        line: line, column: column,
                        problem: "a quote inside of a value: put the whole value in quotes, and write this one twice")
                } else {
                    value.text.unicodeScalars.append(scalar)
                    advance()
                }
            }
        }

        private var isLineEnd: Bool { here == "\r" && next + 1 < scalars.count && scalars[next + 1] == "\n" }
    }
}
