import CZlib
import FaxCore
import FaxDSP

/// Pictures as PNG (ISO/IEC 15948): pages in black and white, others in a palette. A page's pixels are its own, one for
/// one; the `pHYs` chunk says how far apart they are, so that a viewer that heeds it shows a 204×98 page in its right
/// shape.
package enum PNGWriter {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// `nil`: zlib failed (no memory).
    package static func octets(_ page: PageBitmap) -> [UInt8]? {
        guard let data = deflated(scanlines(page), level: Z_BEST_COMPRESSION) else { return nil }
        var png = ByteWriter()
        png.raw(signature)
        // 1 bit a sample, greyscale.
        header(page.widthPx, page.heightPx, depth: 1, colour: 0, &png)
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

    /// A picture in the colours of a palette, one octet a pixel, row by row. `nil`: zlib failed (no memory).
    static func octets(pixels: [UInt8], widthPx: Int, palette: [(red: UInt8, green: UInt8, blue: UInt8)]) -> [UInt8]? {
        precondition(widthPx > 0 && pixels.count % widthPx == 0 && (1...256).contains(palette.count))
        var lines: [UInt8] = []
        lines.reserveCapacity(pixels.count + pixels.count / widthPx)
        for start in stride(from: 0, to: pixels.count, by: widthPx) {
            lines.append(0)
            lines.append(contentsOf: pixels[start..<start + widthPx])
        }
        guard let data = deflated(lines, level: Z_DEFAULT_COMPRESSION) else { return nil }
        var png = ByteWriter()
        png.raw(signature)
        header(widthPx, pixels.count / widthPx, depth: 8, colour: 3, &png)
        chunk("PLTE", palette.flatMap { [$0.red, $0.green, $0.blue] }, &png)
        chunk("IDAT", data, &png)
        chunk("IEND", [], &png)
        return png.bytes
    }

    private static func header(_ width: Int, _ height: Int, depth: UInt8, colour: UInt8, _ png: inout ByteWriter) {
        var header = ByteWriter()
        header.u32(UInt32(clamping: width))
        header.u32(UInt32(clamping: height))
        // Deflate, adaptive filters, not interlaced.
        header.raw([depth, colour, 0, 0, 0])
        chunk("IHDR", header.bytes, &png)
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

    private static func deflated(_ octets: [UInt8], level: Int32) -> [UInt8]? {
        var size = compressBound(uLong(octets.count))
        var data = [UInt8](repeating: 0, count: Int(size))
        guard compress2(&data, &size, octets, uLong(octets.count), level) == Z_OK else { return nil }
        return Array(data.prefix(Int(size)))
    }

    private static func chunk(_ type: String, _ data: [UInt8], _ png: inout ByteWriter) {
        let body = Array(type.utf8) + data
        png.u32(UInt32(clamping: data.count))
        png.raw(body)
        png.u32(UInt32(truncatingIfNeeded: crc32(0, body, uInt(body.count))))
    }
}
