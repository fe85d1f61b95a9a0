import FaxCore
import T30Analyzer

/// The verdict in words: where the fax broke, why, what followed, and what else it may have been.
public struct VerdictText: Sendable {
    /// Where it broke, and whose sending the root cause is about; `nil`: nothing broke.
    public let place: String?
    public let rootCause: Finding?
    public let runnerUp: Finding?
    /// What follows from what, each line one step, the root cause's first: `TCF has errors, Page not
    /// confirmed`, then `TCF has errors → Training failed and was repeated`.
    public let chain: [String]

    public init(_ analyzed: AnalyzedCall) {
        let verdict = analyzed.verdict
        rootCause = analyzed.rootCause
        runnerUp = analyzed.runnerUp
        place = verdict.brokeIn.map { stage in
            "in \(stage.rawValue)" + (verdict.party.map { "; what the \($0.rawValue) sent" } ?? "")
        }
        chain = Self.chain(analyzed)
    }

    /// Nothing is wrong with a fax that was delivered.
    public static func isFaultless(_ analyzed: AnalyzedCall) -> Bool {
        analyzed.fax.outcome == .success && analyzed.findings.allSatisfy { $0.severity == .note }
    }

    /// Effects of one cause stand in one line, those of the root cause without its name; of several findings with one title
    /// one is enough.
    private static func chain(_ analyzed: AnalyzedCall) -> [String] {
        var causes: [String] = []
        var effects: [String: [String]] = [:]
        for link in analyzed.verdict.chain {
            guard let cause = analyzed.finding(link.cause)?.title, let effect = analyzed.finding(link.effect)?.title,
                cause != effect
            else { continue }
            if effects[cause] == nil { causes.append(cause) }
            if effects[cause]?.contains(effect) != true { effects[cause, default: []].append(effect) }
        }
        let root = analyzed.rootCause?.title
        return causes.map { cause in
            let named = effects[cause, default: []].joined(separator: ", ")
            return cause == root ? named : "\(cause) → \(named)"
        }
    }
}
