import FaxCore
import T30Analyzer

/// The failure catalogue as JSON.
public enum CatalogueDocument {
    public static func document(_ entries: [CatalogueEntry]) -> JSONValue {
        .object([.init("entries", .array(entries.map(entry)))])
    }

    /// `needs`: `call`, `legs`, `calls` or `captures`; `null` for what no capture shows, with the reason in `notObservable`.
    public static func entry(_ entry: CatalogueEntry) -> JSONValue {
        let (needs, reason): (String?, String?) =
            switch entry.scope {
            case .call: ("call", nil)
            case .legs: ("legs", nil)
            case .calls: ("calls", nil)
            case .captures: ("captures", nil)
            case .notObservable(let reason): (nil, reason)
            }
        func text(_ value: String) -> JSONValue { value == "—" ? .null : .string(value) }
        return .object([
            .init("id", .string(entry.id)), .init("layer", .string(entry.layer.rawValue)),
            .init("name", .string(entry.name)), .init("certainty", .string(entry.certainty.rawValue)),
            .init("symptom", text(entry.symptom)), .init("signature", text(entry.signature)),
            .init("cause", text(entry.cause)), .init("remedy", text(entry.remedy)),
            .init("source", text(entry.source)), .init("rule", .bool(entry.hasRule)),
            .init("needs", .optional(needs)), .init("notObservable", .optional(reason)),
        ])
    }
}
