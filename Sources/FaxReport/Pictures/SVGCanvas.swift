import Foundation

/// Builds an SVG document element by element. Text and titles are escaped here and nowhere else.
package struct SVGCanvas {
    package private(set) var body = ""

    package enum Anchor: String { case start, middle, end }

    package init() {}

    package mutating func rect(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, title: String? = nil
    ) {
        let place = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        element("rect", "\(place) \(size) class=\"\(style)\"", title: title)
    }

    package mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String, title: String? = nil
    ) {
        let from = "x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\""
        element("line", "\(from) x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\" class=\"\(style)\"", title: title)
    }

    /// Path data of our own making.
    package mutating func path(_ data: String, _ style: String, title: String? = nil) {
        if !data.isEmpty { element("path", "d=\"\(data)\" class=\"\(style)\"", title: title) }
    }

    package mutating func text(_ text: String, _ x: Double, _ y: Double, _ style: String, anchor: Anchor = .start) {
        let side = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        body += "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" class=\"\(style)\"\(side)>"
        body += Self.escaped(text) + "</text>\n"
    }

    /// A PNG whose pixels stay sharp.
    mutating func image(png: [UInt8], _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        let place = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        body += "<image \(place) width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        body += " preserveAspectRatio=\"none\" href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>\n"
    }

    private mutating func element(_ name: String, _ attributes: String, title: String?) {
        if let title {
            body += "<\(name) \(attributes)><title>\(Self.escaped(title))</title></\(name)>\n"
        } else {
            body += "<\(name) \(attributes)/>\n"
        }
    }

    /// The document; `style`: its CSS.
    func document(width: Double, height: Double, title: String, style: String) -> String {
        let size = "\(Self.number(width))"
        let tall = "\(Self.number(height))"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(size)" height="\(tall)" viewBox="0 0 \(size) \(tall)">
            <title>\(Self.escaped(title))</title>
            <style>\(style)</style>
            <rect width="\(size)" height="\(tall)" fill="#ffffff"/>
            \(body)</svg>

            """
    }

    /// One decimal is a tenth of a pixel. What is no number, or off any picture, is 0.
    package static func number(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e7 else { return "0" }
        let tenths = Int((value * 10).rounded())
        if tenths % 10 == 0 { return String(tenths / 10) }
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    /// Characters of one text; what is longer is cut.
    private static let textLimit = 400

    private static func escaped(_ text: String) -> String { MarkupText.escaped(text, limit: textLimit) }
}

/// How wide text comes out, by the widths of DejaVu Sans, the widest of the usual faces.
package enum TextWidth {
    package static func of(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + width($1) } * size
    }

    /// In parts of the type size.
    private static func width(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "'", "|": 0.30
        case " ", ".", ",", ":", ";", "f", "t", "r", "(", ")", "[", "]", "/", "-", "I", "J", "!": 0.40
        case "m", "w", "M", "W", "%", "@", "→", "←", "±", "×", "+", "=", "<", ">": 0.98
        case "A"..."Z": 0.72
        case "a"..."z", "0"..."9": 0.64
        default: scalar.isASCII ? 0.64 : 1.0
        }
    }

    /// Text cut with `…` so that it is no wider than `width`.
    package static func cut(_ text: String, to width: Double, size: Double) -> String {
        if of(text, size: size) <= width { return text }
        var kept = text
        while !kept.isEmpty, of(kept + "…", size: size) > width { kept.removeLast() }
        return kept + "…"
    }
}
