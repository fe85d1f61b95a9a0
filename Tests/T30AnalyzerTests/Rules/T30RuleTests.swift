import FaxCore
import TestSupport
import Testing

@testable import T30Analyzer

/// Layer F.
@Suite struct T30RuleTests {
    static let clean = "01-t38-clean-1page-ecm"
    static let withoutECM = "02-t38-clean-3pages-fine-noecm"
    static let overAudio = "03-g711u-clean-1page"

    /// Calls without a fault fire none of them.
    private static let near = RuleBook.ids.filter { FailureCatalogue.entry($0)?.layer == .t30 }.sorted().flatMap { id in
        [clean, withoutECM].map { RuleCase(id: id, kind: .real, capture: $0, fires: false) }
    }

    static let cases: [RuleCase] =
        near + T30IdentificationRows.rows + T30TrainingRows.rows + T30PageRows.rows + T30BlockRows.rows
        + T30FrameRows.rows + T30TurnRows.rows + T30V34Rows.rows

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
