import FaxReport
import Foundation
import Regression
import Simulator
import Synchronization
import Testing

/// Suites of short documents, run for real.
@Suite struct SuiteRunTests {
    static let text = """
        name: small
        seed: 7
        trials: 6
        documents: {slip: {rows: 60}}
        paths:
          t38: {transport: t38}
          bare: {transport: t38, redundancy: 0, ecm: false}
        impairments:
          clean: {}
          loss: {loss: 4%}
        gates:
          - {name: clean calls, success: 50%, impairment: clean}
        """

    struct Outcome {
        var status: RegressRun.Status
        var result: SuiteResult?
        var complaints: String
    }

    static func run(_ text: String, _ change: (inout RegressRun) -> Void = { _ in }) throws -> Outcome {
        let complaints = Mutex("")
        let found = Mutex<SuiteResult?>(nil)
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var run = RegressRun(try SuiteReader().read(text), write: { _ in }) { part in
            complaints.withLock { $0 += part + "\n" }
        }
        run.runner.trials.jobs = 2
        run.outputs = [
            .init(try .init(path: folder.appending(path: "out.json").path, overwrites: true)) { result in
                found.withLock { $0 = result }
                return Array(SuiteDocument(result).text.utf8)
            }
        ]
        change(&run)
        let status = run.run()
        return Outcome(status: status, result: found.withLock { $0 }, complaints: complaints.withLock { $0 })
    }

    private static func document(_ outcome: Outcome) throws -> String {
        SuiteDocument(try #require(outcome.result)).text
    }

    @Test func `Results are the same with one thread and with four`() throws {
        let one = try Self.run(Self.text) { $0.runner.trials.jobs = 1 }
        let four = try Self.run(Self.text) { $0.runner.trials.jobs = 4 }
        #expect(one.status == .passed)
        #expect(try Self.document(one) == Self.document(four))
        #expect(one.result?.cells.map(\.trials.count) == [6, 6, 6, 6])
        #expect(one.result?.cells.allSatisfy { $0.trials.map(\.seed) == [7, 8, 9, 10, 11, 12] } == true)
    }

    @Test func `The order of paths and impairments changes no cell`() throws {
        let turned = Self.text
            .replacingOccurrences(
                of: "  clean: {}\n  loss: {loss: 4%}\n", with: "  loss: {loss: 4%}\n  clean: {}\n"
            )
            .replacingOccurrences(
                of: "  t38: {transport: t38}\n  bare: {transport: t38, redundancy: 0, ecm: false}\n",
                with: "  bare: {transport: t38, redundancy: 0, ecm: false}\n  t38: {transport: t38}\n")
        #expect(turned != Self.text)
        func cells(_ text: String) throws -> [SuiteCellResult] {
            try #require(try Self.run(text).result).cells.sorted { $0.cell.name < $1.cell.name }
        }
        #expect(try cells(turned) == cells(Self.text))
    }

    @Test func `Shards merged are the whole`() throws {
        let whole = try Self.run(Self.text)
        let parts = try (1...3).map { number in
            let part = try Self.run(Self.text) { $0.runner.shard = SuiteResult.Shard(number: number, count: 3) }
            #expect(part.status == .passed)
            let text = try Self.document(part)
            return try StoredSuite.read(Data(text.utf8))
        }
        #expect(parts.allSatisfy { $0.trials > 0 && $0.verdict == .incomplete })
        let merged = try SuiteMerge([parts[2], parts[0], parts[1]]).merge(baseline: nil)
        #expect(SuiteDocument(merged).text == (try Self.document(whole)))

        #expect(throws: StoredSuite.Failure.self) { try SuiteMerge([parts[0], parts[1]]).merge(baseline: nil) }
        #expect(throws: StoredSuite.Failure.self) {
            try SuiteMerge([parts[0], parts[1], parts[1]]).merge(baseline: nil)
        }
        let other = try Self.run(Self.text.replacingOccurrences(of: "seed: 7", with: "seed: 8")) {
            $0.runner.shard = SuiteResult.Shard(number: 3, count: 3)
        }
        #expect(throws: StoredSuite.Failure.self) {
            try SuiteMerge([parts[0], parts[1], try #require(other.result)]).merge(baseline: nil)
        }
    }

    @Test func `What was written is what is read`() throws {
        let result = try #require(try Self.run(Self.text).result)
        #expect(try StoredSuite.read(Data(SuiteDocument(result).text.utf8)) == result)
        for bad in ["", "{}", "{\"schema\": \"other\"}", "[1]"] {
            #expect(throws: StoredSuite.Failure.self) { try StoredSuite.read(Data(bad.utf8)) }
        }
        let lie = SuiteDocument(result).text.replacingOccurrences(
            of: "\"duration_ms\": ", with: "\"duration_ms\": 9999999999")
        #expect(throws: StoredSuite.Failure.self) { try StoredSuite.read(Data(lie.utf8)) }
    }

    @Test func `A run that was stopped goes on where it was`() throws {
        let state = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString).state").path
        defer { try? FileManager.default.removeItem(atPath: state) }
        let whole = try Self.run(Self.text)

        let begun = Atomic(0)
        let stopped = try Self.run(Self.text) {
            $0.statePath = state
            $0.runner.trials.shouldStop = { begun.wrappingAdd(1, ordering: .relaxed).oldValue >= 7 }
        }
        #expect(stopped.status == .couldNotRun)
        #expect(stopped.complaints.contains("--resume goes on"))
        #expect(stopped.result?.verdict == .incomplete)
        let kept = try String(contentsOfFile: state, encoding: .utf8)
        #expect(kept.split(separator: "\n").count == 8)

        let refused = try Self.run(Self.text) { $0.statePath = state }
        #expect(refused.status == .usage)
        let other = try Self.run(Self.text.replacingOccurrences(of: "seed: 7", with: "seed: 8")) {
            $0.statePath = state
            $0.resumes = true
        }
        #expect(other.status == .couldNotRun)

        // The last line may be torn.
        try (kept + "{\"cell\":0,\"rec").write(toFile: state, atomically: true, encoding: .utf8)
        let ran = Atomic(0)
        let resumed = try Self.run(Self.text) {
            $0.statePath = state
            $0.resumes = true
            $0.progress = { _, _, _ in ran.wrappingAdd(1, ordering: .relaxed) }
        }
        #expect(resumed.status == .passed)
        #expect(ran.load(ordering: .relaxed) == 24 - 7)
        #expect(try Self.document(resumed) == Self.document(whole))
        #expect(!FileManager.default.fileExists(atPath: state))
    }
}
