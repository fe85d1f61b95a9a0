/// Images and text as PDF pages (ISO 32000-1) that the program that draws can read.
enum PlainPDF {
    /// In points: 215 × 297 mm, the paper of a fax machine.
    private static let (paperWidth, paperHeight) = (609, 842)
    private static let margin = 36

    // MARK: - Images

    static func page(image: PNGImage) -> [UInt8] {
        page(
            widthPx: image.widthPx, heightPx: image.heightPx,
            "/ColorSpace /DeviceGray /BitsPerComponent 8", image.grey)
    }

    /// A JPEG as it is: PDF knows its coding.
    static func page(jpeg octets: [UInt8]) throws(DocumentProblem) -> [UInt8] {
        guard let frame = JPEGFrame(octets) else { throw DocumentProblem("is a broken JPEG") }
        guard frame.widthPx * frame.heightPx <= PNGImage.pixelLimit else {
            throw DocumentProblem("is too large: more than \(PNGImage.pixelLimit / 1_000_000) million pixels")
        }
        let colours: String
        switch frame.components {
        case 1: colours = "/DeviceGray"
        case 3: colours = "/DeviceRGB"
        // Adobe's JPEGs of four colours are inverted.
        case 4: colours = "/DeviceCMYK /Decode [1 0 1 0 1 0 1 0]"
        default: throw DocumentProblem("is a JPEG of \(frame.components) colours")
        }
        return page(
            widthPx: frame.widthPx, heightPx: frame.heightPx,
            "/ColorSpace \(colours) /BitsPerComponent 8 /Filter /DCTDecode", octets)
    }

    /// As wide as the paper, unless it would be too long then; at the top.
    private static func page(widthPx: Int, heightPx: Int, _ coding: String, _ octets: [UInt8]) -> [UInt8] {
        let scale = min(Double(paperWidth) / Double(widthPx), Double(paperHeight) / Double(heightPx))
        let (width, height) = (Double(widthPx) * scale, Double(heightPx) * scale)
        let left = (Double(paperWidth) - width) / 2
        let place = "q \(width) 0 0 \(height) \(left) \(Double(paperHeight) - height) cm /I Do Q"
        var file = PDFFile()
        file.add("<< /Type /Catalog /Pages 2 0 R >>")
        file.add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>")
        file.add(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(paperWidth) \(paperHeight)] /Contents 4 0 R "
                + "/Resources << /XObject << /I 5 0 R >> >> >>")
        file.add("<< >>", stream: Array(place.utf8))
        file.add(
            "<< /Type /XObject /Subtype /Image /Width \(widthPx) /Height \(heightPx) \(coding) >>", stream: octets)
        return file.octets
    }

    // MARK: - Text

    private static let columns = 89
    private static let rows = 64

    /// Courier of 10 points, lines folded at 89 characters, 64 to a page; form feeds begin a page. Characters that
    /// Windows-1252 does not have become `?`.
    static func pages(text: String) throws(DocumentProblem) -> [UInt8] {
        let pages = lines(of: text)
        guard !pages.isEmpty else { throw DocumentProblem("holds no text") }
        guard pages.count <= DocumentImport.Limit.pages else {
            throw DocumentProblem("has more than \(DocumentImport.Limit.pages) pages")
        }
        var file = PDFFile()
        file.add("<< /Type /Catalog /Pages 2 0 R >>")
        let kids = pages.indices.map { "\(4 + 2 * $0) 0 R" }.joined(separator: " ")
        file.add("<< /Type /Pages /Count \(pages.count) /Kids [\(kids)] >>")
        file.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
        for (index, lines) in pages.enumerated() {
            file.add(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(paperWidth) \(paperHeight)] "
                    + "/Contents \(5 + 2 * index) 0 R /Resources << /Font << /F 3 0 R >> >> >>")
            file.add("<< >>", stream: content(lines))
        }
        return file.octets
    }

    private static func lines(of text: String) -> [[[UInt8]]] {
        var pages: [[[UInt8]]] = []
        var page: [[UInt8]] = []
        func turn() {
            if !page.isEmpty || !pages.isEmpty { pages.append(page) }
            page = []
        }
        for part in text.split(separator: "\u{0C}", omittingEmptySubsequences: false) {
            for line in part.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
                for folded in fold(line) {
                    if page.count == rows { turn() }
                    page.append(folded)
                }
                if pages.count > DocumentImport.Limit.pages { return pages }
            }
            turn()
        }
        while let last = pages.last, last.allSatisfy(\.isEmpty) { pages.removeLast() }
        return pages
    }

    private static func fold(_ line: Substring) -> [[UInt8]] {
        var octets: [UInt8] = []
        for scalar in line.unicodeScalars {
            if scalar == "\t" {
                octets += [UInt8](repeating: 0x20, count: 8 - octets.count % 8)
            } else {
                octets.append(windows1252(scalar))
            }
        }
        guard octets.count > columns else { return [octets] }
        return stride(from: 0, to: octets.count, by: columns).map {
            Array(octets[$0..<min($0 + columns, octets.count)])
        }
    }

    private static func windows1252(_ scalar: Unicode.Scalar) -> UInt8 {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xFF: UInt8(scalar.value)
        case 0x20AC: 0x80
        case 0x2018: 0x91
        case 0x2019: 0x92
        case 0x201C: 0x93
        case 0x201D: 0x94
        case 0x2013: 0x96
        case 0x2014: 0x97
        default: 0x3F
        }
    }

    private static func content(_ lines: [[UInt8]]) -> [UInt8] {
        var octets = Array("BT /F 10 Tf 12 TL \(margin) \(paperHeight - margin - 10) Td\n".utf8)
        for line in lines {
            octets.append(0x28)
            for octet in line {
                if [0x28, 0x29, 0x5C].contains(octet) { octets.append(0x5C) }
                octets.append(octet)
            }
            octets += Array(") Tj T*\n".utf8)
        }
        return octets + Array("ET".utf8)
    }
}

