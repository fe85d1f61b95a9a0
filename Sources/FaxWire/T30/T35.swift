/// Country and provider codes of T.35 that fax machines show.
enum T35 {
    /// The country of a code, and whether its bits came in reverse.
    static func country(_ octet: UInt8?) -> (name: String?, isReversed: Bool) {
        guard let octet else { return (nil, false) }
        let turned = bitsReversed(octet)
        if likelierReversed.contains(octet) { return (countries[turned], true) }
        if let name = countries[octet] { return (name, false) }
        guard let name = countries[turned] else { return (nil, false) }
        return (name, true)
    }

    static func bitsReversed(_ octet: UInt8) -> UInt8 {
        (0..<8).reduce(UInt8(0)) { $0 | (octet >> UInt8($1) & 1) << UInt8(7 - $1) }
    }

    /// Codes of countries that make hardly any fax machines, and reversed of one that makes many: Canada for Germany,
    /// Cyprus for the United Kingdom, Lebanon for China, Papua New Guinea for Korea, Tunisia for the United States,
    /// Vietnam for France.
    private static let likelierReversed: [UInt8] = [0x20, 0x2D, 0x64, 0x86, 0xAD, 0xBC]

    private static let countries: [UInt8: String] = [
        0x00: "Japan", 0x04: "Germany", 0x07: "Argentina", 0x09: "Australia", 0x0A: "Austria", 0x0F: "Belgium",
        0x16: "Brazil", 0x1B: "Bulgaria", 0x25: "Chile", 0x26: "China", 0x27: "Colombia",
        0x33: "Denmark", 0x3D: "France", 0x3E: "Finland", 0x42: "Germany", 0x46: "Greece",
        0x50: "Hong Kong", 0x51: "Hungary", 0x52: "Iceland", 0x53: "India", 0x54: "Indonesia", 0x57: "Ireland",
        0x58: "Israel", 0x59: "Italy", 0x61: "Korea", 0x69: "Luxembourg", 0x6C: "Malaysia", 0x73: "Mexico",
        0x7B: "Netherlands", 0x7E: "New Zealand", 0x82: "Norway", 0x89: "Philippines", 0x8A: "Poland",
        0x8B: "Portugal", 0x8E: "Romania", 0x98: "Saudi Arabia", 0x9C: "Singapore", 0x9F: "South Africa",
        0xA0: "Spain", 0xA5: "Sweden", 0xA6: "Switzerland", 0xA9: "Thailand", 0xAE: "Turkey", 0xB2: "Ukraine",
        0xB4: "United Kingdom", 0xB5: "United States", 0xB8: "Russia", 0xC5: "Slovakia", 0xC6: "Slovenia",
        0xF9: "Estonia", 0xFE: "Taiwan",
    ]

    struct Maker: Sendable {
        /// Country and provider.
        var code: [UInt8]
        var name: String
        /// This maker sends texts last character first.
        var textIsReversed: Bool

        init(_ code: [UInt8], _ name: String, lastFirst: Bool = false) {
            self.code = code
            self.name = name
            textIsReversed = lastFirst
        }
    }

    static let makers: [Maker] = japan + korea + germany + unitedKingdom + unitedStates

    private static let japan: [Maker] = [
        Maker([0x00, 0x00, 0x01], "Anritsu"), Maker([0x00, 0x00, 0x09], "Xerox/Toshiba", lastFirst: true),
        Maker([0x00, 0x00, 0x0A], "Kokusai"), Maker([0x00, 0x00, 0x0E], "Panasonic"),
        Maker([0x00, 0x00, 0x11], "Canon"), Maker([0x00, 0x00, 0x19], "Xerox", lastFirst: true),
        Maker([0x00, 0x00, 0x21], "Oki/Lanier", lastFirst: true), Maker([0x00, 0x00, 0x25], "Ricoh", lastFirst: true),
        Maker([0x00, 0x00, 0x26], "Konica"), Maker([0x00, 0x00, 0x2D], "Sony"),
        Maker([0x00, 0x00, 0x31], "Sharp/Olivetti"), Maker([0x00, 0x00, 0x39], "Panasonic"),
        Maker([0x00, 0x00, 0x3D], "IBM Japan"), Maker([0x00, 0x00, 0x45], "Muratec"),
        Maker([0x00, 0x00, 0x48], "Muratec"), Maker([0x00, 0x00, 0x51], "Sanyo"),
        Maker([0x00, 0x00, 0x56], "Brother"), Maker([0x00, 0x00, 0x59], "Fujitsu"),
        Maker([0x00, 0x00, 0x61], "Casio"), Maker([0x00, 0x00, 0x66], "Utax/Mita", lastFirst: true),
        Maker([0x00, 0x00, 0x69], "Hitachi"), Maker([0x00, 0x00, 0x6D], "Hitachi"),
        Maker([0x00, 0x00, 0x71], "Tamura"), Maker([0x00, 0x00, 0x75], "Tokyo Electric"),
        Maker([0x00, 0x00, 0x79], "Panasonic"), Maker([0x00, 0x00, 0x7D], "Seiko"),
        Maker([0x00, 0x10, 0x00], "Funai"), Maker([0x00, 0x50, 0x00], "Orion Electric"),
        Maker([0x00, 0x70, 0x00], "Kyocera"), Maker([0x00, 0xB0, 0x00], "Minolta"),
        Maker([0x00, 0xF0, 0x00], "Sumitomo Electric"),
    ]

