/// The information of an NSF, NSC or NSS: a T.35 country code, a provider code, and what that maker chose to say
/// (T.30 5.3.6.2.7; T.35).
public struct NonStandardFacilities: Sendable, Hashable {
    /// T.35 country or area, `nil` unknown.
    public var country: String?
    /// `nil`: not in the table of makers.
    public var vendor: String?
    public var providerCode: [UInt8]
    /// A name or number in plain characters, where one of four or more stands in the field.
    public var stationText: String?

    public init(information: [UInt8]) {
        // Some makers send the country code with its bits the other way round.
        let forward = Self.countries[information.first ?? 0xFF]
        country = forward ?? information.first.flatMap { Self.countries[Self.reversed($0)] }
        providerCode = Array(information.dropFirst().prefix(2))
        let known = Self.makers.first { information.starts(with: $0.code) }
        vendor = known?.name
        stationText = Self.longestText(information.dropFirst(3), isReversed: known?.textIsReversed ?? false)
    }

    public var fields: [T30Field] {
        var fields = [
            T30Field(name: "country", value: .text(country ?? "unknown"), meaning: "country or area (T.35)"),
            T30Field(name: "provider-code", value: .text(hexadecimal(providerCode)), meaning: "provider code (T.35)"),
        ]
        if let vendor { fields.append(T30Field(name: "vendor", value: .text(vendor), meaning: "maker")) }
        if let stationText {
            fields.append(T30Field(name: "station-text", value: .text(stationText), meaning: "plain text in the field"))
        }
        return fields
    }

    /// Fewer characters than these are taken for chance.
    static let shortestText = 4

    private static func longestText(_ octets: ArraySlice<UInt8>, isReversed: Bool) -> String? {
        var best: ArraySlice<UInt8> = []
        for run in octets.split(whereSeparator: { $0 < 0x20 || $0 > 0x7E }) where run.count > best.count { best = run }
        let text = Identification.trimmed(isReversed ? Array(best.reversed()) : Array(best))
        guard text.count >= shortestText, Set(text).count > 1 else { return nil }
        return Identification.escaped(text)
    }

    private static func reversed(_ octet: UInt8) -> UInt8 {
        (0..<8).reduce(UInt8(0)) { $0 | (octet >> UInt8($1) & 1) << UInt8(7 - $1) }
    }

    /// T.35 Annex A, those that fax machines show.
    static let countries: [UInt8: String] = [
        0x00: "Japan", 0x04: "Germany", 0x09: "Australia", 0x0A: "Austria", 0x0F: "Belgium", 0x16: "Brazil",
        0x20: "Canada", 0x26: "China", 0x31: "Denmark", 0x3C: "Finland", 0x3D: "France", 0x42: "Germany",
        0x50: "Hong Kong", 0x51: "Hungary", 0x53: "India", 0x58: "Israel", 0x59: "Italy", 0x61: "Korea",
        0x7B: "Netherlands", 0x7E: "New Zealand", 0x82: "Norway", 0x8B: "Portugal", 0x9C: "Singapore",
        0x9F: "South Africa",
        0xA0: "Spain", 0xA5: "Sweden", 0xA6: "Switzerland", 0xB4: "United Kingdom", 0xB5: "United States",
        0xB8: "Russia", 0xFE: "Taiwan",
    ]
}

extension NonStandardFacilities {
    struct Maker: Sendable {
        var code: [UInt8]
        var name: String
        /// This maker sends texts last character first.
        var textIsReversed: Bool

        init(_ code: [UInt8], _ name: String, reversed: Bool = false) {
            self.code = code
            self.name = name
            textIsReversed = reversed
        }
    }

