/// A DCS: how the pages come (T.30 Table 2, column DCS).
public struct DigitalCommand: Sendable, Hashable {
    public enum Compression: String, Sendable, Hashable {
        case mh = "MH"
        case mr = "MR"
        case mmr = "MMR"
        case jbig = "JBIG"
        case jpeg = "JPEG"
        case t43 = "T.43"
        case t44 = "T.44"
        case t45 = "T.45"
        /// A file instead of an image: BFT, DTM, EDI or BTM.
        case file
    }

    /// As far as the extension bits reach.
    public var bits: InformationBits

    public init(information: [UInt8]) { bits = InformationBits(information).withinExtension }

    /// `nil`: a reserved combination of bits 11–14.
    public var modulation: Modulation? { bits.commandedModulation }
    public var ecm: Bool { bits[27] }
    /// Octets of image data in an ECM frame (bit 28).
    public var frameOctets: Int { bits[28] ? 64 : 256 }

    /// Where several coding bits are set, the one that Table 2 added last.
    public var compression: Compression {
        if bits[53] || bits[54] || bits[55] || bits[57] { return .file }
        if bits.mixedRasterMode != 0 { return .t44 }
        if bits[116] { return .t45 }
        if bits[127] || bits[68] { return .jpeg }
        if bits[36] { return .t43 }
        if bits[78] || bits[79] { return .jbig }
        // T.6 is valid with error correction only.
        if bits[31], ecm { return .mmr }
        return bits[16] ? .mr : .mh
    }

    /// Dots per inch, across and down; metric resolutions rounded as usual (R8 = 204, 3.85 lines/mm = 98).
    public var resolution: (x: Int, y: Int) {
        if bits[106] { return (1200, 1200) }
        if bits[109] { return (600, 1200) }
        if bits[105] { return (600, 600) }
        if bits[108] { return (400, 800) }
        if bits[107] { return (300, 600) }
        if bits[43] { return bits[44] ? (400, 400) : (408, 391) }
        if bits[42] { return (300, 300) }
        if bits[41] { return (204, 391) }
        if bits[98] { return (100, 100) }
        if bits[15] { return bits[44] ? (200, 200) : (204, 196) }
        return (204, 98)
    }

    /// Millimetres of a line (bits 17, 18).
    public var widthMm: Int {
        switch bits.value(17, 18) {
        case 0b10: 255
        case 0b01: 303
        default: 215
        }
    }

    /// Pels a line (T.4 2.1 and its table of higher resolutions).
    public var widthPx: Int {
        let pels: [Int] =
            switch resolution.x {
            case 100: [864, 1024, 1216]
            case 300: [2592, 3072, 3648]
            case 400, 408: [3456, 4096, 4864]
            case 600: [5184, 6144, 7296]
            case 1200: [10_368, 12_288, 14_592]
            default: [1728, 2048, 2432]
            }
        return widthMm == 303 ? pels[2] : widthMm == 255 ? pels[1] : pels[0]
    }

    /// Bits 21–23: milliseconds a line takes at least; `nil`: a reserved combination.
    public var scanLineTimeMs: Int? {
        switch bits.value(21, 23) {
        case 0b000: 20
        case 0b001: 40
        case 0b010: 10
        case 0b100: 5
        case 0b111: 0
        default: nil
        }
    }

    /// Instructions that are listed even when they are 0.
    static let alwaysListed: [Int] = [27]
    /// Bits that Table 2 does not count in a DCS, whatever they say: preference of units, scan time of 15.4 lines/mm.
    static let ignored: [Int] = [45, 46]

    /// The instruction, in bit order.
    public var fields: [T30Field] {
        guard !bits.octets.isEmpty else { return [] }
        let listed = table2.filter { $0.instruction != nil && (bits[$0.bit] || Self.alwaysListed.contains($0.bit)) }
        let flags = listed.map {
            T30Field(name: $0.name, bit: $0.bit, value: .flag(bits[$0.bit]), meaning: $0.instruction ?? "")
        }
        let unexpected = bits.unexpectedBits { $0.instruction == nil && !Self.ignored.contains($0.bit) }
        return inBitOrder(imageFields + bits.valueFields + flags + unexpected)
    }

    private var imageFields: [T30Field] {
        let (x, y) = resolution
        var fields = [
            T30Field(name: "rate", bit: 11, value: .text(rateText), meaning: "modulation and bit/s of the image"),
            T30Field(name: "resolution", bit: 15, value: .text("\(x)x\(y)"), meaning: "dots per inch, across x down"),
            T30Field(name: "compression", bit: 16, value: .text(compression.rawValue), meaning: "coding of the image"),
            T30Field(name: "width", bit: 17, value: .number(widthPx), meaning: "pels a line (\(widthMm) mm)"),
            T30Field(name: "length", bit: 19, value: .text(lengthText), meaning: "recording length"),
        ]
        let time = scanLineTimeMs.map { "\($0) ms" } ?? "reserved \(bits.binary(21, 23))"
        fields.append(
            T30Field(name: "scan-line-time", bit: 21, value: .text(time), meaning: "a line takes at least"))
        if ecm {
            fields.append(
                T30Field(name: "frame-octets", bit: 28, value: .number(frameOctets), meaning: "octets of an ECM frame"))
        }
        return fields
    }

    /// An Internet-aware device that talks T.38 to another leaves bits 11–14 at 0: no modem limits the rate.
    var rateText: String {
        if bits[123], bits.value(11, 14) == 0 { return "not limited (T.38)" }
        return modulation?.text ?? "reserved \(bits.binary(11, 14))"
    }

    /// Bits 19 and 20.
    private var lengthText: String {
        switch bits.value(19, 20) {
        case 0b00: "A4 (297 mm)"
        case 0b10: "B4 (364 mm)"
        case 0b01: "unlimited"
        default: "invalid 11"
        }
    }
}
