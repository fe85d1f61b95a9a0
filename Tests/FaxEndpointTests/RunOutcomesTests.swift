import FaxReport
import Testing

@testable import FaxEndpoint

/// What a run keeps of its results.
@Suite struct RunOutcomesTests {
    private struct Outcome: RunResult {
        var isSuccess: Bool
        var reason: String?
        var files: [String] = []
        var document: JSONValue { .string(reason ?? "") }
        var legs: JSONValue? { nil }
    }

    /// What came, and which one is told.
    private static let runs: [([(Bool, String)], String?)] = [
        ([], nil), ([(true, "a"), (true, "b")], "b"), ([(true, "a"), (false, "b"), (true, "c"), (false, "d")], "b"),
        ([(false, "a"), (true, "b")], "a"),
    ]

    @Test(arguments: runs.indices) func theFirstFailureIsTold(run: Int) {
        let (results, told) = Self.runs[run]
        var outcomes = RunOutcomes()
        for (isSuccess, name) in results { outcomes.add(Outcome(isSuccess: isSuccess, reason: name)) }
        #expect(outcomes.told?.reason == told && outcomes.calls == results.count)
        #expect(outcomes.areSuccesses == results.allSatisfy { $0.0 })
    }

    @Test func namesHaveALimit() {
        var outcomes = RunOutcomes()
        for count in [RunOutcomes.fileLimit - 1, 2, 3] {
            outcomes.add(Outcome(isSuccess: true, files: (0..<count).map { "\($0)" }))
        }
        #expect(outcomes.files.count == RunOutcomes.fileLimit && outcomes.calls == 3)
    }
}
