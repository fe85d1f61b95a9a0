import FaxDSP
import PcapDecode
import T30Analyzer

/// The folder of `--pages`: what a call sent, as files whose names are ours alone.
public struct PageFolder: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case tiff, pdf, png
    }

    public typealias Failure = OutputFolder.Failure

    private let folder: OutputFolder
    private let formats: [Format]

    /// Makes the folder when it is missing.
    public init(path: String, formats: [Format], overwrites: Bool) throws(Failure) {
        folder = try OutputFolder(path: path, overwrites: overwrites)
        self.formats = formats.isEmpty ? [.tiff] : formats
    }

    /// Writes the pages of a call. `prefix`: put before the names when several captures go into one folder.
    /// Returns the picture of each page by its number, such as `call-1.tif#1`.
    public func write(_ analyzed: AnalyzedCall, prefix: String = "") throws(Failure) -> [Int: String] {
        let pages = analyzed.fax.pages.compactMap { page in
            page.image.flatMap { $0.heightPx > 0 ? (page.number, $0) : nil }
        }
        let name = "\(prefix)call-\(analyzed.call.id)"
        var images: [Int: String] = [:]
        if !pages.isEmpty {
            for format in formats.reversed() { try write(pages, name, format, &images) }
        }
        for page in analyzed.fax.pages {
            guard page.image == nil, let data = page.rawData, !data.isEmpty else { continue }
            let file = "\(name)-page-\(page.number).\(Self.rawSuffix(page.compression))"
            try folder.put(data, file)
            images[page.number] = file
        }
        return images
    }

    private static func rawSuffix(_ compression: String?) -> String { compression == "JBIG" ? "jbg" : "bin" }

    private func write(
        _ pages: [(Int, PageBitmap)], _ name: String, _ format: Format, _ images: inout [Int: String]
    ) throws(Failure) {
        switch format {
        case .tiff, .pdf:
            let file = format == .tiff ? "\(name).tif" : "\(name).pdf"
            try folder.put(try coded(pages.map(\.1), format, file), file)
            for (index, page) in pages.enumerated() { images[page.0] = "\(file)#\(index + 1)" }
        case .png:
            for (number, page) in pages {
                let file = "\(name)-page-\(number).png"
                guard let octets = PNGWriter.octets(page) else { throw Failure(description: "\(file): no memory") }
                try folder.put(octets, file)
                images[number] = file
            }
        }
    }

    private func coded(_ pages: [PageBitmap], _ format: Format, _ file: String) throws(Failure) -> [UInt8] {
        do {
            return format == .tiff ? try TIFFDocument.write(pages) : try PDFWriter.octets(pages)
        } catch {
            throw Failure(description: "\(file): \(error)")
        }
    }
}