    private static let korea: [Maker] = [
        Maker([0x61, 0x00, 0x7A], "Xerox"), Maker([0x86, 0x00, 0x10], "Samsung"), Maker([0x86, 0x00, 0x16], "Samsung"),
        Maker([0x86, 0x00, 0x5A], "Samsung"), Maker([0x86, 0x00, 0x8C], "Samsung"),
        Maker([0x86, 0x00, 0x98], "Samsung"), Maker([0x86, 0x00, 0xA2], "Samsung"),
        Maker([0x86, 0x00, 0xC2], "Samsung"), Maker([0x86, 0x00, 0xDA], "Xerox"),
    ]

    /// As sent, reversed; some of these makers have one octet only.
    private static let germany: [Maker] = [
        Maker([0x20, 0x09], "ITK"), Maker([0x20, 0x11], "Dr. Neuhaus"), Maker([0x20, 0x41], "Siemens"),
        Maker([0x20, 0x42], "Deutsche Telekom"), Maker([0x20, 0x81, 0x00], "innovaphone"),
        Maker([0x20, 0x81, 0x40], "TEDAS"), Maker([0x20, 0x81, 0x80], "AVM"), Maker([0x20, 0x81, 0xC0], "Eicon"),
        Maker([0x20, 0xB1], "Schneider"), Maker([0x20, 0xC2], "Deutsche Telekom"),
        Maker([0x20, 0xD1], "Ferrari electronic"), Maker([0x20, 0xF1], "DeTeWe"),
    ]

    private static let unitedKingdom: [Maker] = [
        Maker([0xB4, 0x00, 0xB0], "DCE"), Maker([0xB4, 0x00, 0xB1], "Hasler"), Maker([0xB4, 0x00, 0xB2], "Interquad"),
        Maker([0xB4, 0x00, 0xB5], "Wordcraft"), Maker([0xB4, 0x00, 0xB6], "Acorn"),
    ]

    private static let unitedStates: [Maker] = [
        Maker([0xAD, 0x00, 0x00], "Pitney Bowes"), Maker([0xAD, 0x00, 0x15], "Lexmark"),
        Maker([0xAD, 0x00, 0x16], "JetFax"), Maker([0xAD, 0x00, 0x42], "FaxTalk"),
        Maker([0xB5, 0x00, 0x01], "PictureTel"), Maker([0xB5, 0x00, 0x20], "Conexant"),
        Maker([0xB5, 0x00, 0x24], "Octel"), Maker([0xB5, 0x00, 0x2A], "STF Technologies"),
        Maker([0xB5, 0x00, 0x2E], "Delrina"), Maker([0xB5, 0x00, 0x30], "Dialogic"),
        Maker([0xB5, 0x00, 0x38], "Texas Instruments"), Maker([0xB5, 0x00, 0x3A], "IBM"),
        Maker([0xB5, 0x00, 0x3E], "Ericsson"), Maker([0xB5, 0x00, 0x44], "Adobe"), Maker([0xB5, 0x00, 0x48], "Hayes"),
        Maker([0xB5, 0x00, 0x4A], "Lucent"), Maker([0xB5, 0x00, 0x52], "Audiofax"),
        Maker([0xB5, 0x00, 0x60], "Commetrex"), Maker([0xB5, 0x00, 0x62], "Brooktrout"),
        Maker([0xB5, 0x00, 0x64], "GammaLink"), Maker([0xB5, 0x00, 0x66], "Castelle"),
        Maker([0xB5, 0x00, 0x6A], "Omnifax"), Maker([0xB5, 0x00, 0x6C], "HP"), Maker([0xB5, 0x00, 0x6E], "Microsoft"),
        Maker([0xB5, 0x00, 0x74], "Compaq"), Maker([0xB5, 0x00, 0x76], "Microsoft"),
        Maker([0xB5, 0x00, 0x7A], "Pitney Bowes"), Maker([0xB5, 0x00, 0x7E], "Codex"),
        Maker([0xB5, 0x00, 0x8A], "Telogy Networks"), Maker([0xB5, 0x00, 0x8C], "AT&T"),
        Maker([0xB5, 0x00, 0x92], "Nuera"), Maker([0xB5, 0x00, 0x98], "Xerox"), Maker([0xB5, 0x00, 0x9A], "Fujitsu"),
        Maker([0xB5, 0x00, 0x9B], "Fujitsu"), Maker([0xB5, 0x00, 0x9C], "Natural MicroSystems"),
        Maker([0xB5, 0x00, 0xA2], "Murata"), Maker([0xB5, 0x00, 0xA4], "Lanier"),
        Maker([0xB5, 0x00, 0xA6], "Qualcomm"), Maker([0xB5, 0x00, 0xAA], "HylaFAX"),
    ]
}
