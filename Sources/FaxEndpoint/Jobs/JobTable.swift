import PlacedText

/// Rows of a CSV list as the mappings that YAML would have.
enum JobTable {
    /// Between the files of one fax.
    static let fileSeparator: Character = "|"

    static func rows(_ text: String) throws(PlacedError) -> [YAMLValue] {
        let table = try CSVTable(text)
        let names = try names(table.header)
        var rows: [YAMLValue] = []
        for row in table.rows {
            var fields: [YAMLValue.Field] = []
            // An empty value is none.
            for (name, value) in zip(names, row.values) where !value.text.isEmpty {
                let content = try content(name, value)
                fields.append(
                    YAMLValue.Field(
                        name: name, line: value.line, column: value.column,
                        value: YAMLValue(content: content, line: value.line, column: value.column)))
            }
            rows.append(YAMLValue(content: .fields(fields), line: row.line, column: 1))
        }
        return rows
    }

    private static func names(_ header: [CSVTable.Value]) throws(PlacedError) -> [String] {
        let columns = JobRowReader.fields
        var names: [String] = []
        for value in header {
            guard columns.contains(value.text) else {
                let meant = NearestWord.of(value.text, among: columns).map { ", meant is perhaps '\($0)'" } ?? ""
                throw value.error(
                    "unknown column '\(value.text)'\(meant); known are: \(columns.joined(separator: ", "))")
            }
            guard !names.contains(value.text) else { throw value.error("the column '\(value.text)' is given twice") }
            names.append(value.text)
        }
        for name in ["destination", "files"] where !names.contains(name) {
            throw header[0].error("the column '\(name)' is missing")
        }
        return names
    }

    private static func content(_ name: String, _ value: CSVTable.Value) throws(PlacedError) -> YAMLValue.Content {
        switch name {
        case "ecm": .text(try flag(value))
        case "files":
            .list(
                value.text.split(separator: fileSeparator, omittingEmptySubsequences: false).map {
                    YAMLValue(content: .text(trimmed($0)), line: value.line, column: value.column)
                })
        default: .text(value.text)
        }
    }

    private static func trimmed(_ part: Substring) -> String {
        var part = part
        while part.first == " " { part.removeFirst() }
        while part.last == " " { part.removeLast() }
        return String(part)
    }

    private static func flag(_ value: CSVTable.Value) throws(PlacedError) -> String {
        switch value.text.lowercased() {
        case "yes", "true", "1": "true"
        case "no", "false", "0": "false"
        default: throw value.error("ecm is yes or no")
        }
    }
}
