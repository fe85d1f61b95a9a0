/// A DIS or DTC: what a station can do (T.30 Table 2, column DIS/DTC).
public struct DigitalIdentification: Sendable, Hashable {
    /// As far as the extension bits reach.
    public var bits: InformationBits

    public init(information: [UInt8]) { bits = InformationBits(information).withinExtension }

    /// `nil`: a reserved combination of bits 11–14.
    public var modems: [T38Modem]? { bits.offeredModems }
    public var ecm: Bool { bits[27] }
    public var v8: Bool { bits[6] }
    /// A document waits here to be polled.
    public var readyToTransmit: Bool { bits[9] }
    public var canReceive: Bool { bits[10] }

    /// Highest rate of the offered modems in bits a second, without V.34; V.27ter at 0000 is its fallback, 2400 only.
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
        if bits.mixedRasterMode != 0 { list.append("T.44") }
        if bits[116] { list.append("T.45") }
        return list
    }

    /// Millimetres of a line (bits 17, 18; 11 is invalid and read as 01, as Table 2 asks).
    public var widthsMm: [Int] {
        switch bits.value(17, 18) {
        case 0b00: [215]
        case 0b10: [215, 255]
        default: [215, 255, 303]
        }
    }

    /// Resolutions in dots per inch, coarsest first; inch sizes where only those are preferred (bits 44, 45).
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

    /// Bits 21–23: milliseconds a line takes at least, at 3.85 and at 7.7 lines/mm.
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

    /// Capabilities that are listed even when they are missing, so that two stations can be compared.
    static let alwaysListed: [Int] = [15, 16, 27, 31]

    /// Everything set, and of what is not set the main capabilities, in bit order.
    public var fields: [T30Field] {
        guard !bits.octets.isEmpty else { return [] }
        let listed = table2.filter { $0.capability != nil && (bits[$0.bit] || Self.alwaysListed.contains($0.bit)) }
        let flags = listed.map {
            T30Field(name: $0.name, bit: $0.bit, value: .flag(bits[$0.bit]), meaning: $0.capability ?? "")
        }
        let unexpected = bits.unexpectedBits { $0.capability == nil }
        return inBitOrder(modulationFields + imageFields + bits.valueFields + flags + unexpected)
    }

    private var modulationFields: [T30Field] {
        let fallback = bits.value(11, 14) == 0
        let names = modems?.map { fallback ? "\($0.rawValue) fallback" : $0.rawValue }
        let code = "reserved \(bits.binary(11, 14))"
        var fields = [
            T30Field(name: "modems", bit: 11, value: .list(names ?? [code]), meaning: "modulations of the image")
        ]
        if let highestRateBps {
            fields.append(
                T30Field(
                    name: "highest-rate", bit: 11, value: .number(highestRateBps), meaning: "bit/s, V.34 left aside"))
        }
        let v17 = modems?.contains(.v17) ?? false
        fields.append(T30Field(name: "v17", bit: 11, value: .flag(v17), meaning: "V.17 up to 14400 bit/s"))
        return fields
    }

    private var imageFields: [T30Field] {
        let time = scanLineTimeMs
        return [
            T30Field(name: "resolutions", bit: 15, value: .list(resolutions), meaning: "dots per inch, across x down"),
            T30Field(name: "compressions", bit: 16, value: .list(compressions), meaning: "codings of the image"),
            T30Field(name: "widths", bit: 17, value: .list(widthsMm.map { "\($0) mm" }), meaning: "recording widths"),
            T30Field(name: "length", bit: 19, value: .text(lengthText), meaning: "recording length"),
            T30Field(
                name: "scan-line-time", bit: 21, value: .text("\(time.standard)/\(time.fine) ms"),
                meaning: "a line takes at least, at 3.85 and at 7.7 lines/mm"),
        ]
    }

    /// Bits 19 and 20.
    private var lengthText: String {
        switch bits.value(19, 20) {
        case 0b00: "A4 (297 mm)"
        case 0b10: "A4 and B4 (364 mm)"
        case 0b01: "unlimited"
        default: "invalid 11"
        }
    }
}
