import FaxDSP

/// Black and white pages of any size as pages of a fax machine.
enum PageFit {
    /// Rows of one page: more is a scroll that nobody's machine takes.
    private static let rowLimit = 20_000

    /// A page that is one already stays as it is. Another is scaled to the width; what it measures in the height follows
    /// from its own resolution, or, where it does not tell, from square pixels.
    static func fit(_ page: PageBitmap, _ form: PageForm = PageForm()) -> PageBitmap {
        form.takesAsIs(page) ? page : scale(page, to: form)
    }

    /// A page of exactly that form.
    static func scale(_ page: PageBitmap, to form: PageForm) -> PageBitmap {
        guard page.widthPx > 0, page.heightPx > 0 else { return page }
        let ratio = page.dpiX > 0 && page.dpiY > 0 ? Double(page.dpiX) / Double(page.dpiY) : 1
        let scale = Double(form.widthPx) / Double(page.widthPx)
        let height = Double(page.heightPx) * scale * ratio * Double(form.dpi.y) / Double(form.dpi.x)
        return Self.scale(page, to: min(max(Int(height.rounded()), 1), rowLimit), form)
    }

    /// A pixel is black where at least half of what it covers is.
    private static func scale(_ page: PageBitmap, to height: Int, _ form: PageForm) -> PageBitmap {
        let width = form.widthPx
        var scaled = PageBitmap(widthPx: width, heightPx: height, dpiX: form.dpi.x, dpiY: form.dpi.y, octets: [])
        scaled.octets = [UInt8](repeating: 0, count: scaled.octetsPerRow * height)
        let columns = (0..<width).map { span($0, of: width, over: page.widthPx) }
        for row in 0..<height {
            let rows = span(row, of: height, over: page.heightPx)
            for column in 0..<width where isBlack(page, rows, columns[column]) {
                scaled.octets[row * scaled.octetsPerRow + column >> 3] |= 0x80 >> UInt8(column & 7)
            }
        }
        return scaled
    }

    private static func span(_ place: Int, of count: Int, over length: Int) -> Range<Int> {
        let start = place * length / count
        return start..<max(start + 1, (place + 1) * length / count)
    }

    private static func isBlack(_ page: PageBitmap, _ rows: Range<Int>, _ columns: Range<Int>) -> Bool {
        var black = 0
        for row in rows {
            let start = row * page.octetsPerRow
            for column in columns where page.octets[start + column >> 3] & (0x80 >> UInt8(column & 7)) != 0 {
                black += 1
            }
        }
        return 2 * black >= rows.count * columns.count
    }
}
