/// A DIS or DTC as the list of capabilities it is (T.30 Table 2, DIS/DTC column).
public struct DigitalIdentification: Sendable, Hashable {
    public var bits: InformationBits

    public init(information: [UInt8]) { bits = InformationBits(information).withinExtension }

    /// `nil`: a reserved combination.
    public var modems: [T38Modem]? { bits.offeredModems }
    public var ecm: Bool { bits[27] }
    public var v8: Bool { bits[6] }
    public var readyToTransmit: Bool { bits[9] }
    public var canReceive: Bool { bits[10] }

    /// Highest rate that the offered modems reach; V.27ter at 0000 is fallback mode (2400 only).
    public var highestRateBps: Int? {
        guard let modems else { return nil }
        if modems.contains(.v17) || modems.contains(.v33) { return 14_400 }
        if modems.contains(.v29) { return 9600 }
        return bits.value(11, 14) == 0 ? 2400 : 4800
    }

    /// Codings the station can receive, simplest first.
    public var compressions: [String] {
        var list = ["MH"]
        if bits[16] { list.append("MR") }
        if bits[31] { list.append("MMR") }
        if bits[78] || bits[79] { list.append("JBIG") }
        if bits[68] || bits[127] { list.append("JPEG") }
        if bits[36] { list.append("T.43") }
        if bits.value(92, 94) != 0 { list.append("T.44") }
        if bits[116] { list.append("T.45") }
        return list
    }

    /// Widths in millimetres (bits 17, 18; 11 is invalid and read as 01).
    public var widthsMm: [Int] {
        switch bits.value(17, 18) {
        case 0b00: [215]
        case 0b10: [215, 255]
        default: [215, 255, 303]
        }
    }

    /// Resolutions in dots per inch, coarsest first; metric names unless only inches are preferred.
    public var resolutions: [String] {
        let inch = bits[44] && !bits[45]
        var list = [inch ? "200x100" : "204x98"]
        if bits[15] { list.append(inch ? "200x200" : "204x196") }
        if bits[41] { list.append(inch ? "200x400" : "204x391") }
        if bits[42] { list.append("300x300") }
        if bits[43] { list.append(inch ? "400x400" : "408x391") }
        if bits[107] { list.append("300x600") }
        if bits[108] { list.append("400x800") }
        if bits[105] { list.append("600x600") }
        if bits[109] { list.append("600x1200") }
        if bits[106] { list.append("1200x1200") }
        return list
    }

    /// Bits 21–23 (T.30 Table 2): milliseconds a line takes at least, at 3.85 and at 7.7 lines/mm.
    public var scanLineTimeMs: (standard: Int, fine: Int) {
        switch bits.value(21, 23) {
        case 0b000: (20, 20)
        case 0b001: (40, 40)
        case 0b010: (10, 10)
        case 0b100: (5, 5)
        case 0b011: (10, 5)
        case 0b110: (20, 10)
        case 0b101: (40, 20)
        default: (0, 0)
        }
    }

    public var fields: [T30Field] {
        var fields: [T30Field] = [
            T30Field(
                name: "modems", bit: 11, value: .list(modems?.map(\.rawValue) ?? ["reserved"]), meaning: "modulations"),
            T30Field(
                name: "highest-rate", bit: 12, value: highestRateBps.map { .number($0) } ?? .text("reserved"),
                meaning: "bits a second that the modulations reach"),
            T30Field(name: "compressions", value: .list(compressions), meaning: "coding schemes"),
            T30Field(name: "resolutions", value: .list(resolutions), meaning: "dots per inch, across x down"),
            T30Field(
                name: "widths", bit: 17, value: .list(widthsMm.map { "\($0) mm" }), meaning: "scan line lengths"),
            T30Field(
                name: "length", bit: 19, value: .text(pageLength(bits.value(19, 20))), meaning: "recording length"),
            T30Field(
                name: "scan-line-time", bit: 21, value: .text("\(scanLineTimeMs.standard)/\(scanLineTimeMs.fine)"),
                meaning: "ms a line at least, at 3.85 and 7.7 lines/mm"),
        ]
        fields += bits.severalBitFields
        fields += table2.filter { bits.reaches($0.bit) && $0.capability != nil }.map {
            T30Field(name: $0.name, bit: $0.bit, value: .flag(bits[$0.bit]), meaning: $0.capability ?? "")
        }
        return fields + bits.misusedBits { $0.capability == nil }
    }
}
