import FaxWire
import T30Analyzer

/// What a T.30 frame says, for people.
enum MessageText {
    /// Of a DIS, DTC or DCS what decides the call; of an ident its text.
    static func brief(_ message: T30Message) -> String {
        switch message.name {
        case "DIS", "DTC", "DCS", "NSF", "NSS", "NSC":
            return decisive.compactMap { name in
                message.fields.first { $0.name == name }.flatMap { shown($0) }
            }.joined(separator: ", ")
        case "PPR":
            return message.fields.first.flatMap { shown($0) } ?? ""
        default:
            // A PPS says its post-message command in its name already.
            return message.fields.prefix(3).compactMap { shown($0) }.filter { !message.name.hasSuffix($0) }
                .joined(separator: ", ")
        }
    }

    /// Names of the fields worth a place in the ladder, in their order there.
    static let decisive = [
        "rate", "rates", "modem", "modems", "ecm", "compression", "resolution", "vendor", "v8", "t38",
    ]

    private static func shown(_ field: T30Field) -> String? {
        switch field.value {
        case .flag(let flag): flag ? field.name.uppercased() : nil
        case .number(let number): "\(field.name) \(number)"
        case .text(let text): TerminalText.harmless(text, limit: 60)
        case .list(let texts): texts.isEmpty ? nil : TerminalText.harmless(texts.joined(separator: "/"), limit: 80)
        }
    }

    /// One line a field, with its bit and meaning.
    static func full(_ message: T30Message) -> [String] {
        let names = message.fields.map { TerminalText.harmless($0.name) }
        let values = message.fields.map { value($0.value) }
        let (nameWidth, valueWidth) = (width(names, limit: 32), width(values, limit: 24))
        return message.fields.indices.map { index in
            let field = message.fields[index]
            let bit = field.bit.map { "bit \($0)" } ?? ""
            return [
                bit.padded(to: 7), names[index].padded(to: nameWidth), values[index].padded(to: valueWidth),
                TerminalText.harmless(field.meaning),
            ].joined(separator: " ").trimmedEnd
        }
    }

    private static func width(_ texts: [String], limit: Int) -> Int { min(limit, texts.map(\.count).max() ?? 0) }

    private static func value(_ value: T30Field.Value) -> String {
        switch value {
        case .flag(let flag): flag ? "yes" : "no"
        case .number(let number): String(number)
        case .text(let text): TerminalText.harmless(text)
        case .list(let texts): TerminalText.harmless(texts.joined(separator: ", "))
        }
    }
}
