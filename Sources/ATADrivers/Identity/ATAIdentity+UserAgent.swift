// What devices call themselves in SIP and when they fetch a profile:
//
//   Linksys/SPA2102-5.2.10            Linksys/SPA-2102-5.2.5 (serial)      Cisco/SPA112-1.4.1(SR5) (MAC)(serial)
//   Grandstream HT801 1.0.17.5        Grandstream Model HW HT801 V1.1A SW 1.0.17.5 DevId <mac>
extension ATAIdentity {
    /// Longer ones are not looked at.
    static let userAgentLimit = 512

    /// - Returns: `nil` when it is not the name of a device that is known by name.
    public init?(userAgent text: String) {
        guard text.utf8.count <= Self.userAgentLimit else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        guard let first = words.first else { return nil }
        if first.lowercased() == "grandstream" {
            self.init(grandstream: words)
        } else {
            self.init(sipura: text)
        }
    }

    private init?(sipura text: String) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let vendor = String(text[..<slash])
        guard ["linksys", "cisco", "sipura"].contains(vendor.lowercased()) else { return nil }
        let rest = text[text.index(after: slash)...]
        let head = rest.prefix { $0 != " " }
        // The firmware begins at the last hyphen: models are written with and without one of their own.
        guard let hyphen = head.lastIndex(of: "-") else { return nil }
        let model = head[..<hyphen].filter { $0 != "-" }
        guard !model.isEmpty, model.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return nil }
        self.init(vendor: vendor, model: String(model), source: .userAgent)
        let version = head[head.index(after: hyphen)...]
        firmware = version.isEmpty ? nil : String(version)
        for note in Self.bracketed(rest.dropFirst(head.count)) {
            if let mac = Self.macAddress(note) {
                macAddress = mac
            } else if !note.isEmpty {
                serialNumber = note
            }
        }
    }

    /// What stands in round brackets, in order.
    private static func bracketed(_ text: Substring) -> [String] {
        text.split(separator: "(").compactMap { part in
            part.firstIndex(of: ")").map { String(part[..<$0]) }
        }
    }

    private init?(grandstream words: [Substring]) {
        guard
            let place = words.firstIndex(where: {
                $0.uppercased().hasPrefix("HT") && $0.dropFirst(2).first?.isNumber == true
            })
        else { return nil }
        self.init(vendor: "Grandstream", model: words[place].uppercased(), source: .userAgent)
        let following = words.dropFirst(place + 1)
        if let software = following.firstIndex(where: { $0.uppercased() == "SW" }) {
            firmware = following.dropFirst(software - following.startIndex + 1).first.map(String.init)
            hardware = following.first.flatMap { $0.uppercased().hasPrefix("V") ? String($0) : nil }
        } else {
            firmware = following.first { $0.first?.isNumber == true }.map(String.init)
        }
        if let device = following.firstIndex(where: { $0.lowercased() == "devid" }) {
            macAddress = following.dropFirst(device - following.startIndex + 1).first.flatMap { Self.macAddress($0) }
        }
    }
}
