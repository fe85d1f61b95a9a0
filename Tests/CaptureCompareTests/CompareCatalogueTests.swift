import CaptureCompare
import T30Analyzer
import Testing

/// `faxprobe explain` knows whatever `faxprobe compare` finds.
@Suite struct CompareCatalogueTests {
    @Test(arguments: CompareFinding.Mode.allCases) func everyModeIsInTheCatalogue(mode: CompareFinding.Mode) {
        #expect(FailureCatalogue.entry(mode.rawValue) != nil)
    }

    /// What is said to need two captures is found by their comparison.
    @Test func everyEntryOfTwoCapturesIsAMode() {
        let ids = FailureCatalogue.entries.filter { $0.scope == .captures }.map(\.id)
        #expect(ids.count == 5)
        #expect(ids.filter { CompareFinding.Mode(rawValue: $0) == nil } == [])
    }
}
