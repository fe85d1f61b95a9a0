import Foundation
import FoundationXML

/// The elements of an XML document that hold text and no elements, in their order. External entities are not followed; size,
/// depth and number are limited.
struct XMLLeaves {
    struct Leaf: Equatable {
        /// Names of the elements around it, the root first, its own last.
        var path: [String]
        var attributes: [String: String]
        var text: String

        var name: String { path.last ?? "" }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static let sizeLimit = 8 << 20
    static let leafLimit = 50_000
    static let depthLimit = 32

    let root: String
    let leaves: [Leaf]

    init(_ octets: [UInt8]) throws(Failure) {
        guard octets.count <= Self.sizeLimit else {
            throw Failure(description: "XML of \(octets.count) octets: \(Self.sizeLimit) are read at most")
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(octets))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        let isWhole = parser.parse()
        if let problem = reader.problem { throw Failure(description: problem) }
        // The parser is content with a document that was cut off.
        guard isWhole, reader.isClosed, let root = reader.root else {
            let place = parser.lineNumber > 0 ? ", line \(parser.lineNumber)" : ""
            throw Failure(description: "no well-formed XML\(place)")
        }
        self.root = root
        leaves = reader.leaves
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var root: String?
        var leaves: [Leaf] = []
        var problem: String?
        var isClosed: Bool { open.isEmpty }
        private var open: [(name: String, attributes: [String: String], text: String, hasElements: Bool)] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) {
            if root == nil { root = name }
            if let last = open.indices.last { open[last].hasElements = true }
            open.append((name, attributes, "", false))
            if open.count > XMLLeaves.depthLimit {
                stop(parser, "XML with elements more than \(XMLLeaves.depthLimit) deep")
            }
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if let last = open.indices.last { open[last].text += text }
        }

        func parser(_ parser: XMLParser, foundCDATA block: Data) {
            if let last = open.indices.last { open[last].text += String(decoding: block, as: UTF8.self) }
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            let path = open.map(\.name)
            guard let element = open.popLast(), !element.hasElements else { return }
            guard leaves.count < XMLLeaves.leafLimit else {
                return stop(parser, "XML with more than \(XMLLeaves.leafLimit) values")
            }
            leaves.append(Leaf(path: path, attributes: element.attributes, text: element.text.trimmed))
        }

        private func stop(_ parser: XMLParser, _ reason: String) {
            if problem == nil { problem = reason }
            parser.abortParsing()
        }
    }
}
