import FaxDSP
import FaxWire

/// How a DCS says that pages come (T.30 5.3.6.2, Table 2).
struct ImageSettings: Sendable, Hashable {
    var modem: T38Modem?
    var rateBps: Int?
    var ecm: Bool
    /// Octets of an ECM frame.
    var frameOctets: Int
    /// `MH`, `MR`, `MMR`, `JBIG`, `JPEG`.
    var compression: String
    var resolution: Resolution
    var widthPx: Int

    init(dcs bits: InformationBits) {
        (modem, rateBps) = Self.rate(bits)
        ecm = bits[27]
        frameOctets = bits[28] ? 64 : 256
        compression = Self.compression(bits, ecm: bits[27])
        resolution = Self.resolution(bits)
        widthPx = Self.width(bits, resolution)
    }

    /// Bits 11–14.
    static func rate(_ bits: InformationBits) -> (T38Modem?, Int?) {
        switch bits.value(11, 14) {
        case 0b0000: (.v27ter, 2400)
        case 0b0100: (.v27ter, 4800)
        case 0b1000: (.v29, 9600)
        case 0b1100: (.v29, 7200)
        case 0b0010: (.v33, 14400)
        case 0b0110: (.v33, 12000)
        case 0b0001: (.v17, 14400)
        case 0b0101: (.v17, 12000)
        case 0b1001: (.v17, 9600)
        case 0b1101: (.v17, 7200)
        default: (nil, nil)
        }
    }

    private static func compression(_ bits: InformationBits, ecm: Bool) -> String {
        if bits[68] { return "JPEG" }
        if bits[78] || bits[79] { return "JBIG" }
        if bits[31], ecm { return "MMR" }
        return bits[16] ? "MR" : "MH"
    }

    private static func resolution(_ bits: InformationBits) -> Resolution {
        if bits[106] { return Resolution(x: 1200, y: 1200) }
        if bits[109] { return Resolution(x: 600, y: 1200) }
        if bits[105] { return Resolution(x: 600, y: 600) }
        if bits[108] { return Resolution(x: 400, y: 800) }
        if bits[107] { return Resolution(x: 300, y: 600) }
        if bits[43] { return bits[44] ? Resolution(x: 400, y: 400) : Resolution(x: 408, y: 391) }
        if bits[42] { return Resolution(x: 300, y: 300) }
        if bits[41] { return Resolution(x: 204, y: 391) }
        return Resolution(x: 204, y: bits[15] ? 196 : 98)
    }

    /// Bits 17 and 18: 215, 255 or 303 mm (T.4 §2, §2.1; Table 2 note on pels a line).
    private static func width(_ bits: InformationBits, _ resolution: Resolution) -> Int {
        let base = bits[17] ? 2048 : bits[18] ? 2432 : 1728
        switch resolution.x {
        case 300: return base * 3 / 2
        case 400, 408: return base * 2
        case 600: return base * 3
        case 1200: return base * 6
        default: return base
        }
    }

    var decoderCompression: PageDecoder.Compression? { PageDecoder.Compression(rawValue: compression) }
}
