import FaxCore
import FaxWire
import Testing

/// T.30 Table 2: DIS, DTC and DCS written by hand, bit by bit.
@Suite("T.30 Table 2")
struct T30BitsTests {
    static func value(_ fields: [T30Field], _ name: String) -> T30Field.Value? {
        fields.first { $0.name == name }?.value
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var bits: [Int]
        var name: String
        var value: T30Field.Value
        var testDescription: String { "\(bits) \(name)" }
    }

    /// 16 octets with these bits set; their extension bits say that they all count.
    static func octets(_ bits: [Int]) -> [UInt8] {
        let extensions = stride(from: 24, through: 120, by: 8)
        return (bits + extensions).reduce(into: [UInt8](repeating: 0, count: 16)) {
            $0[($1 - 1) / 8] |= 1 << UInt8(($1 - 1) % 8)
        }
    }

    static let capabilities: [Row] = [
        Row(bits: [], name: "modems", value: .list(["V.27ter fallback"])),
        Row(bits: [12], name: "modems", value: .list(["V.27ter"])),
        Row(bits: [11], name: "modems", value: .list(["V.29"])),
        Row(bits: [11, 12], name: "modems", value: .list(["V.27ter", "V.29"])),
        Row(bits: [11, 12, 14], name: "modems", value: .list(["V.27ter", "V.29", "V.17"])),
        Row(bits: [13], name: "modems", value: .list(["reserved 0010"])),
        Row(bits: [], name: "highest-rate", value: .number(2400)),
        Row(bits: [12], name: "highest-rate", value: .number(4800)),
        Row(bits: [11, 12, 14], name: "highest-rate", value: .number(14_400)),
        Row(bits: [15, 41], name: "resolutions", value: .list(["204x98", "204x196", "204x391"])),
        Row(bits: [15, 44], name: "resolutions", value: .list(["200x100", "200x200"])),
        Row(bits: [16, 31], name: "compressions", value: .list(["MH", "MR", "MMR"])),
        Row(bits: [78], name: "compressions", value: .list(["MH", "JBIG"])),
        Row(bits: [], name: "widths", value: .list(["215 mm"])),
        Row(bits: [17], name: "widths", value: .list(["215 mm", "255 mm"])),
        Row(bits: [18], name: "widths", value: .list(["215 mm", "255 mm", "303 mm"])),
        Row(bits: [], name: "length", value: .text("A4 (297 mm)")),
        Row(bits: [19], name: "length", value: .text("A4 and B4 (364 mm)")),
        Row(bits: [20], name: "length", value: .text("unlimited")),
        Row(bits: [], name: "scan-line-time", value: .text("20/20 ms")),
        Row(bits: [21], name: "scan-line-time", value: .text("5/5 ms")),
        Row(bits: [22], name: "scan-line-time", value: .text("10/10 ms")),
        Row(bits: [23], name: "scan-line-time", value: .text("40/40 ms")),
        Row(bits: [21, 22], name: "scan-line-time", value: .text("20/10 ms")),
        Row(bits: [22, 23], name: "scan-line-time", value: .text("10/5 ms")),
        Row(bits: [21, 23], name: "scan-line-time", value: .text("40/20 ms")),
        Row(bits: [21, 22, 23], name: "scan-line-time", value: .text("0/0 ms")),
        Row(bits: [92], name: "mixed-raster-mode", value: .number(1)),
        Row(bits: [94], name: "mixed-raster-mode", value: .number(4)),
        Row(bits: [118], name: "shared-data-memory", value: .text("1 MB")),
        Row(bits: [117], name: "shared-data-memory", value: .text("2 MB")),
        Row(bits: [124], name: "jbig2-profile", value: .text("2 and 3")),
        Row(bits: [126], name: "jbig2-profile", value: .text("1")),
        Row(bits: [], name: "ecm", value: .flag(false)),
        Row(bits: [], name: "t6", value: .flag(false)),
        Row(bits: [], name: "fine", value: .flag(false)),
        Row(bits: [], name: "v17", value: .flag(false)),
        Row(bits: [28], name: "unexpected-bit-28", value: .flag(true)),
        Row(bits: [103], name: "unexpected-bit-103", value: .flag(true)),
    ]

