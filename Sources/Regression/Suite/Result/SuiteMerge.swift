/// Puts the shards of a suite together: the result is that of the whole suite run at once.
public struct SuiteMerge {
    private let parts: [SuiteResult]

    public init(_ parts: [SuiteResult]) { self.parts = parts }

    public func merge(baseline: SuiteResult?) throws(StoredSuite.Failure) -> SuiteResult {
        guard let first = parts.first else { throw StoredSuite.Failure("nothing to merge") }
        try check(first)
        var cells: [SuiteCellResult] = []
        for place in first.cells.indices { cells.append(try cell(parts.map { $0.cells[place] })) }
        return SuiteResult(
            suite: first.suite, digest: first.digest, seed: first.seed, shard: nil, cells: cells,
            gates: first.gates.map(\.gate), pairs: first.pairs, baseline: baseline)
    }

    private func check(_ first: SuiteResult) throws(StoredSuite.Failure) {
        var seen: Set<Int> = []
        for part in parts {
            guard let shard = part.shard else { throw StoredSuite.Failure("one of the files is no shard") }
            guard part.digest == first.digest, part.seed == first.seed,
                part.cells.map(\.cell) == first.cells.map(\.cell), part.gates.map(\.gate) == first.gates.map(\.gate)
            else { throw StoredSuite.Failure("shard \(shard.text) is of another suite") }
            guard shard.count == first.shard?.count else {
                throw StoredSuite.Failure("shard \(shard.text) is of another number of shards")
            }
            guard seen.insert(shard.number).inserted else {
                throw StoredSuite.Failure("shard \(shard.text) is given twice")
            }
        }
        guard let count = first.shard?.count, let missing = (1...count).first(where: { !seen.contains($0) }) else {
            return
        }
        throw StoredSuite.Failure("shard \(missing)/\(count) is missing")
    }

    private func cell(_ parts: [SuiteCellResult]) throws(StoredSuite.Failure) -> SuiteCellResult {
        let trials = parts.flatMap(\.trials).sorted { $0.number < $1.number }
        guard let first = parts.first, zip(trials, trials.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw StoredSuite.Failure("a trial stands in two shards")
        }
        let endedEarly = parts.contains(where: \.endedEarly)
        let isComplete = parts.allSatisfy(\.isComplete) && (endedEarly || trials.count == first.cell.trials)
        return SuiteCellResult(
            cell: first.cell, trials: trials, isComplete: isComplete, endedEarly: endedEarly)
    }
}
