import FaxCore

/// One failure mode of fax over IP: what people see, how the packets show it, why it happens, what to change.
public struct CatalogueEntry: Sendable {
    /// Where the signature can be seen.
    public enum Scope: Sendable, Hashable {
        /// In the packets of one call.
        case call
        /// Only when two legs of the call are in one capture, or two captures of it are compared.
        case legs
        /// Only over several calls.
        case calls
        /// Only when two captures of the call, taken at two places, are compared (`faxprobe compare`).
        case captures
        /// In no capture; the reason.
        case notObservable(String)
    }

    /// The finding's id, such as `t38-refused`.
    public var id: String
    public var layer: Finding.Layer
    public var name: String
    /// What the users of the fax machines tell.
    public var symptom: String
    /// What a capture shows. Thresholds marked "(ours)" are this project's proposals, not values of a Recommendation.
    public var signature: String
    /// How far the signature alone carries.
    public var certainty: Finding.Certainty
    public var cause: String
    public var remedy: String
    public var source: String
    public var scope: Scope

    /// A rule of the rule book, or the comparison of captures, looks for it.
    public var hasRule: Bool { RuleBook.ids.contains(id) || scope == .captures }

    init(
        _ id: String, _ layer: Finding.Layer, _ certainty: Finding.Certainty, _ name: String, symptom: String,
        signature: String, cause: String, remedy: String, source: String, scope: Scope = .call
    ) {
        self.id = id
        self.layer = layer
        self.certainty = certainty
        self.name = name
        self.symptom = symptom
        self.signature = signature
        self.cause = cause
        self.remedy = remedy
        self.source = source
        self.scope = scope
    }
}
