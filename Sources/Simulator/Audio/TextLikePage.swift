import FaxCore
import FaxDSP

/// A page that looks like print from afar: lines of words of letter-like marks between margins, a rule, a grey patch. The
/// same seed gives the same page.
public struct TextLikePage: Sendable {
    public var widthPx = 1_728
    public var heightPx: Int
    public var seed: UInt64

    /// Standard resolution: 204 × 98 dots per inch.
    public init(heightPx: Int, seed: UInt64) {
        self.heightPx = max(heightPx, 1)
        self.seed = seed
    }

    private static let lineHeight = 16
    private static let glyph = (width: 12, height: 9)

    public func bitmap() -> PageBitmap {
        var random = SeededRandom(seed: seed)
        var page = PageBitmap(widthPx: widthPx, heightPx: heightPx, dpiX: 204, dpiY: 98, octets: [])
        page.octets = [UInt8](repeating: 0, count: page.octetsPerRow * heightPx)
        for top in stride(from: 20, to: heightPx - 40, by: Self.lineHeight) { drawLine(top, on: &page, &random) }
        for x in 100..<widthPx - 100 { blacken(x, heightPx - 24, on: &page) }
        for y in max(0, heightPx - 16)..<max(0, heightPx - 8) {
            for x in 200..<800 where (x + y) & 3 == 0 { blacken(x, y, on: &page) }
        }
        return page
    }

    private func drawLine(_ top: Int, on page: inout PageBitmap, _ random: inout SeededRandom) {
        let right = widthPx - 120 - Int(random.unit() * 300)
        var x = 120
        while x < right {
            for _ in 0..<2 + Int(random.unit() * 8) {
                drawGlyph(x, top, on: &page, &random)
                x += Self.glyph.width + 3
            }
            x += 14
        }
    }

    /// Two or three strokes in a box.
    private func drawGlyph(_ left: Int, _ top: Int, on page: inout PageBitmap, _ random: inout SeededRandom) {
        for _ in 0..<2 {
            let x = left + Int(random.unit() * Double(Self.glyph.width - 3))
            for y in 0..<Self.glyph.height { for column in x..<x + 3 { blacken(column, top + y, on: &page) } }
        }
        let y = top + Int(random.unit() * Double(Self.glyph.height))
        for x in left..<left + Self.glyph.width { blacken(x, y, on: &page) }
    }

    private func blacken(_ x: Int, _ y: Int, on page: inout PageBitmap) {
        guard (0..<widthPx).contains(x), (0..<heightPx).contains(y) else { return }
        page.octets[y * page.octetsPerRow + x / 8] |= 0x80 >> UInt8(x & 7)
    }
}
