import FaxDSP

/// A page made small, in greys, in the shape that its resolution gives it.
enum PageThumbnail {
    static let widthPx = 216
    /// A page longer than four A4 sheets is cut.
    static let heightLimitPx = 1_300
    private static let shades = 32
    private static let palette = (0..<shades).map { shade in
        let level = UInt8(shade * 255 / (shades - 1))
        return (red: level, green: level, blue: level)
    }

    /// Height for a width of ``widthPx``; pixels are square where the resolution is not known.
    static func heightPx(_ page: PageBitmap) -> Int {
        let (across, down) = page.dpiX > 0 && page.dpiY > 0 ? (page.dpiX, page.dpiY) : (1, 1)
        let (numerator, overflow) = (page.heightPx * widthPx).multipliedReportingOverflow(by: across)
        let denominator = max(1, page.widthPx * down)
        return overflow ? heightLimitPx : min(heightLimitPx, max(1, numerator / denominator))
    }

    /// `nil`: an empty page, or no memory.
    static func png(_ page: PageBitmap) -> (octets: [UInt8], heightPx: Int)? {
        guard page.widthPx > 0, page.heightPx > 0, page.octets.count >= page.heightPx * page.octetsPerRow else {
            return nil
        }
        let height = heightPx(page)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(widthPx * height)
        for row in 0..<height {
            let rows = span(row, of: height, over: page.heightPx)
            for column in 0..<widthPx {
                let columns = span(column, of: widthPx, over: page.widthPx)
                pixels.append(shade(page, rows, columns))
            }
        }
        return PNGWriter.octets(pixels: pixels, widthPx: widthPx, palette: palette).map { ($0, height) }
    }

    /// The pixels of a page that one of the small ones stands for; at least one.
    private static func span(_ index: Int, of count: Int, over pixels: Int) -> Range<Int> {
        let start = min(pixels - 1, index * pixels / count)
        return start..<max(start + 1, min(pixels, (index + 1) * pixels / count))
    }

    private static func shade(_ page: PageBitmap, _ rows: Range<Int>, _ columns: Range<Int>) -> UInt8 {
        let (first, last) = (columns.lowerBound / 8, (columns.upperBound - 1) / 8)
        let head = UInt8(0xFF) >> UInt8(columns.lowerBound % 8)
        let tail = UInt8(truncatingIfNeeded: 0xFF << (7 - (columns.upperBound - 1) % 8))
        var black = 0
        for row in rows {
            let start = row * page.octetsPerRow
            for place in first...last {
                var octet = page.octets[start + place]
                if place == first { octet &= head }
                if place == last { octet &= tail }
                black += octet.nonzeroBitCount
            }
        }
        let area = rows.count * columns.count
        return UInt8((area - black) * (shades - 1) / area)
    }
}
