import FaxCore
import TestSupport
import Testing

@testable import T30Analyzer

/// `docs/rule-coverage.md`: every entry of the catalogue, whether a rule looks for it, and what proves the rule.
@Suite struct RuleCoverageGoldenTests {
    @Test func coverageIsWrittenDown() throws {
        try Golden.expect(RuleCoverage.text, equals: "docs/rule-coverage.md")
    }

    /// A row for an id that no rule may find could never fire.
    @Test func everyRowIsOfARule() {
        #expect(Set(RuleCases.all.filter { !RuleBook.ids.contains($0.id) }.map(\.id)).sorted() == [])
    }
}

enum RuleCoverage {
    static var text: String {
        let layers: [(String, Finding.Layer)] = [
            ("A. Call set-up", .setup), ("B. SDP and T.38 negotiation", .negotiation), ("C. Transport", .transport),
            ("D. Audio pass-through", .audio), ("E. T.38 IFP behaviour", .ifp), ("F. T.30", .t30),
            ("G. Gateways, ATAs, carriers, fallback", .gateway),
        ]
        let sections = layers.map { title, layer in
            section(title, FailureCatalogue.entries.filter { $0.layer == layer })
        }
        return head + sections.joined()
    }

    private static let head = """
        # What looks for each failure mode, and what proves it

        One row for each entry of the failure catalogue; `faxprobe explain ID` tells what an entry says. Made from the rows
        of `Tests/T30AnalyzerTests/Rules` by `make golden`.

        - real: captures of the corpus in which the rule fires.
        - made: captures of the corpus with packets changed so that it fires.
        - scripted: calls written down step by step, or simulated, in which it fires.
        - near misses: rows in which it must not fire.

        """

    private static func section(_ title: String, _ entries: [CatalogueEntry]) -> String {
        let ruled = entries.filter(\.hasRule)
        var text = "\n## \(title)\n\n\(ruled.count) of \(entries.count) have a rule.\n\n"
        text += "| id | rule | real | made | scripted | near misses |\n|---|---|---|---|---|---|\n"
        for entry in entries {
            let cells = [rule(entry)] + RuleCase.Kind.allCases.map { cell(entry.id, $0) } + [nearMisses(entry.id)]
            text += "| `\(entry.id)` | \(cells.joined(separator: " | ")) |\n"
        }
        return text
    }

    private static func rule(_ entry: CatalogueEntry) -> String {
        if RuleBook.ids.contains(entry.id) { return "yes" }
        switch entry.scope {
        case .call: return "none"
        case .legs: return "none; wants two legs"
        case .calls: return "none; wants several calls"
        case .captures: return "yes, of `faxprobe compare`"
        case .notObservable(let reason): return "not observable: \(reason)"
        }
    }

    private static func cell(_ id: String, _ kind: RuleCase.Kind) -> String {
        let rows = RuleCases.all.filter { $0.id == id && $0.kind == kind && $0.fires }
        var captures: [String] = []
        for name in rows.compactMap(\.capture) where !captures.contains(name) { captures.append(name) }
        if kind == .scripted { return rows.isEmpty ? "–" : "\(rows.count)" }
        return captures.isEmpty ? "–" : captures.joined(separator: ", ")
    }

    private static func nearMisses(_ id: String) -> String {
        let count = RuleCases.all.filter { $0.id == id && !$0.fires }.count
        return count == 0 ? "–" : "\(count)"
    }
}
