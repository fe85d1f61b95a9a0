import Simulator
import Testing

@Suite struct FisherTestTests {
    private struct Row: CustomTestStringConvertible, Sendable {
        var first: (Int, Int)
        var second: (Int, Int)
        var p: Double
        var testDescription: String { "\(first) \(second)" }
    }

    /// By hand: the lady who tastes tea has 1, 16, 36, 16, 1 of 70 divisions; and tables whose divisions were counted out.
    private static let rows = [
        Row(first: (3, 4), second: (1, 4), p: 34.0 / 70), Row(first: (4, 4), second: (0, 4), p: 2.0 / 70),
        Row(first: (2, 4), second: (2, 4), p: 1), Row(first: (0, 0), second: (3, 4), p: 1),
        Row(first: (60, 60), second: (1_000, 1_000), p: 1), Row(first: (1, 2), second: (0, 1), p: 1),
        Row(first: (3, 3), second: (0, 2), p: 1.0 / 10),
    ]

    @Test(arguments: rows) private func pIsTheShareOfDivisionsThatAreNoMoreProbable(row: Row) throws {
        let first = try #require(Proportion(successes: row.first.0, tries: row.first.1))
        let second = try #require(Proportion(successes: row.second.0, tries: row.second.1))
        #expect(abs(FisherTest.p(first, second) - row.p) < 1e-9)
        #expect(abs(FisherTest.p(second, first) - row.p) < 1e-9)
    }

    /// Large samples: near the normal law's word.
    @Test func largeSamplesAgreeWithTheNormalLaw() throws {
        let first = try #require(Proportion(successes: 480, tries: 600))
        let second = try #require(Proportion(successes: 8_400, tries: 10_000))
        let p = FisherTest.p(first, second)
        #expect(p > 0.005 && p < 0.02, "\(p)")
    }
}
