import Foundation

/// Reads a ``SuiteResult`` that ``SuiteDocument`` wrote: a shard, a baseline.
public enum StoredSuite {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }

    /// Octets of a file; of any figure in it.
    public static let octetLimit = 1 << 30
    static let figureLimit = 1_000_000_000

    public static func read(_ octets: Data, baseline: SuiteResult? = nil) throws(Failure) -> SuiteResult {
        guard octets.count <= octetLimit else { throw Failure("larger than \(octetLimit) octets") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let schema = try decoder.decode(Schema.self, from: octets).schema
            guard schema == SuiteResult.schema else { throw Failure("its schema is '\(schema)'") }
            return try decoder.decode(StoredResult.self, from: octets).result(baseline)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("no results of a suite: \(error)")
        }
    }

    private struct Schema: Decodable { var schema: String }
}

private struct StoredResult: Decodable {
    var suite: String
    var digest: String
    var seed: String
    var shard: String?
    var compare: [[String]]
    var gates: [StoredGate]
    var cells: [StoredCell]

    func result(_ baseline: SuiteResult?) throws -> SuiteResult {
        guard let seed = UInt64(seed) else { throw StoredSuite.Failure("the seed is no number") }
        guard cells.count <= Suite.cellLimit else { throw StoredSuite.Failure("too many cells") }
        let part = shard.flatMap { SuiteResult.Shard($0) }
        guard part != nil || shard == nil else { throw StoredSuite.Failure("the shard is not i/n") }
        let pairs = try compare.map { names in
            guard names.count == 2 else { throw StoredSuite.Failure("a comparison has two paths") }
            return Suite.PathPair(first: names[0], second: names[1])
        }
        let results = try cells.map { try $0.result(seed) }
        guard Set(results.map(\.cell.name)).count == results.count else {
            throw StoredSuite.Failure("a cell stands there twice")
        }
        return SuiteResult(
            suite: suite, digest: digest, seed: seed, shard: part, cells: results,
            gates: try gates.map { try $0.gate() }, pairs: pairs, baseline: baseline)
    }
}

private struct StoredCell: Decodable {
    var document: String
    var path: String
    var impairment: String
    var digest: String
    var planned: Int
    var complete: Bool
    var endedEarly: Bool
    var records: [StoredTrial]

    func result(_ seed: UInt64) throws -> SuiteCellResult {
        guard (1...Suite.trialLimit).contains(planned), records.count <= planned else {
            throw StoredSuite.Failure("\(document)/\(path)/\(impairment): trials cannot be so many")
        }
        let trials = try records.map { try $0.trial(seed) }
        guard zip(trials, trials.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw StoredSuite.Failure("\(document)/\(path)/\(impairment): trials are not in order")
        }
        return SuiteCellResult(
            cell: SuiteCell(
                document: document, path: path, impairment: impairment, trials: planned, digest: digest),
            trials: trials, isComplete: complete, endedEarly: endedEarly)
    }
}

/// A trial as documents and journals hold it.
struct StoredTrial: Decodable {
    var trial: Int
    var seed: String
    var success: Bool
    var durationMs: Int
    var transferMs: Int?
    var pagesSent: Int
    var pagesReceived: Int
    var ecmRetries: Int
    var trainings: Int
    var failedTrainings: Int
    var badRows: Int
    var rateBps: Int
    var codedOctets: Int
    var unrecovered: Int
    var failure: String?
    var violations: [String]

    func trial(_ first: UInt64) throws -> SuiteTrial {
        let figures = [
            trial, durationMs, transferMs ?? 0, pagesSent, pagesReceived, ecmRetries, trainings, failedTrainings,
            badRows, rateBps, codedOctets, unrecovered,
        ]
        guard figures.allSatisfy({ (0...StoredSuite.figureLimit).contains($0) }) else {
            throw StoredSuite.Failure("a figure of trial \(trial) cannot be")
        }
        guard UInt64(seed) == first &+ UInt64(trial) else {
            throw StoredSuite.Failure("trial \(trial) has not the seed that it should have")
        }
        var read = SuiteTrial(number: trial, seed: first &+ UInt64(trial), isSuccess: success)
        read.durationMs = durationMs
        read.transferMs = transferMs
        read.pagesSent = pagesSent
        read.pagesReceived = pagesReceived
        read.ecmRetries = ecmRetries
        read.trainings = trainings
        read.failedTrainings = failedTrainings
        read.badRows = badRows
        read.rateBps = rateBps
        read.codedOctets = codedOctets
        read.unrecovered = unrecovered
        read.failure = failure
        read.violations = violations
        return read
    }
}

private struct StoredGate: Decodable {
    struct Definition: Decodable {
        var kind: String
        var success: Double?
        var good: Double?
        var bad: Double?
        var miss: Double?
        var falseAlarm: Double
        var undecided: String
        var withinNs: Int64?
        var ecmRetries: Int?
        var badRows: Int?
        var trainings: Int?
        var unrecovered: Int?
        var documents: [String]
        var paths: [String]
        var impairments: [String]
    }

    var name: String
    var definition: Definition

    func gate() throws -> SuiteGate {
        var gate = SuiteGate(name: name, rule: try rule())
        gate.falseAlarm = definition.falseAlarm
        gate.failsWhenUndecided = definition.undecided == "fail"
        gate.demand.within = definition.withinNs.map { .nanoseconds($0) }
        gate.demand.ecmRetries = definition.ecmRetries
        gate.demand.badRows = definition.badRows
        gate.demand.trainings = definition.trainings
        gate.demand.unrecovered = definition.unrecovered
        gate.selection.documents = definition.documents
        gate.selection.paths = definition.paths
        gate.selection.impairments = definition.impairments
        return gate
    }

    private func rule() throws -> SuiteGate.Rule {
        switch (definition.kind, definition.success, definition.good, definition.bad, definition.miss) {
        case ("success", let success?, _, _, _): return .limit(success)
        case ("baseline", _, _, _, _): return .baseline
        case ("sequential", _, let good?, let bad?, let miss?): return .sequential(good: good, bad: bad, miss: miss)
        default: throw StoredSuite.Failure("the gate '\(name)' is of no known kind")
        }
    }
}
