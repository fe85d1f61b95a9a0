/// Writes ``JSONValue`` as UTF-8 text (RFC 8259).
public struct JSONWriter: Sendable {
    public enum Style: Sendable {
        /// One line, for JSON Lines.
        case line
        /// Two blanks a level; arrays and objects without nested ones stay on one line when they are short.
        case indented
    }

    private static let shortOctets = 100
    private let style: Style
    private var text = ""

    private init(_ style: Style) {
        self.style = style
    }

    public static func text(_ value: JSONValue, style: Style) -> String {
        var writer = JSONWriter(style)
        writer.write(value, level: 0)
        return writer.text
    }

    private mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .decimal(let digits): text += digits
        case .string(let string): writeString(string)
        case .array(let values):
            writeList("[", values, "]", value, level) { writer, item in writer.write(item, level: level + 1) }
        case .object(let members):
            writeList("{", members, "}", value, level) { writer, member in
                writer.writeString(member.name)
                writer.text += writer.style == .line ? ":" : ": "
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func writeList<Item>(
        _ open: String, _ items: [Item], _ close: String, _ whole: JSONValue, _ level: Int,
        _ writeItem: (inout JSONWriter, Item) -> Void
    ) {
        let isOneLine = style == .line || Self.isShort(whole)
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += style == .line ? "," : isOneLine ? ", " : "," }
            if !isOneLine { newLine(level + 1) }
            writeItem(&self, item)
        }
        if !isOneLine { newLine(level) }
        text += close
    }

    private mutating func newLine(_ level: Int) {
        text += "\n"
        text += String(repeating: "  ", count: level)
    }

    /// Nothing nested (but empty or short lists of scalars) and few octets.
    private static func isShort(_ value: JSONValue) -> Bool {
        var left = shortOctets
        return fits(value, &left, depth: 0)
    }

    private static func fits(_ value: JSONValue, _ left: inout Int, depth: Int) -> Bool {
        switch value {
        case .null, .bool: left -= 5
        case .integer: left -= 8
        case .decimal(let digits): left -= digits.utf8.count
        case .string(let string): left -= string.utf8.count + 4
        case .array(let values):
            if depth > 1 { return false }
            for item in values where !fits(item, &left, depth: depth + 1) { return false }
        case .object(let members):
            if depth > 1 { return false }
            for member in members {
                left -= member.name.utf8.count + 6
                if left < 0 || !fits(member.value, &left, depth: depth + 1) { return false }
            }
        }
        return left >= 0
    }

    private mutating func writeString(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                // Controls as RFC 8259 §7 demands, and DEL, C1 and line separators for the sake of terminals.
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    || (0x2028...0x202E).contains(scalar.value)
                {
                    let hex = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
