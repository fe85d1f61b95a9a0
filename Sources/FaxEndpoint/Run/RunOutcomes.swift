/// What is kept of the results of a run, which may have any number of them: counts, and the one that is told in the end.
struct RunOutcomes: Sendable {
    private(set) var calls = 0
    private(set) var succeeded = 0
    /// Of all results, the first ``fileLimit``.
    private(set) var files: [String] = []
    /// The first that failed, else the last one.
    private(set) var told: (any RunResult)?

    /// Names in the last line of a run; each fax has its own event with all of its names.
    static let fileLimit = 10_000

    var areSuccesses: Bool { calls == succeeded }

    mutating func add(_ result: any RunResult) {
        if areSuccesses { told = result }
        calls += 1
        if result.isSuccess { succeeded += 1 }
        files += result.files.prefix(max(0, Self.fileLimit - files.count))
    }
}
