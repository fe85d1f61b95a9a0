extension InformationBits {
    /// Bits as they are sent: `0b1101` as `1101`.
    func binary(_ first: Int, _ last: Int) -> String {
        guard first <= last else { return "" }
        return String((first...last).map { self[$0] ? "1" : "0" })
    }

    /// Mode of T.44 (mixed raster content), bit 92 its least significant; 0: none.
    var mixedRasterMode: Int { (self[92] ? 1 : 0) + (self[93] ? 2 : 0) + (self[94] ? 4 : 0) }

    /// The fields of several bits that DIS and DCS share, where they are not 0.
    var valueFields: [T30Field] {
        var fields: [T30Field] = []
        if mixedRasterMode != 0 {
            fields.append(
                T30Field(
                    name: "mixed-raster-mode", bit: 92, value: .number(mixedRasterMode),
                    meaning: "mode of mixed raster content (T.44)"))
        }
        let memory = ["", "1 MB", "2 MB", "unlimited (32 MB or more)"][value(117, 118)]
        if !memory.isEmpty {
            fields.append(
                T30Field(name: "shared-data-memory", bit: 117, value: .text(memory), meaning: "shared data memory"))
        }
        if let profile = jbig2Profile {
            fields.append(
                T30Field(name: "jbig2-profile", bit: 124, value: .text(profile), meaning: "profile of T.88 (T.89)"))
        }
        return fields
    }

    /// Bits 124–126.
    private var jbig2Profile: String? {
        switch value(124, 126) {
        case 0b000: nil
        case 0b001: "1"
        case 0b010: "2"
        case 0b011: "3"
        case 0b100: "2 and 3"
        default: "reserved \(binary(124, 126))"
        }
    }

    /// Bits that are 1 where Table 2 wants 0: what it reserves, and what `isUnexpected` names.
    func unexpectedBits(_ isUnexpected: (Table2Bit) -> Bool) -> [T30Field] {
        var isKnown = [Bool](repeating: false, count: InformationBits.lastBit + 1)
        for range in table2ValueBits { for bit in range { isKnown[bit] = true } }
        for bit in stride(from: InformationBits.firstExtensionBit, through: InformationBits.lastBit, by: 8) {
            isKnown[bit] = true
        }
        for entry in table2 { isKnown[entry.bit] = !isUnexpected(entry) }
        let last = Swift.min(InformationBits.lastBit, octets.count * 8)
        return (1..<last + 1).filter { self[$0] && !isKnown[$0] }.map {
            T30Field(
                name: "unexpected-bit-\($0)", bit: $0, value: .flag(true), meaning: "Table 2 wants 0 in this signal")
        }
    }
}

/// By bit number; fields of one bit stay in their order.
func inBitOrder(_ fields: [T30Field]) -> [T30Field] {
    fields.enumerated().sorted {
        ($0.element.bit ?? .max, $0.offset) < ($1.element.bit ?? .max, $1.offset)
    }.map(\.element)
}
