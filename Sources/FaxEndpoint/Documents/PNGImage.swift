import CZlib

/// A PNG (ISO/IEC 15948) as grey pixels on white paper. Interlaced ones are refused.
struct PNGImage {
    let widthPx: Int
    let heightPx: Int
    /// A pixel an octet, 255 = white.
    private(set) var grey: [UInt8] = []

    static let pixelLimit = 100_000_000

    private enum Colour: UInt8 {
        case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgba = 6

        var samples: Int {
            switch self {
            case .grey, .palette: 1
            case .greyAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }
    }

    private let colour: Colour
    private let depth: Int
    /// Grey of each entry of the palette.
    private var palette: [UInt8] = []

    init(_ octets: [UInt8]) throws(DocumentProblem) {
        guard octets.count > 33, octets[12..<16].elementsEqual("IHDR".utf8) else { throw Self.broken }
        let (width, height) = (Self.number(octets, 16), Self.number(octets, 20))
        guard (1...65_535).contains(width), (1...65_535).contains(height), width * height <= Self.pixelLimit else {
            throw DocumentProblem("is too large: more than \(Self.pixelLimit / 1_000_000) million pixels")
        }
        guard let colour = Colour(rawValue: octets[25]), [1, 2, 4, 8, 16].contains(octets[24]),
            colour == .grey || octets[24] >= 8 || colour == .palette, !(colour == .palette && octets[24] == 16)
        else { throw Self.broken }
        guard octets[28] == 0 else { throw DocumentProblem("is an interlaced PNG, which is not read") }
        (widthPx, heightPx, self.colour, depth) = (width, height, colour, Int(octets[24]))
        let data = try readChunks(octets)
        try read(rows: Self.inflate(data, octetCount: height * (octetsPerRow + 1)))
    }

    private static let broken = DocumentProblem("is a broken PNG")

    private static func number(_ octets: [UInt8], _ place: Int) -> Int {
        octets[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    private var octetsPerRow: Int { (widthPx * colour.samples * depth + 7) / 8 }

    /// The coded rows of all IDAT chunks; palette and its transparency on the way.
    private mutating func readChunks(_ octets: [UInt8]) throws(DocumentProblem) -> [UInt8] {
        var data: [UInt8] = []
        var place = 8
        while octets.count - place >= 12 {
            let length = Self.number(octets, place)
            guard length <= octets.count - place - 12 else { break }
            let content = octets[place + 8..<place + 8 + length]
            switch String(decoding: octets[place + 4..<place + 8], as: UTF8.self) {
            case "PLTE": readPalette(Array(content))
            case "tRNS" where colour == .palette: readTransparency(Array(content))
            case "IDAT": data += content
            case "IEND": return data
            default: break
            }
            place += 12 + length
        }
        throw Self.broken
    }

    private mutating func readPalette(_ content: [UInt8]) {
        palette = (0..<min(content.count / 3, 256)).map {
            Self.luma(content[$0 * 3], content[$0 * 3 + 1], content[$0 * 3 + 2])
        }
    }

    private mutating func readTransparency(_ content: [UInt8]) {
        for (place, alpha) in content.prefix(palette.count).enumerated() {
            palette[place] = Self.onWhite(palette[place], alpha)
        }
    }

    /// ITU-R BT.601.
    private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum: Int = 299 * Int(red) + 587 * Int(green) + 114 * Int(blue)
        return UInt8((sum + 500) / 1_000)
    }

    private static func onWhite(_ grey: UInt8, _ alpha: UInt8) -> UInt8 {
        let (grey, alpha) = (Int(grey), Int(alpha))
        let sum: Int = grey * alpha + 255 * (255 - alpha)
        return UInt8((sum + 127) / 255)
    }

    private static func inflate(_ data: [UInt8], octetCount: Int) throws(DocumentProblem) -> [UInt8] {
        var rows = [UInt8](repeating: 0, count: octetCount)
        var length = uLongf(octetCount)
        let status = rows.withUnsafeMutableBufferPointer { target in
            data.withUnsafeBufferPointer { uncompress(target.baseAddress, &length, $0.baseAddress, uLong($0.count)) }
        }
        guard status == Z_OK, Int(length) == octetCount else { throw broken }
        return rows
    }

    // MARK: - Rows

    private mutating func read(rows: [UInt8]) throws(DocumentProblem) {
        grey.reserveCapacity(widthPx * heightPx)
        var above = [UInt8](repeating: 0, count: octetsPerRow)
        for row in 0..<heightPx {
            let start = row * (octetsPerRow + 1)
            var line = Array(rows[start + 1..<start + 1 + octetsPerRow])
            guard Self.unfilter(&line, rows[start], above, step: max(1, colour.samples * depth / 8)) else {
                throw Self.broken
            }
            for column in 0..<widthPx { grey.append(pixel(line, column)) }
            above = line
        }
    }

    /// §9: each octet was written as its difference from a forecast.
    private static func unfilter(_ line: inout [UInt8], _ kind: UInt8, _ above: [UInt8], step: Int) -> Bool {
        guard kind <= 4 else { return false }
        if kind == 0 { return true }
        for place in line.indices {
            let left = place >= step ? line[place - step] : 0
            let corner = place >= step ? above[place - step] : 0
            let forecast: UInt8 =
                switch kind {
                case 1: left
                case 2: above[place]
                case 3: UInt8((Int(left) + Int(above[place])) / 2)
                default: paeth(Int(left), Int(above[place]), Int(corner))
                }
            line[place] &+= forecast
        }
        return true
    }

    private static func paeth(_ left: Int, _ above: Int, _ corner: Int) -> UInt8 {
        let sum = left + above - corner
        let (toLeft, toAbove, toCorner) = (abs(sum - left), abs(sum - above), abs(sum - corner))
        return UInt8(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner)
    }

    private func pixel(_ line: [UInt8], _ column: Int) -> UInt8 {
        // Of 16 bits the upper eight will do.
        let stride = depth == 16 ? 2 : 1
        let place = column * colour.samples * stride
        switch colour {
        case .grey where depth < 8: return UInt8(packed(line, column) * 255 / ((1 << depth) - 1))
        case .grey: return line[place]
        case .palette:
            let entry = depth < 8 ? packed(line, column) : Int(line[place])
            return entry < palette.count ? palette[entry] : 255
        case .greyAlpha: return Self.onWhite(line[place], line[place + stride])
        case .rgb: return Self.luma(line[place], line[place + stride], line[place + 2 * stride])
        case .rgba:
            let luma = Self.luma(line[place], line[place + stride], line[place + 2 * stride])
            return Self.onWhite(luma, line[place + 3 * stride])
        }
    }

    private func packed(_ line: [UInt8], _ column: Int) -> Int {
        let bit = column * depth
        return Int(line[bit >> 3]) >> (8 - depth - bit & 7) & ((1 << depth) - 1)
    }
}
