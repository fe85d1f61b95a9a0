import FaxDSP

/// Documents as pages that a fax machine can send: black and white, of a ``PageForm``.
public enum DocumentImport {
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        public var description: String

        init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
    }

    /// What a document may be and cost at most.
    public enum Limit {
        /// Octets of a file.
        public static let octets = 256 << 20
        public static let pages = 500
        /// Octets of a text.
        public static let textOctets = 4 << 20
        /// For drawing all pages.
        public static let time = Duration.seconds(120)
        /// Kilobytes of memory of the program that draws.
        public static let memoryKB = 2 << 20
    }

    /// Every page of a file.
    /// - Throws: ``Failure`` or ``FileOctets/Failure``, each one line with the file's name.
    public static func pages(of path: String, as form: PageForm = PageForm()) throws -> [PageBitmap] {
        let octets = try FileOctets.read(path, limit: Limit.octets)
        guard !octets.isEmpty else { throw Failure(path, "is empty") }
        do throws(DocumentProblem) {
            let pages = try pages(octets, form)
            guard !pages.isEmpty else { throw DocumentProblem("has no pages") }
            guard pages.count <= Limit.pages else { throw DocumentProblem("has more than \(Limit.pages) pages") }
            return pages
        } catch {
            throw Failure(path, error.text)
        }
    }

    /// Every page of a fax that another program received and hands over, at the size that it has there.
    /// - Parameters:
    ///   - octets: TIFF or PDF.
    ///   - name: stands in a failure.
    public static func receivedPages(_ octets: [UInt8], name: String) throws(Failure) -> [PageBitmap] {
        do throws(DocumentProblem) {
            switch DocumentKind(octets) {
            case .tiff:
                do {
                    return try TIFFDocument.read(octets)
                } catch {
                    throw DocumentProblem("\(error)")
                }
            case .pdf: return try PageDrawing.draw(octets, PageForm(), fits: false)
            case .png, .jpeg, .text, .unknown: throw DocumentProblem("is neither TIFF nor PDF")
            }
        } catch {
            throw Failure(name, error.text)
        }
    }

    private static func pages(_ octets: [UInt8], _ form: PageForm) throws(DocumentProblem) -> [PageBitmap] {
        switch DocumentKind(octets) {
        case .tiff:
            do {
                return try TIFFDocument.read(octets).map { PageFit.fit($0, form) }
            } catch {
                throw DocumentProblem("\(error)")
            }
        case .pdf: return try PageDrawing.draw(octets, form)
        case .jpeg: return try PageDrawing.draw(try PlainPDF.page(jpeg: octets), form)
        case .png: return try PageDrawing.draw(try PlainPDF.page(image: PNGImage(octets)), form)
        case .text(let text): return try PageDrawing.draw(try PlainPDF.pages(text: text), form)
        case .unknown: throw DocumentProblem("is no TIFF, PDF, PNG, JPEG or text")
        }
    }
}

/// What is wrong with a document, without its name.
struct DocumentProblem: Error, Equatable {
    var text: String
    init(_ text: String) { self.text = text }
}

/// What a file is, by its first octets.
enum DocumentKind: Equatable {
    case tiff, pdf, png, jpeg, unknown
    case text(String)

    init(_ octets: [UInt8]) {
        let head = octets.prefix(1_024)
        if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
            self = .tiff
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if Self.contains(head, Array("%PDF-".utf8)) {
            self = .pdf
        } else if octets.count <= DocumentImport.Limit.textOctets, let text = Self.text(octets) {
            self = .text(text)
        } else {
            self = .unknown
        }
    }

    private static func contains(_ octets: ArraySlice<UInt8>, _ mark: [UInt8]) -> Bool {
        octets.indices.contains { octets[$0...].starts(with: mark) }
    }

    /// UTF-8 without control characters other than white space.
    private static func text(_ octets: [UInt8]) -> String? {
        guard octets.allSatisfy({ $0 >= 0x20 || [0x09, 0x0A, 0x0C, 0x0D].contains($0) }) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }
}
