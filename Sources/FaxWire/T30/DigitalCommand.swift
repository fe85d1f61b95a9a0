/// A DCS as the instruction it is (T.30 Table 2, DCS column).
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
        case file = "BFT"
    }

    public var bits: InformationBits

    public init(information: [UInt8]) { bits = InformationBits(information).withinExtension }

    public var modulation: Modulation? { bits.commandedModulation }
    public var ecm: Bool { bits[27] }
    /// Octets of image data in an ECM frame (bit 28).
    public var frameOctets: Int { bits[28] ? 64 : 256 }

    /// What wins where several coding bits are set: the latest coding Table 2 names.
    public var compression: Compression {
        if bits[53] || bits[54] || bits[55] || bits[57] { return .file }
        if bits.value(92, 94) != 0 { return .t44 }
        if bits[116] { return .t45 }
        if bits[127] || bits[68] { return .jpeg }
        if bits[36] { return .t43 }
        if bits[78] || bits[79] { return .jbig }
        // T.6 is only valid with ECM (Table 2, note 9).
        if bits[31], ecm { return .mmr }
        return bits[16] ? .mr : .mh
    }

    /// Dots per inch, across and down; metric resolutions rounded as fax machines do (R8 = 204, 3.85 lines/mm = 98).
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

    /// Millimetres of the scan line (bits 17, 18).
    public var widthMm: Int {
        switch bits.value(17, 18) {
        case 0b10: 255
        case 0b01: 303
        default: 215
        }
    }

    /// Pels a line (T.4 2.2, Table 1 and the higher resolutions of its Annex).
    public var widthPx: Int {
        let column = widthMm == 215 ? 0 : widthMm == 255 ? 1 : 2
        let pels: [Int] =
            switch resolution.x {
            case 100: [864, 1024, 1216]
            case 300: [2592, 3072, 3648]
            case 400, 408: [3456, 4096, 4864]
            case 600: [5184, 6144, 7296]
            case 1200: [10_368, 12_288, 14_592]
            default: [1728, 2048, 2432]
            }
        return pels[column]
    }

    /// Bits 19, 20.
    public var length: String { pageLength(bits.value(19, 20)) }

    /// Bits 21–23: milliseconds a line takes at least; `nil`: reserved.
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

    public var fields: [T30Field] {
        var fields: [T30Field] = [
            T30Field(
                name: "rate", bit: 11, value: .text(modulation?.text ?? "reserved"), meaning: "data signalling rate"),
            T30Field(name: "compression", value: .text(compression.rawValue), meaning: "coding scheme"),
            T30Field(
                name: "resolution", value: .text("\(resolution.x)x\(resolution.y)"),
                meaning: "dots per inch, across x down"),
            T30Field(name: "width", bit: 17, value: .number(widthPx), meaning: "pels a line (\(widthMm) mm)"),
            T30Field(name: "length", bit: 19, value: .text(length), meaning: "recording length"),
        ]
        if let scanLineTimeMs {
            fields.append(
                T30Field(name: "scan-line-time", bit: 21, value: .number(scanLineTimeMs), meaning: "ms a line at least")
            )
        }
        if ecm {
            fields.append(T30Field(name: "frame-octets", bit: 28, value: .number(frameOctets), meaning: "ECM frame"))
        }
        fields += bits.severalBitFields
        fields += table2.filter { bits.reaches($0.bit) && $0.instruction != nil }.map {
            T30Field(name: $0.name, bit: $0.bit, value: .flag(bits[$0.bit]), meaning: $0.instruction ?? "")
        }
        return fields + bits.misusedBits { $0.instruction == nil && !toleratedInCommand.contains($0.bit) }
    }
}

/// Bits that do not count in a DCS whatever they say.
private let toleratedInCommand: Set<Int> = [45, 46]

func pageLength(_ value: Int) -> String {
    switch value {
    case 0b00: "A4 (297 mm)"
    case 0b10: "A4 and B4 (364 mm)"
    case 0b01: "unlimited"
    default: "reserved"
    }
}

extension InformationBits {
    /// Whether the field is long enough to hold the bit.
    func reaches(_ bit: Int) -> Bool { (bit - 1) / 8 < octets.count }

    /// T.44 mode, shared memory and T.89 profile, where set.
    var severalBitFields: [T30Field] {
        var fields: [T30Field] = []
        func add(_ name: String, _ first: Int, _ last: Int, _ meaning: String) {
            let value = value(first, last)
            if value != 0 { fields.append(T30Field(name: name, bit: first, value: .number(value), meaning: meaning)) }
        }
        add("t44-mode", 92, 94, "mixed raster content (T.44) mode")
        add("shared-memory", 117, 118, "shared data memory: 1 = 1 MB, 2 = 2 MB, 3 = unlimited")
        add("t89-profile", 124, 126, "T.88 (JBIG2) profile of T.89")
        return fields
    }

    /// Bits that are 1 where Table 2 wants 0: reserved ones, and those that `forbidden` names.
    func misusedBits(_ forbidden: (Table2Bit) -> Bool) -> [T30Field] {
        var wrong: [T30Field] = []
        var known = Set<Int>()
        for entry in table2 {
            known.insert(entry.bit)
            if self[entry.bit], forbidden(entry) {
                wrong.append(
                    T30Field(
                        name: "misused-bit-\(entry.bit)", bit: entry.bit, value: .flag(true),
                        meaning: "must be 0 in this frame"))
            }
        }
        for range in table2Fields { known.formUnion(range) }
        for bit in 1...InformationBits.lastBit where self[bit] && !known.contains(bit) {
            if bit >= InformationBits.firstExtensionBit, bit % 8 == 0 { continue }
            wrong.append(
                T30Field(name: "reserved-bit-\(bit)", bit: bit, value: .flag(true), meaning: "reserved, must be 0"))
        }
        return wrong
    }
}