    /// Provider codes seen in the field, by maker: country code, then two octets.
    static let makers: [Maker] = [
        Maker([0x00, 0x00, 0x09], "Xerox/Toshiba", reversed: true),
        Maker([0x00, 0x00, 0x0E], "Panasonic"), Maker([0x00, 0x00, 0x11], "Canon"),
        Maker([0x00, 0x00, 0x19], "Xerox", reversed: true),
        Maker([0x00, 0x00, 0x21], "Oki/Lanier", reversed: true),
        Maker([0x00, 0x00, 0x25], "Ricoh", reversed: true), Maker([0x00, 0x00, 0x26], "Konica"),
        Maker([0x00, 0x00, 0x2D], "Sony"), Maker([0x00, 0x00, 0x31], "Sharp/Olivetti"),
        Maker([0x00, 0x00, 0x39], "Panasonic"), Maker([0x00, 0x00, 0x3D], "IBM Japan"),
        Maker([0x00, 0x00, 0x45], "Muratec"), Maker([0x00, 0x00, 0x48], "Muratec"),
        Maker([0x00, 0x00, 0x51], "Sanyo"), Maker([0x00, 0x00, 0x56], "Brother"),
        Maker([0x00, 0x00, 0x59], "Fujitsu"), Maker([0x00, 0x00, 0x61], "Casio"),
        Maker([0x00, 0x00, 0x66], "Utax/Mita", reversed: true), Maker([0x00, 0x00, 0x69], "Hitachi"),
        Maker([0x00, 0x00, 0x79], "Panasonic"), Maker([0x00, 0x00, 0x7D], "Seiko"),
        Maker([0x00, 0x10, 0x00], "Funai"), Maker([0x00, 0x70, 0x00], "Kyocera"),
        Maker([0x00, 0xB0, 0x00], "Minolta"), Maker([0x20, 0x41, 0x59], "Siemens"),
        Maker([0x86, 0x00, 0x8C], "Samsung"), Maker([0x86, 0x00, 0x98], "Samsung"),
        Maker([0xAD, 0x00, 0x00], "Pitney Bowes"), Maker([0xAD, 0x00, 0x36], "HP"),
        Maker([0xAD, 0x00, 0x42], "FaxTalk"), Maker([0xB4, 0x00, 0xB0], "DCE"), Maker([0xB4, 0x00, 0xB1], "Hasler"),
        Maker([0xB4, 0x00, 0xB5], "Wordcraft"), Maker([0xB5, 0x00, 0x20], "Conexant"),
        Maker([0xB5, 0x00, 0x24], "Octel"), Maker([0xB5, 0x00, 0x2A], "STF Technologies"),
        Maker([0xB5, 0x00, 0x2E], "Delrina"), Maker([0xB5, 0x00, 0x30], "Dialogic"),
        Maker([0xB5, 0x00, 0x38], "Texas Instruments"), Maker([0xB5, 0x00, 0x3A], "IBM"),
        Maker([0xB5, 0x00, 0x3E], "Ericsson"), Maker([0xB5, 0x00, 0x48], "Hayes"), Maker([0xB5, 0x00, 0x4A], "Lucent"),
        Maker([0xB5, 0x00, 0x52], "Audiofax"), Maker([0xB5, 0x00, 0x60], "Commetrex"),
        Maker([0xB5, 0x00, 0x62], "Brooktrout"), Maker([0xB5, 0x00, 0x64], "GammaLink"),
        Maker([0xB5, 0x00, 0x66], "Castelle"), Maker([0xB5, 0x00, 0x6A], "Omnifax"), Maker([0xB5, 0x00, 0x6C], "HP"),
        Maker([0xB5, 0x00, 0x6E], "Microsoft"), Maker([0xB5, 0x00, 0x74], "Compaq"),
        Maker([0xB5, 0x00, 0x7A], "Pitney Bowes"), Maker([0xB5, 0x00, 0x7E], "Codex"),
        Maker([0xB5, 0x00, 0x8A], "Telogy Networks"), Maker([0xB5, 0x00, 0x8C], "AT&T"),
        Maker([0xB5, 0x00, 0x92], "Nuera"), Maker([0xB5, 0x00, 0x98], "Xerox"), Maker([0xB5, 0x00, 0x9A], "Fujitsu"),
        Maker([0xB5, 0x00, 0x9C], "Natural MicroSystems"), Maker([0xB5, 0x00, 0xA2], "Murata"),
        Maker([0xB5, 0x00, 0xA4], "Lanier"), Maker([0xB5, 0x00, 0xA6], "Qualcomm"),
        Maker([0xB5, 0x00, 0xAA], "HylaFAX"),
    ]
}
