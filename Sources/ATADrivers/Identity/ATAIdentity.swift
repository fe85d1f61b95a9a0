/// What a device says it is. Nothing here is guessed: what it did not say is `nil`.
public struct ATAIdentity: Sendable, Hashable {
    /// Where it was read, the surest last.
    public enum Source: String, Sendable, Hashable {
        /// `User-Agent` or `Server` of SIP, or `User-Agent` of a fetch by HTTP.
        case userAgent
        case webPage
        case statusXML
    }

    /// `Linksys`, `Cisco`, `Sipura`, `Grandstream`.
    public var vendor: String
    /// As vendors write it, without hyphens: `SPA2102`, `PAP2T`, `SPA112`, `HT801`.
    public var model: String
    public var firmware: String?
    public var hardware: String?
    public var serialNumber: String?
    /// Twelve lower case hexadecimal digits.
    public var macAddress: String?
    public var source: Source

    public init(vendor: String, model: String, source: Source) {
        self.vendor = vendor
        self.model = model
        self.source = source
    }

    public var family: ATAFamily { ATAFamily(model: model) }
}

/// Devices that are spoken to in one way.
public enum ATAFamily: String, Sendable, Hashable, CaseIterable {
    /// SPA1001…SPA8000, PAP2: one page with a form, whose fields have numbers for names.
    case spaPages
    /// SPA112, SPA122, ATA191, ATA192: `config.xml` and `status.xml`.
    case spaXML
    /// HT8xx: values by P-numbers.
    case grandstream
    /// Everything else: a file to be provisioned, and steps by hand.
    case generic

    init(model: String) {
        let name = model.uppercased()
        if ["SPA112", "SPA122", "ATA191", "ATA192"].contains(where: { name.hasPrefix($0) }) {
            self = .spaXML
        } else if name.hasPrefix("SPA") || name.hasPrefix("PAP2") {
            self = .spaPages
        } else if name.hasPrefix("HT") {
            self = .grandstream
        } else {
            self = .generic
        }
    }
}

extension ATAIdentity {
    /// - Returns: twelve lower case digits of any usual way to write a MAC address; `nil` when it is none.
    static func macAddress(_ text: some StringProtocol) -> String? {
        let digits = text.lowercased().filter { !":-. ".contains($0) }
        guard digits.utf8.count == 12, digits.utf8.allSatisfy({ isHexadecimal($0) }) else { return nil }
        return digits
    }

    private static func isHexadecimal(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x61...0x66).contains(octet)
    }
}
