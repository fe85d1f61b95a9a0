import FaxCore

/// A small function that looks for failure modes of one kind, and what each is worth as an explanation.
struct Rule: Sendable {
    /// How far into a call the failure mode strikes: what strikes earlier explains what strikes later.
    enum Stage: Int, Sendable, Comparable {
        case setup, switching, session

        static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// What a failure mode is worth as an explanation of a failed fax.
    enum Role: Sendable {
        /// Explains a failure by itself. `of`: the failure modes that follow from it, the nearest first; a warning is
        /// the root cause only where it explains an error among these.
        case cause(Stage, of: [String])
        /// What a failure looks like: the root cause only where the capture shows no cause of it.
        case symptom(Stage, of: [String])
        /// Made the fax go on without T.38: named where nothing explains more, even where the pages arrived.
        case fallback
        /// Worth knowing, never the root cause.
        case remark

        static func cause(_ stage: Stage) -> Role { .cause(stage, of: []) }
        static func symptom(_ stage: Stage) -> Role { .symptom(stage, of: []) }

        var stage: Stage? {
            switch self {
            case .cause(let stage, of: _), .symptom(let stage, of: _): stage
            case .fallback, .remark: nil
            }
        }
    }

    /// The failure modes that the function may find.
    let finds: KeyValuePairs<String, Role>
    let look: @Sendable (CallFacts) -> [Finding]
    /// The stages of the causes and symptoms among these, and whether there is a fallback.
    let stages: [Stage]
    let findsFallback: Bool

    init(_ finds: KeyValuePairs<String, Role>, _ look: @escaping @Sendable (CallFacts) -> [Finding]) {
        self.finds = finds
        self.look = look
        stages = finds.compactMap(\.value.stage)
        findsFallback = finds.contains { if case .fallback = $0.value { true } else { false } }
    }

    /// A rule that finds its failure mode once in a call, or not at all.
    init(_ finds: KeyValuePairs<String, Role>, once look: @escaping @Sendable (CallFacts) -> Finding?) {
        self.init(finds) { look($0).map { [$0] } ?? [] }
    }
}
