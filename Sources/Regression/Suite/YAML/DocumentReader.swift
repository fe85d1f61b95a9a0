import FaxDSP
import PlacedText
import Simulator

/// Reads what a suite sends: `{pages: 2, rows: 400}` are pages of ours, `{file: letter.tif}` is a TIFF.
package struct DocumentReader {
    let files: SuiteReader.Files

    package init(files: @escaping SuiteReader.Files) { self.files = files }

    /// Without any: one page of ours, as `faxprobe simulate` sends it.
    package func read(_ value: YAMLValue?) throws(PlacedError) -> [Suite.Document] {
        guard let value else {
            let nothing = YAMLValue(content: .nothing, line: 1, column: 1)
            return [try document("page", nothing)]
        }
        return try SuiteReader.named(value, "documents", in: value, document)
    }

    private func document(_ name: String, _ value: YAMLValue) throws(PlacedError) -> Suite.Document {
        var fields = try FieldReader(value, "a document")
        let file = fields.take("file")
        let pages = try fields.integer("pages", in: 1...1_000)
        let rows = try fields.integer("rows", in: 40...4_300)
        try fields.finish()
        if let file {
            guard pages == nil, rows == nil else { throw file.error("a file has its own pages and rows") }
            return try read(name, file)
        }
        let (pageCount, rowCount) = (pages ?? 1, rows ?? 1_100)
        guard pageCount * rowCount <= Self.rowLimit else {
            throw value.error("a document has at most \(Self.rowLimit) rows in all")
        }
        do {
            let bitmaps = (0..<pageCount).map { TextLikePage(heightPx: rowCount, seed: UInt64($0) + 1).bitmap() }
            return Suite.Document(
                name: name, document: try SimulatedDocument(bitmaps), identity: "pages=\(pageCount) rows=\(rowCount)")
        } catch {
            throw value.error("\(error)")
        }
    }

    static let rowLimit = 200_000

    private func read(_ name: String, _ file: YAMLValue) throws(PlacedError) -> Suite.Document {
        let path = try file.text()
        do {
            let octets = try files(path)
            return Suite.Document(
                name: name, document: try SimulatedDocument(try TIFFDocument.read(octets)),
                identity: "file=\(Digest(octets).text)")
        } catch {
            throw file.error("\(path): \(error)")
        }
    }
}
