/// Text of a capture in HTML, SVG and other XML 1.0.
package enum MarkupText {
    /// Harmless text in which nothing is markup, in content and in quoted attributes: controls, which XML does not allow,
    /// are shown as escapes.
    package static func escaped(_ text: String, limit: Int) -> String {
        let harmless = TerminalText.harmless(text, limit: limit)
        if harmless.utf8.allSatisfy({ !isMarkup($0) }) { return harmless }
        var shown = ""
        for scalar in harmless.unicodeScalars {
            switch scalar {
            case "&": shown += "&amp;"
            case "<": shown += "&lt;"
            case ">": shown += "&gt;"
            case "\"": shown += "&quot;"
            case "'": shown += "&#39;"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func isMarkup(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
        default: false
        }
    }
}
