import FaxDSP

/// Pages as a PDF (ISO 32000-1), each an image in T.6 coding on a page of the size that its resolution gives.
package enum PDFWriter {
    /// What a resolution that is not known is taken for, dots per inch across and down.
    private static let assumedDPI = (204, 196)

    package static func octets(_ pages: [PageBitmap]) throws(TIFFDocument.Failure) -> [UInt8] {
        var pdf = PDFObjects()
        let first = 3
        let kids = pages.indices.map { "\(first + 3 * $0) 0 R" }.joined(separator: " ")
        pdf.add("<< /Type /Catalog /Pages 2 0 R >>")
        pdf.add("<< /Type /Pages /Count \(pages.count) /Kids [\(kids)] >>")
        for (index, page) in pages.enumerated() {
            let number = first + 3 * index
            let coded = try TIFFDocument.codedPages(TIFFDocument.write([page])).first ?? []
            let width = points(page.widthPx, page.dpiX > 0 ? page.dpiX : assumedDPI.0)
            let height = points(page.heightPx, page.dpiY > 0 ? page.dpiY : assumedDPI.1)
            pdf.add(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] /Contents \(number + 1) 0 R "
                    + "/Resources << /XObject << /P \(number + 2) 0 R >> >> >>")
            pdf.add("<< >>", stream: Array("q \(width) 0 0 \(height) 0 0 cm /P Do Q".utf8))
            pdf.add(
                "<< /Type /XObject /Subtype /Image /Width \(page.widthPx) /Height \(page.heightPx) /BitsPerComponent 1 "
                    + "/ColorSpace /DeviceGray /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns \(page.widthPx) "
                    + "/Rows \(page.heightPx) >> >>", stream: coded)
        }
        return pdf.finished()
    }

    /// 1/72 inch, two decimals.
    private static func points(_ pixels: Int, _ dpi: Int) -> String {
        let hundredths = (pixels * 7200 + dpi / 2) / dpi
        return "\(hundredths / 100)." + String(hundredths % 100).zeroFilled(2)
    }
}

/// Numbered objects and the table of where they begin.
private struct PDFObjects {
    private var octets = Array("%PDF-1.4\n%\u{E2}\u{E3}\n".utf8)
    private var offsets: [Int] = []

    /// `dictionary` ends with `>>`; a stream's length is put into it.
    mutating func add(_ dictionary: String, stream: [UInt8]? = nil) {
        offsets.append(octets.count)
        octets += Array("\(offsets.count) 0 obj\n".utf8)
        if let stream {
            octets += Array((dictionary.dropLast(2) + "/Length \(stream.count) >>\nstream\n").utf8)
            octets += stream
            octets += Array("\nendstream".utf8)
        } else {
            octets += Array(dictionary.utf8)
        }
        octets += Array("\nendobj\n".utf8)
    }

    mutating func finished() -> [UInt8] {
        let start = octets.count
        var table = "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n"
        for offset in offsets { table += String(offset).zeroFilled(10) + " 00000 n \n" }
        table += "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return octets + Array(table.utf8)
    }
}
