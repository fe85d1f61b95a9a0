import FaxDSP

/// Raw portable bitmaps (`P4`), one after the other: what programs that draw pages write.
enum PBMReader {
    /// The pages that are there whole.
    static func pages(_ octets: [UInt8], dpiX: Int, dpiY: Int) -> [PageBitmap] {
        var pages: [PageBitmap] = []
        var place = 0
        while let page = page(octets, &place, dpiX, dpiY) { pages.append(page) }
        return pages
    }

    private static func page(_ octets: [UInt8], _ place: inout Int, _ dpiX: Int, _ dpiY: Int) -> PageBitmap? {
        guard octets.count - place > 2, octets[place] == 0x50, octets[place + 1] == 0x34 else { return nil }
        place += 2
        guard let width = number(octets, &place), let height = number(octets, &place), place < octets.count,
            (1...32_768).contains(width), (1...65_536).contains(height)
        else { return nil }
        place += 1
        var page = PageBitmap(widthPx: width, heightPx: height, dpiX: dpiX, dpiY: dpiY, octets: [])
        let count = page.octetsPerRow * height
        guard octets.count - place >= count else { return nil }
        page.octets = Array(octets[place..<place + count])
        place += count
        let mask = UInt8(truncatingIfNeeded: 0xFF << (page.octetsPerRow * 8 - width))
        for row in 0..<height { page.octets[(row + 1) * page.octetsPerRow - 1] &= mask }
        return page
    }

    /// White space and comments, then digits.
    private static func number(_ octets: [UInt8], _ place: inout Int) -> Int? {
        while place < octets.count, !(0x30...0x39).contains(octets[place]) {
            if octets[place] == 0x23 {
                while place < octets.count, octets[place] != 0x0A { place += 1 }
            } else if ![0x20, 0x09, 0x0A, 0x0D].contains(octets[place]) {
                return nil
            }
            place += 1
        }
        var value = 0
        var digits = 0
        while place < octets.count, (0x30...0x39).contains(octets[place]), digits < 7 {
            value = value * 10 + Int(octets[place] & 0x0F)
            place += 1
            digits += 1
        }
        return digits > 0 ? value : nil
    }
}
