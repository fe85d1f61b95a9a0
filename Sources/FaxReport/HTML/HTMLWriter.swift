/// Builds HTML element by element. Names of elements and attributes are ours alone (`StaticString`); texts and values
/// are made harmless and escaped here and nowhere else.
package struct HTMLWriter {
    package typealias Attributes = KeyValuePairs<StaticString, String>

    package private(set) var text = ""
    /// Where something is put in later, in octets.
    private(set) var gap: Int?

    package init() {}

    /// Characters of one text from a capture; what is longer is cut with `…`.
    private static let textLimit = 1_000

    package mutating func open(_ name: StaticString, _ attributes: Attributes = [:]) {
        text += "<\(name)"
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    /// Blocks end their line; a line feed behind an inline element would be a blank.
    package mutating func close(_ name: StaticString) {
        text += "</\(name)>"
        if !Self.inline.contains("\(name)") { text += "\n" }
    }

    private static let inline: Set = ["a", "b", "button", "code", "dd", "dt", "span", "strong", "td", "th"]

    package mutating func element(_ name: StaticString, _ attributes: Attributes = [:], _ content: String = "") {
        open(name, attributes)
        text += Self.escaped(content)
        close(name)
    }

    package mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], _ body: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        body(&self)
        close(name)
    }

    /// An element without an end, such as `img`.
    package mutating func void(_ name: StaticString, _ attributes: Attributes) { open(name, attributes) }

    package mutating func words(_ content: String) { text += Self.escaped(content) }

    package mutating func image(png: String, alt: String, width: Int, height: Int) {
        // Base64 of our own making needs no escaping, and is long.
        text += "<img src=\"data:image/png;base64,\(png)\" alt=\"\(Self.escaped(alt))\" decoding=\"async\""
        text += " width=\"\(width)\" height=\"\(height)\">"
    }

    /// What was built by this type or holds no text of a capture.
    package mutating func append(raw: String) { text += raw }

    mutating func leaveGap() { gap = text.utf8.count }

    package mutating func append(_ other: HTMLWriter) { text += other.text }

    /// A block of data that no browser runs and no content can end.
    package mutating func data(_ value: JSONValue, _ attributes: Attributes) {
        open("script", attributes)
        text += Self.embedded(value)
        close("script")
    }

    /// JSON in which nothing can be taken for markup, whatever its strings hold.
    static func embedded(_ value: JSONValue) -> String {
        var text = ""
        for scalar in JSONWriter.text(value, style: .line).unicodeScalars {
            switch scalar {
            case "<", ">", "&": text += "\\u00" + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func escaped(_ text: String) -> String { MarkupText.escaped(text, limit: textLimit) }
}
