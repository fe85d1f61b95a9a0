/// The information of an NSF, NSC or NSS: a country and a provider code of T.35, then what that maker chose to say
/// (T.30 5.3.6.2.7).
///
/// The first edition that fixed their order of bits (2003) sends the most significant first, the reverse of idents;
/// before that makers did either. Codes are looked up both ways.
public struct NonStandardFacilities: Sendable, Hashable {
    /// T.35 country or area; `nil` unknown.
    public var country: String?
    /// `nil`: not in the table of makers.
    public var vendor: String?
    /// The two octets behind the country, as sent.
    public var providerCode: [UInt8]
    /// What the maker says.
    public var content: [UInt8]
    /// The longest plain text in it, as stations put their name there.
    public var stationText: String?

    public init(information: [UInt8]) {
        let (country, isReversed) = T35.country(information.first)
        self.country = country
        providerCode = Array(information.dropFirst().prefix(2))
        content = Array(information.dropFirst(3))
        var maker = T35.makers.first { information.starts(with: $0.code) }
        if maker == nil, isReversed {
            let turned = information.prefix(3).map(T35.bitsReversed)
            maker = T35.makers.first { turned.starts(with: $0.code) }
        }
        vendor = maker?.name
        stationText = Self.stationText(content[...], lastFirst: maker?.textIsReversed ?? false)
    }

    public var fields: [T30Field] {
        var fields: [T30Field] = []
        func add(_ name: String, _ text: String?, _ meaning: String) {
            if let text { fields.append(T30Field(name: name, value: .text(text), meaning: meaning)) }
        }
        add("vendor", vendor, "maker, by its provider code")
        add("country", country, "country of the provider code (T.35)")
        add("provider-code", providerCode.isEmpty ? nil : hexadecimal(providerCode), "as sent (T.35)")
        add("station-text", stationText, "plain text in what the maker says")
        add("content", content.isEmpty ? nil : hexadecimal(content.prefix(Self.contentShown)), "what the maker says")
        return fields
    }

    /// Octets of the content in its field.
    static let contentShown = 128
    /// Fewer characters than these are taken for chance.
    static let shortestText = 4

    private static func stationText(_ octets: ArraySlice<UInt8>, lastFirst: Bool) -> String? {
        var longest: ArraySlice<UInt8> = []
        for run in octets.split(whereSeparator: { !isOfText($0) }) where run.count > longest.count { longest = run }
        let text = Identification.trimmed(lastFirst ? Array(longest.reversed()) : Array(longest))
        guard text.count >= shortestText, text.contains(where: { $0 != text.first }) else { return nil }
        return Identification.escaped(text)
    }

    /// Letters, digits and what stands between them in names and numbers.
    private static func isOfText(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x26...0x29, 0x2B...0x2F: true
        default: false
        }
    }
}
