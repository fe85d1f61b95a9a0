/// Cells of CSV (RFC 4180).
package enum CSVText {
    /// Text from outside: harmless, and nothing that a spreadsheet would run.
    package static func cell(_ text: String) -> String { quoted(guarded(TerminalText.harmless(text, limit: 400))) }

    /// Text that a spreadsheet would run begins with an apostrophe instead, which it takes for "this is text".
    static func guarded(_ text: String) -> String {
        switch text.first {
        case "=", "+", "-", "@", "|", "%", "\t", "\r": "'" + text
        default: text
        }
    }

    package static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
