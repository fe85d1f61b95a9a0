import FaxCore
import PcapDecode

/// Draws the verdict from the findings: what strikes earlier explains what strikes later, a cause explains a symptom, and of
/// equals the one that the rule book lists first.
struct VerdictMaker {
    private let findings: [Finding]
    private let facts: CallFacts

    static func verdict(on findings: [Finding], _ facts: CallFacts) -> Verdict {
        VerdictMaker(findings: findings, facts: facts).verdict
    }

    private var verdict: Verdict {
        var verdict = Verdict()
        verdict.brokeIn = BreakPoint.of(facts)
        let ranked = candidates
        guard let root = ranked.first ?? refusedSwitch else { return verdict }
        verdict.rootCause = root
        verdict.chain = chain(from: root)
        verdict.party = findings[root].party
        let followed = Set(verdict.chain.map(\.effect))
        verdict.runnerUp = ranked.first { $0 != root && findings[$0].id != findings[root].id && !followed.contains($0) }
        return verdict
    }

    // MARK: - Candidates

    /// What may be the root cause, the surest first.
    private var candidates: [Int] {
        findings.indices.filter(isCandidate).sorted { rank($0) < rank($1) }
    }

    private func isCandidate(_ index: Int) -> Bool {
        let finding = findings[index]
        guard finding.severity > .note, finding.certainty != .hint else { return false }
        switch RuleBook.role(of: finding.id) {
        case .remark: return false
        case .symptom(let stage, of: _): return finding.severity == .error && fits(stage)
        case .cause(let stage, let effects):
            return fits(stage) && (finding.severity == .error || explainsError(effects))
        }
    }

    private func fits(_ stage: Rule.Stage) -> Bool { Self.fits(stage, facts.fax.outcome) }

    /// What kept a fax from beginning explains any call without success; what struck a session only one that failed.
    private static func fits(_ stage: Rule.Stage, _ outcome: FaxSession.Outcome) -> Bool {
        switch stage {
        case .setup, .switching: outcome != .success
        case .session: outcome == .failed || outcome == .partial
        }
    }

    /// Whether anything that a rule finds may be the root cause of a call with this outcome.
    static func mayFindRootCause(_ rule: Rule, _ outcome: FaxSession.Outcome) -> Bool {
        rule.finds.contains { id, role in
            switch role {
            case .cause(let stage, of: _), .symptom(let stage, of: _): fits(stage, outcome)
            case .remark: id == refusal
            }
        }
    }

    private static let refusal = "t38-refused"

    /// A warning stands behind an error that no other cause explains.
    private func explainsError(_ effects: [String]) -> Bool {
        findings.contains { $0.severity == .error && effects.contains($0.id) }
    }

    private func rank(_ index: Int) -> (Int, Int, Int, Int) {
        let place = RuleBook.place(of: findings[index].id)
        switch RuleBook.role(of: findings[index].id) {
        case .cause(let stage, of: _):
            return (stage == .session ? 1 : 0, findings[index].severity == .error ? 0 : 1, place, index)
        case .symptom(let stage, of: _): return (stage == .session ? 1 : 0, 2, place, index)
        case .remark: return (2, 0, place, index)
        }
    }

    /// A fax that went on without T.38 because it was refused: worth naming even where the pages arrived.
    private var refusedSwitch: Int? {
        guard facts.fax.carriedBy != "t38" else { return nil }
        return findings.firstIndex { $0.id == Self.refusal && $0.severity > .note }
    }

    // MARK: - What follows

    private func chain(from root: Int) -> [Verdict.Link] {
        var links: [Verdict.Link] = []
        var reached = [root]
        var next = 0
        while next < reached.count {
            let cause = reached[next]
            next += 1
            for effect in effects(of: findings[cause].id) where !reached.contains(effect) {
                links.append(Verdict.Link(cause: cause, effect: effect))
                reached.append(effect)
            }
        }
        return links
    }

    private func effects(of id: String) -> [Int] {
        let ids: [String]
        switch RuleBook.role(of: id) {
        case .cause(_, let effects), .symptom(_, let effects): ids = effects
        case .remark: ids = []
        }
        return ids.flatMap { id in findings.indices.filter { findings[$0].id == id } }
    }
}
