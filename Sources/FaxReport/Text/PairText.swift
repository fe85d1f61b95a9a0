import T30Analyzer

/// How the faxes between one caller and one callee went, in words.
struct PairText {
    let pair: CallPairRates

    /// `100 at 10.0.0.1`
    var caller: String { Self.name(pair.caller, pair.callerHost) }
    var callee: String { Self.name(pair.callee, pair.calleeHost) }

    /// `2 of 5 delivered, sometimes fails`
    var result: String { "\(pair.delivered) of \(pair.faxes) delivered, \(pair.pattern.rawValue)" }

    /// `t38 2/3, g711 0/2`: delivered of all, by what carried them.
    var carriages: String {
        pair.carriages.map { "\(TerminalText.harmless($0.name, limit: 20)) \($0.delivered)/\($0.faxes)" }
            .joined(separator: ", ")
    }

    var differences: [String] { pair.differences.map { TerminalText.harmless($0, limit: 200) } }

    private static func name(_ user: String, _ host: String) -> String {
        let text = user.isEmpty ? host : host.isEmpty ? user : "\(user) at \(host)"
        return text.isEmpty ? "?" : TerminalText.harmless(text, limit: 80)
    }

    /// Pairs with more than one fax, those that never got through first: one fax alone shows no rate.
    static func told(_ pairs: [CallPairRates]) -> [PairText] {
        let patterns: [CallPairRates.Pattern] = [.alwaysFails, .sometimesFails, .alwaysDelivered]
        return patterns.flatMap { pattern in pairs.filter { $0.pattern == pattern }.map(PairText.init) }
    }
}