    @Test(arguments: capabilities)
    func capability(_ row: Row) {
        let fields = DigitalIdentification(information: Self.octets(row.bits)).fields
        #expect(Self.value(fields, row.name) == row.value)
    }

    static let instructions: [Row] = [
        Row(bits: [], name: "rate", value: .text("V.27ter 2400")),
        Row(bits: [12], name: "rate", value: .text("V.27ter 4800")),
        Row(bits: [11], name: "rate", value: .text("V.29 9600")),
        Row(bits: [11, 12], name: "rate", value: .text("V.29 7200")),
        Row(bits: [14], name: "rate", value: .text("V.17 14400")),
        Row(bits: [12, 14], name: "rate", value: .text("V.17 12000")),
        Row(bits: [11, 14], name: "rate", value: .text("V.17 9600")),
        Row(bits: [11, 12, 14], name: "rate", value: .text("V.17 7200")),
        Row(bits: [11, 12, 13, 14], name: "rate", value: .text("reserved 1111")),
        Row(bits: [123], name: "rate", value: .text("not limited (T.38)")),
        Row(bits: [], name: "resolution", value: .text("204x98")),
        Row(bits: [15], name: "resolution", value: .text("204x196")),
        Row(bits: [15, 44], name: "resolution", value: .text("200x200")),
        Row(bits: [43], name: "resolution", value: .text("408x391")),
        Row(bits: [43, 44], name: "resolution", value: .text("400x400")),
        Row(bits: [106], name: "resolution", value: .text("1200x1200")),
        Row(bits: [], name: "compression", value: .text("MH")),
        Row(bits: [16], name: "compression", value: .text("MR")),
        Row(bits: [27, 31], name: "compression", value: .text("MMR")),
        // T.6 without error correction does not count.
        Row(bits: [31], name: "compression", value: .text("MH")),
        Row(bits: [27, 78], name: "compression", value: .text("JBIG")),
        Row(bits: [], name: "width", value: .number(1728)),
        Row(bits: [17], name: "width", value: .number(2048)),
        Row(bits: [18, 42], name: "width", value: .number(3648)),
        Row(bits: [19], name: "length", value: .text("B4 (364 mm)")),
        Row(bits: [21], name: "scan-line-time", value: .text("5 ms")),
        Row(bits: [21, 22, 23], name: "scan-line-time", value: .text("0 ms")),
        Row(bits: [21, 22], name: "scan-line-time", value: .text("reserved 110")),
        Row(bits: [27], name: "frame-octets", value: .number(256)),
        Row(bits: [27, 28], name: "frame-octets", value: .number(64)),
        Row(bits: [], name: "ecm", value: .flag(false)),
        Row(bits: [6], name: "unexpected-bit-6", value: .flag(true)),
    ]

    @Test(arguments: instructions)
    func instruction(_ row: Row) {
        let fields = DigitalCommand(information: Self.octets(row.bits)).fields
        #expect(Self.value(fields, row.name) == row.value)
    }

    /// Every bit from 1 to 127, alone, is told by a field of its own, and in bit order.
    @Test(arguments: [FacsimileControl.dis, .dtc, .dcs])
    func everyBitIsTold(_ signal: FacsimileControl) {
        let none = T30Frame(lax: [0xFF, 0x13, signal.rawValue] + Self.octets([])).fields
        // The preferred unit and the scan time of 15.4 lines/mm do not count in a DCS.
        let silent: [Int] = signal == .dcs ? [45, 46] : []
        for bit in 1...127 where bit < 24 || bit % 8 != 0 {
            let fields = T30Frame(lax: [0xFF, 0x13, signal.rawValue] + Self.octets([bit])).fields
            #expect((fields != none) == !silent.contains(bit), "bit \(bit)")
            let order = fields.compactMap(\.bit)
            #expect(order == order.sorted(), "bit \(bit)")
        }
    }
}