/// The frame header of a JPEG (ITU-T T.81 B.2.2).
struct JPEGFrame {
    var widthPx: Int
    var heightPx: Int
    var components: Int

    init?(_ octets: [UInt8]) {
        var place = 2
        while octets.count - place >= 10 {
            guard octets[place] == 0xFF else { return nil }
            let marker = octets[place + 1]
            // Fill octets and markers without a length.
            if marker == 0xFF {
                place += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {
                place += 2
                continue
            }
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame {
                heightPx = Int(octets[place + 5]) << 8 | Int(octets[place + 6])
                widthPx = Int(octets[place + 7]) << 8 | Int(octets[place + 8])
                components = Int(octets[place + 9])
                if widthPx == 0 || heightPx == 0 { return nil }
                return
            }
            let length = Int(octets[place + 2]) << 8 | Int(octets[place + 3])
            guard length >= 2 else { return nil }
            place += 2 + length
        }
        return nil
    }
}

/// Numbered objects and the table of where they begin.
private struct PDFFile {
    private var body = Array("%PDF-1.4\n".utf8)
    private var offsets: [Int] = []

    /// `dictionary` ends with `>>`; a stream's length is put into it.
    mutating func add(_ dictionary: String, stream: [UInt8]? = nil) {
        offsets.append(body.count)
        body += Array("\(offsets.count) 0 obj\n".utf8)
        if let stream {
            body += Array((dictionary.dropLast(2) + "/Length \(stream.count) >>\nstream\n").utf8)
            body += stream
            body += Array("\nendstream".utf8)
        } else {
            body += Array(dictionary.utf8)
        }
        body += Array("\nendobj\n".utf8)
    }

    var octets: [UInt8] {
        var table = "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            let digits = String(offset)
            table += String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + " 00000 n \n"
        }
        table += "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R >>\nstartxref\n\(body.count)\n%%EOF\n"
        return body + Array(table.utf8)
    }
}
