import CZlib
import FaxCore
import FaxDSP

/// A page as a black and white PNG (ISO/IEC 15948). Its pixels are the page's own, one for one; the `pHYs` chunk says
/// how far apart they are, so that a viewer that heeds it shows a 204×98 page in its right shape.
enum PNGWriter {
    /// `nil`: zlib failed (no memory).
    static func octets(_ page: PageBitmap) -> [UInt8]? {
        guard let data = deflated(scanlines(page)) else { return nil }
        var png = ByteWriter()
        png.raw([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var header = ByteWriter()
        header.u32(UInt32(clamping: page.widthPx))
        header.u32(UInt32(clamping: page.heightPx))
        // 1 bit a sample, greyscale, deflate, adaptive filters, not interlaced.
        header.raw([1, 0, 0, 0, 0])
        chunk("IHDR", header.bytes, &png)
        if page.dpiX > 0 && page.dpiY > 0 {
            var size = ByteWriter()
            size.u32(perMetre(page.dpiX))
            size.u32(perMetre(page.dpiY))
            size.u8(1)
            chunk("pHYs", size.bytes, &png)
        }
        chunk("IDAT", data, &png)
        chunk("IEND", [], &png)
        return png.bytes
    }

    private static func perMetre(_ dpi: Int) -> UInt32 { UInt32(clamping: Int((Double(dpi) / 0.0254).rounded())) }

    /// Each row after a filter octet (0: none), black as 0.
    private static func scanlines(_ page: PageBitmap) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity((page.octetsPerRow + 1) * page.heightPx)
        for row in 0..<page.heightPx {
            lines.append(0)
            let start = row * page.octetsPerRow
            lines.append(contentsOf: page.octets[start..<start + page.octetsPerRow].lazy.map { ~$0 })
        }
        return lines
    }

    private static func deflated(_ octets: [UInt8]) -> [UInt8]? {
        var size = compressBound(uLong(octets.count))
        var data = [UInt8](repeating: 0, count: Int(size))
        guard compress2(&data, &size, octets, uLong(octets.count), Z_BEST_COMPRESSION) == Z_OK else { return nil }
        return Array(data.prefix(Int(size)))
    }

    private static func chunk(_ type: String, _ data: [UInt8], _ png: inout ByteWriter) {
        let body = Array(type.utf8) + data
        png.u32(UInt32(clamping: data.count))
        png.raw(body)
        png.u32(UInt32(truncatingIfNeeded: crc32(0, body, uInt(body.count))))
    }
}
