extension G1050.Profile {
    static let form = "G.1050[-code|-2005|-2007]:SEVERITY|NETWORK[:PATTERN][:intercontinental]"

    /// `G.1050:E`, `G.1050:E:159`, `G.1050-2007:unmanaged:intercontinental`; `TIA-921` means the same.
    init(_ value: OptionValue) throws(NetworkSpecError) {
        var parts = try value.parts(2...4)
        self.init(try Self.conditions(parts[1]), constants: try Self.constants(parts[0], value))
        parts.removeFirst(2)
        if let number = parts.first, number.first?.isNumber == true {
            pattern = .number(try OptionValue.integer(number, in: 1...G1050.LinkPattern.all.count))
            parts.removeFirst()
        }
        if let word = parts.first {
            guard let distance = G1050.Distance(rawValue: String(word)) else { throw value.error }
            self.distance = distance
            parts.removeFirst()
        }
        guard parts.isEmpty else { throw value.error }
    }

    private static func constants(_ text: Substring, _ value: OptionValue) throws(NetworkSpecError) -> G1050.Constants {
        for name in ["G.1050", "TIA-921"] where text.hasPrefix(name) {
            let edition = text.dropFirst(name.count)
            if edition.isEmpty { return .usual }
            if let named = G1050.Constants.named.first(where: { "-" + $0.name == edition }) { return named.constants }
        }
        throw value.error
    }

    private static func conditions(_ text: Substring) throws(NetworkSpecError) -> G1050.ConditionsChoice {
        if let severity = G1050.Severity(rawValue: text.uppercased()) { return .severity(severity) }
        if let network = G1050.NetworkClass(rawValue: String(text)) { return .network(network) }
        let networks = G1050.NetworkClass.allCases.map(\.rawValue).joined(separator: ", ")
        throw NetworkSpecError(
            value: String(text), problem: "is neither a severity from A to H nor a network (\(networks))")
    }

    /// Constants of one's own have no text: `custom` is not read back.
    var text: String {
        var text = "G.1050"
        if constants != .usual {
            text += "-" + (G1050.Constants.named.first { $0.constants == constants }?.name ?? "custom")
        }
        switch conditions {
        case .severity(let severity): text += ":" + severity.rawValue
        case .network(let network): text += ":" + network.rawValue
        }
        if case .number(let number) = pattern { text += ":\(number)" }
        if distance != .regional { text += ":" + distance.rawValue }
        return text
    }
}
