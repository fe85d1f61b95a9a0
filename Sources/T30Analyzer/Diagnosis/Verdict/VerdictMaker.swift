import FaxCore
import PcapDecode

/// Draws the verdict from the findings: what strikes earlier explains what strikes later, a cause explains a symptom, and of
/// equals the one that the rule book lists first. What the book calls an effect of another candidate never goes before it.
struct VerdictMaker {
    private let findings: [Finding]
    private let reach: Reach
    private let isCarriedByT38: Bool

    static func verdict(on findings: [Finding], _ facts: CallFacts) -> Verdict {
        let maker = VerdictMaker(
            findings: findings, reach: Reach(facts.fax), isCarriedByT38: facts.fax.carriedBy == "t38")
        return maker.verdict(brokeIn: BreakPoint.of(facts))
    }

    private func verdict(brokeIn: Verdict.Break?) -> Verdict {
        var verdict = Verdict()
        verdict.brokeIn = brokeIn
        let ranked = candidates
        guard let root = ranked.first.map({ origin(of: $0, among: ranked) }) ?? fallback else { return verdict }
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
        let candidates = findings.indices.filter { isCandidate($0) }
        return candidates.count < 2 ? candidates : candidates.sorted { rank($0) < rank($1) }
    }

    private func isCandidate(_ index: Int) -> Bool {
        let finding = findings[index]
        guard finding.severity > .note, finding.certainty != .hint else { return false }
        switch RuleBook.role(of: finding.id) {
        case .remark, .fallback: return false
        case .symptom(let stage, of: _): return finding.severity == .error && reach.fits(stage)
        case .cause(let stage, let effects):
            return reach.fits(stage) && (finding.severity == .error || explainsError(finding, effects))
        }
    }

    /// Which stages explain how a fax came out. What kept it from beginning explains any call without success; what struck
    /// a session only one that failed. Where the capture ends between pages, nothing is known to have gone wrong.
    struct Reach {
        private let reachesSetup: Bool
        private let reachesSession: Bool

        init(_ fax: FaxSession) {
            reachesSession = fax.hasFailed
            reachesSetup = fax.outcome != .success && (fax.outcome != .partial || fax.hasFailed)
        }

        func fits(_ stage: Rule.Stage) -> Bool {
            switch stage {
            case .setup, .switching: reachesSetup
            case .session: reachesSession
            }
        }

        /// Whether anything that a rule finds may be the root cause.
        func mayFindRootCause(_ rule: Rule) -> Bool {
            rule.findsFallback || rule.stages.contains(where: fits)
        }
    }

    /// A warning stands behind an error that no other cause explains.
    private func explainsError(_ finding: Finding, _ effects: [String]) -> Bool {
        findings.contains { $0.severity == .error && effects.contains($0.id) && !isLater(finding, than: $0) }
    }

    private func rank(_ index: Int) -> (Int, Int, Int, Int) {
        let place = RuleBook.place(of: findings[index].id)
        switch RuleBook.role(of: findings[index].id) {
        case .cause(let stage, of: _):
            return (stage == .session ? 1 : 0, findings[index].severity == .error ? 0 : 1, place, index)
        case .symptom(let stage, of: _): return (stage == .session ? 1 : 0, 2, place, index)
        case .remark, .fallback: return (2, 0, place, index)
        }
    }

    /// From a candidate to the one that it follows from, and from that to its own, as far as the book and the evidence lead.
    private func origin(of first: Int, among ranked: [Int]) -> Int {
        var (origin, passed) = (first, Set([first]))
        while let cause = ranked.first(where: { !passed.contains($0) && follows(origin, from: $0) }) {
            passed.insert(cause)
            origin = cause
        }
        return origin
    }

    private func follows(_ effect: Int, from cause: Int) -> Bool {
        guard findings[effect].id != findings[cause].id else { return false }
        return ids(of: findings[cause].id).contains(findings[effect].id)
            && !ids(of: findings[effect].id).contains(findings[cause].id)
            && !isLater(findings[cause], than: findings[effect])
    }

    /// All that proves the one came after all that proves the other.
    private func isLater(_ one: Finding, than other: Finding) -> Bool {
        if let first = one.frames.min(), let last = other.frames.max() { return first > last }
        if let first = one.times.map(\.lowerBound).min(), let last = other.times.map(\.upperBound).max() {
            return first > last
        }
        return false
    }

    /// A fax that went on without T.38 because it was refused.
    private var fallback: Int? {
        guard !isCarriedByT38 else { return nil }
        return findings.firstIndex { finding in
            guard case .fallback = RuleBook.role(of: finding.id) else { return false }
            return finding.severity > .note
        }
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
        ids(of: id).flatMap { id in findings.indices.filter { findings[$0].id == id } }
    }

    /// The failure modes that follow from one, as the book says.
    private func ids(of id: String) -> [String] {
        switch RuleBook.role(of: id) {
        case .cause(_, let effects), .symptom(_, let effects): effects
        case .remark, .fallback: []
        }
    }
}
