import FaxCore
import FaxDSP
import Foundation

/// Pages drawn from a seed: margins, lines of letter-like marks, a rule and a grey patch.
enum PageSamples {
    static func page(widthPx: Int = 1728, heightPx: Int = 220, seed: UInt64 = 1) -> PageBitmap {
        var random = SeededRandom(seed: seed)
        let octetsPerRow = (widthPx + 7) / 8
        var page = PageBitmap(
            widthPx: widthPx, heightPx: heightPx, dpiX: 204, dpiY: 98,
            octets: [UInt8](repeating: 0, count: octetsPerRow * heightPx))
        func set(_ x: Int, _ y: Int) {
            if x < widthPx && y < heightPx { page.octets[y * octetsPerRow + x / 8] |= 0x80 >> UInt8(x % 8) }
        }
        for top in stride(from: 10, to: heightPx - 20, by: 24) {
            var x = 40
            while x < widthPx - 60 {
                let width = 3 + Int(random.next() % 20)
                for y in top..<top + 4 + Int(random.next() % 10) { for column in x..<x + width { set(column, y) } }
                x += width + 2 + Int(random.next() % 30)
            }
        }
        for x in 0..<widthPx { set(x, heightPx / 2) }
        for y in heightPx - 15..<heightPx - 5 { for x in 0..<widthPx where random.chance(0.4) { set(x, y) } }
        return page
    }

    /// The coded rows as libtiff writes them, with the RTC that it leaves out (T.4 §4.1.4).
    static func coded(_ page: PageBitmap, _ compression: PageDecoder.Compression) throws -> [UInt8] {
        let codings: [PageDecoder.Compression: TIFFDocument.Coding] = [.mh: .mh, .mr: .mr, .mmr: .mmr]
        let document = try TIFFDocument.write([page], coding: codings[compression] ?? .mmr)
        let rows = try TIFFDocument.codedPages(document).first ?? []
        switch compression {
        case .mh: return rows + [UInt8](repeating: 0, count: 2) + (0..<3).flatMap { _ in [0x00, 0x10, 0x01] }
        case .mr: return rows + [UInt8](repeating: 0, count: 2) + (0..<6).flatMap { _ in [0x00, 0x18] }
        case .mmr: return rows
        }
    }

    static func decode(_ octets: [UInt8], _ compression: PageDecoder.Compression, _ page: PageBitmap) -> DecodedPage? {
        PageDecoder.decode(
            octets, compression: compression, bitOrder: .mostSignificantFirst, widthPx: page.widthPx, dpiX: page.dpiX,
            dpiY: page.dpiY)
    }

    static func bitsReversed(_ octets: [UInt8]) -> [UInt8] {
        octets.map { octet in (0..<8).reduce(UInt8(0)) { $0 << 1 | octet >> UInt8($1) & 1 } }
    }

    static func scratchPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString).tif").path
    }
}
