/// Text of a capture in Markdown.
package enum Markdown {
    /// Nothing in it is markup, a link, a mention or an end of a table's cell. What would become a link or a mention by
    /// itself is broken by a comment, which is not shown.
    package static func escaped(_ text: String) -> String {
        var shown = ""
        var before: Unicode.Scalar = " "
        for scalar in TerminalText.harmless(text, limit: 600).unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "_", "{", "}", "[", "]", "#", "!", "|", "~": shown += "\\\(scalar)"
            case "<": shown += "&lt;"
            case ">": shown += "&gt;"
            case "&": shown += "&amp;"
            case "@" where !before.properties.isAlphabetic && before.properties.numericType == nil: shown += "@<!-- -->"
            case "/" where before == ":": shown += "<!-- -->/"
            default: shown.unicodeScalars.append(scalar)
            }
            before = scalar
        }
        return shown
    }

    /// A code span that can stand in a table's cell; a backtick, which would end it, is shown as `'`.
    package static func code(_ text: String, limit: Int = 80) -> String {
        let plain = TerminalText.harmless(text, limit: limit).replacing("`", with: "'").replacing("|", with: "\\|")
        return plain.isEmpty ? "" : "`\(plain)`"
    }

    /// A block of lines that no line can end: each is indented by four blanks.
    package static func block(_ lines: [String]) -> String { lines.map { "    " + $0 + "\n" }.joined() }
}
