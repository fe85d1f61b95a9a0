/// Text for a terminal: colour only where the holder allows it, and what comes from a capture made harmless.
public struct TerminalText: Sendable {
    public var usesColour: Bool

    public init(usesColour: Bool) {
        self.usesColour = usesColour
    }

    public enum Tone: String, Sendable {
        case good = "32"
        case bad = "31"
        case doubtful = "33"
        case quiet = "2"
        case strong = "1"
    }

    public func toned(_ text: String, _ tone: Tone) -> String {
        usesColour ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Controls, escape sequences and bidirectional overrides shown as `\x1b` or `\u{202e}`; at most `limit` characters.
    public static func harmless(_ text: String, limit: Int = 200) -> String {
        if text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count >= limit { return shown + "…" }
            count += 1
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .unassigned, .privateUse:
                let hex = String(scalar.value, radix: 16)
                shown += scalar.value < 0x100 ? "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex : "\\u{\(hex)}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

/// Columns as wide as their widest cell.
struct TextTable {
    enum Side { case left, right }

    var headings: [(String, Side)]
    var rows: [[String]] = []

    init(_ headings: [(String, Side)]) {
        self.headings = headings
    }

    /// Lines without trailing blanks.
    func lines(indent: Int) -> [String] {
        let cells = [headings.map(\.0)] + rows
        let widths = headings.indices.map { column in
            cells.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return cells.map { row in
            let padded = zip(row, widths).enumerated().map { column, pair in
                pair.0.padded(to: pair.1, headings[column].1 == .right)
            }
            return (String(repeating: " ", count: indent) + padded.joined(separator: "  ")).trimmedEnd
        }
    }
}

extension String {
    func padded(to width: Int, _ isRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - count))
        return isRight ? blanks + self : self + blanks
    }

    var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
