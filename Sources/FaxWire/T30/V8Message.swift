/// The octets of a V.8 message (CI, CM, JM) as T.38 carries them, first bit on the line least significant: a call
/// function, then categories with their extensions (V.8 clause 5, Tables 1–6).
///
/// ```
/// bits  b0 … b4  tag (b0 first on the line)    b5 … b7  options
/// extension octets have b3 = 0, b4 = 1, b5 = 0
/// ```
public struct V8Message: Sendable, Hashable {
    public var callFunction: String?
    /// Modulations offered (CM) or common (JM), as V.8 Table 4 orders them.
    public var modulations: [String] = []
    public var hasModulations = false
    public var protocols: [String] = []
    public var access: [String] = []
    public var pcm: [String] = []

    public init(octets: [UInt8]) {
        var extensionIndex = 0
        var category = Category.none
        for octet in octets {
            if octet & 0b0011_1000 == 0b0001_0000 {
                extensionIndex += 1
                if case .modulation = category { takeModulation(octet, extensionIndex) }
                continue
            }
            extensionIndex = 0
            category = Category(tag: octet & 0b0001_1111)
            take(octet, category)
        }
    }

    private enum Category {
        case none, callFunction, modulation, `protocol`, access, pcm

        /// V.8 Table 2, tag bits b0–b4.
        init(tag: UInt8) {
            switch tag {
            case 0b0_0001: self = .callFunction
            case 0b0_0101: self = .modulation
            case 0b0_1010: self = .protocol
            case 0b0_1101: self = .access
            case 0b0_0111: self = .pcm
            default: self = .none
            }
        }
    }

    private mutating func take(_ octet: UInt8, _ category: Category) {
        let options = octet >> 5
        switch category {
        case .none: break
        case .callFunction:
            callFunction = Self.callFunctions[Int(options)]
        case .modulation:
            hasModulations = true
            if options & 0b001 != 0 { pcm.append("V.90/V.92 available") }
            if options & 0b010 != 0 { modulations.append("V.34 duplex") }
            if options & 0b100 != 0 { modulations.append("V.34 half-duplex") }
        case .protocol:
            protocols.append(options == 0b001 ? "LAPM (V.42)" : "protocol \(options)")
        case .access:
            if options & 0b001 != 0 { access.append("calling station on cellular") }
            if options & 0b010 != 0 { access.append("answering station on cellular") }
            if options & 0b100 != 0 { access.append("digital network") }
        case .pcm:
            if options & 0b001 != 0 { pcm.append("analogue") }
            if options & 0b010 != 0 { pcm.append("digital") }
            if options & 0b100 != 0 { pcm.append("V.91") }
        }
    }

    /// V.8 Table 4, the extension octets modn1 and modn2: bits b0–b2 and b6–b7.
    private mutating func takeModulation(_ octet: UInt8, _ index: Int) {
        guard index <= Self.extensionModulations.count else { return }
        for (bit, name) in Self.extensionModulations[index - 1] where octet >> bit & 1 == 1 { modulations.append(name) }
    }

    /// V.8 Table 3, b5 the least significant of the three option bits.
    private static let callFunctions = [
        "reserved", "PSTN multimedia (H.324)", "V.18 text telephone", "T.101 videotex", "transmit facsimile",
        "receive facsimile", "data (V-series)", "function in extension octet",
    ]

    private static let extensionModulations: [[(bit: UInt8, name: String)]] = [
        [(0, "V.32/V.32bis"), (1, "V.22/V.22bis"), (2, "V.17"), (6, "V.29 half-duplex"), (7, "V.27ter")],
        [(0, "V.26ter"), (1, "V.26bis"), (2, "V.23 duplex"), (6, "V.23 half-duplex"), (7, "V.21")],
    ]

    public var fields: [T30Field] {
        var fields: [T30Field] = []
        if let callFunction {
            fields.append(T30Field(name: "call-function", value: .text(callFunction), meaning: "what the call is for"))
        }
        if hasModulations {
            fields.append(T30Field(name: "modulations", value: .list(modulations), meaning: "modulation modes"))
        }
        if !protocols.isEmpty {
            fields.append(T30Field(name: "protocols", value: .list(protocols), meaning: "protocols"))
        }
        if !access.isEmpty {
            fields.append(T30Field(name: "access", value: .list(access), meaning: "access to the network"))
        }
        if !pcm.isEmpty { fields.append(T30Field(name: "pcm", value: .list(pcm), meaning: "PCM modem availability")) }
        return fields
    }
}

/// The short forms in which T.38 gateways tell one another what V.8 messages said (T.38 clause 10): one digit for a CM,
/// a letter and a digit for a JM.
public enum V8Profile {
    /// `nil`: not of the short form.
    public static func text(_ octets: [UInt8]) -> String? {
        switch octets {
        case [0x31]: "G3 facsimile, sending"
        case [0x32]: "G3 facsimile, receiving"
        case [0x33]: "V.34 half-duplex and G3 facsimile, sending"
        case [0x34]: "V.34 half-duplex and G3 facsimile, receiving"
        case [0x35]: "V.34 half-duplex facsimile only, sending"
        case [0x36]: "V.34 half-duplex facsimile only, receiving"
        case [0x41, 0x30]: "accepted"
        case [0x4E, 0x30]: "refused: no common mode"
        case [0x4E, 0x31]: "refused: no V.34, use G3 facsimile"
        case [0x4E, 0x32]: "refused: V.34 facsimile only"
        default: nil
        }
    }

    /// The fields of a CM, JM or CI in either form.
    public static func fields(_ octets: [UInt8]) -> [T30Field] {
        guard let text = text(octets) else { return V8Message(octets: octets).fields }
        return [T30Field(name: "profile", value: .text(text), meaning: "V.8 profile of T.38")]
    }
}
