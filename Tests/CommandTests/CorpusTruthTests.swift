import FaxReport
import Foundation
import TestSupport
import Testing

/// Every capture of the corpus against the ground truth beside it, by the same comparison as `make truth`.
@Suite struct CorpusTruthTests {
    static let cases = (try? TruthCase.all(in: Corpus.file("captures"))) ?? []

    @Test func theCorpusIsThere() {
        #expect(Self.cases.count >= 45)
        #expect(Self.cases.count { !$0.received.isEmpty } >= 20)
        #expect(Self.cases.count { $0.impairLog != nil } >= 8)
    }

    @Test(arguments: cases.map(\.name))
    func agrees(name: String) throws {
        let truth = try #require(Self.cases.first { $0.name == name })
        let row = TruthTable.row(truth) { try TruthTable.calls(of: $0) }
        #expect(row.wrongs.isEmpty)
    }
}
