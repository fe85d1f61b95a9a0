import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An SVG document as an XML parser reads it.
final class SVGReading: NSObject, XMLParserDelegate {
    /// Names of elements, in order.
    private(set) var elements: [String] = []
    /// What `<text>` elements show, and where.
    private(set) var texts: [(text: String, x: Double, y: Double)] = []
    private(set) var titles: [String] = []
    private(set) var images: [String] = []
    private(set) var classes: [String] = []
    private(set) var attributeNames: Set<String> = []
    private(set) var width = 0.0
    private(set) var height = 0.0
    private var open: [String] = []

    /// `nil` when it is not well-formed.
    init?(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append(name)
        open.append(name)
        attributeNames.formUnion(attributes.keys)
        if name == "svg" { (width, height) = (number(attributes["width"]), number(attributes["height"])) }
        if name == "image" { images.append(attributes["href"] ?? "") }
        if let style = attributes["class"] { classes.append(style) }
        if name == "text" { texts.append(("", number(attributes["x"]), number(attributes["y"]))) }
        if name == "title" { titles.append("") }
    }

    private func number(_ text: String?) -> Double { text.flatMap(Double.init) ?? -1 }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if open.last == "text" { texts[texts.count - 1].text += string }
        if open.last == "title" { titles[titles.count - 1] += string }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { open.removeLast() }
}
