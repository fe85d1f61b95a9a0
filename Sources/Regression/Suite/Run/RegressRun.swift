import FaxReport
import Foundation
import Synchronization

/// `faxprobe regress`: a suite run, judged and written.
public struct RegressRun {
    public enum Status: Int32, Sendable {
        case passed = 0
        case regression = 1
        /// The command line, or the suite, cannot be.
        case usage = 2
        /// Trials could not be run, files not read or written, gates not judged.
        case couldNotRun = 3
    }

    public let suite: Suite
    public let plan: SuitePlan
    public var runner: SuiteRunner
    public var baseline: SuiteResult?
    /// The result is to be a baseline itself: without one, gates that want one are no matter.
    public var makesBaseline = false
    /// Where results go once all is done.
    public var outputs: [Output] = []
    public var statePath: String?
    public var resumes = false
    public var overwrites = false
    public var write: (String) -> Void
    public var complain: (String) -> Void
    /// Told of trials done, of all that are due at most, and of failures among them.
    public var progress: (@Sendable (_ done: Int, _ due: Int, _ failures: Int) -> Void)?

    /// A file and what it holds.
    public struct Output {
        public var file: ExportFile
        /// Left out while the run is not complete.
        public var wantsWhole: Bool
        public var octets: (SuiteResult) -> [UInt8]

        public init(_ file: ExportFile, wantsWhole: Bool = false, _ octets: @escaping (SuiteResult) -> [UInt8]) {
            self.file = file
            self.wantsWhole = wantsWhole
            self.octets = octets
        }
    }

    public init(_ suite: Suite, write: @escaping (String) -> Void, complain: @escaping (String) -> Void) {
        self.suite = suite
        plan = SuitePlan(suite)
        runner = SuiteRunner(suite, plan)
        self.write = write
        self.complain = complain
    }

    public func run() -> Status {
        do {
            let known = try earlier()
            let journal = try statePath.map { try SuiteJournal(path: $0, header: header, known: known) }
            let cells = try runTrials(known?.known ?? [:], journal)
            let result = SuiteResult(
                suite: suite.name, digest: plan.digest, seed: suite.seed, shard: runner.shard, cells: cells,
                gates: suite.gates, pairs: suite.comparisons, baseline: baseline)
            return try finish(result, journal)
        } catch let problem as Problem {
            complain(problem.text)
            return problem.status
        } catch {
            complain("\(error)")
            return .couldNotRun
        }
    }

    private struct Problem: Error {
        var text: String
        var status: Status
    }

    private var header: SuiteJournal.Header {
        SuiteJournal.Header(digest: plan.digest, shard: runner.shard, diagnose: runner.trials.diagnosing)
    }

    /// What an earlier run left behind.
    private func earlier() throws -> SuiteJournal.Read? {
        guard let statePath else { return nil }
        if !resumes {
            guard overwrites || access(statePath, F_OK) != 0 else {
                throw Problem(
                    text: "\(statePath) is of a run that was stopped: --resume goes on, --force begins anew",
                    status: .usage)
            }
            return nil
        }
        return try SuiteJournal.read(path: statePath, header: header, suite: suite, plan: plan)
    }

    private struct Count: Sendable {
        var done = 0
        var failures = 0
    }

    private func runTrials(_ known: SuiteRunner.Known, _ journal: SuiteJournal?) throws -> [SuiteCellResult] {
        let (due, progress) = (runner.due(known), progress)
        let count = Mutex(Count())
        let writer = JournalWriter(journal)
        let cells = try runner.run(known: known) { cell, trial in
            writer.add(cell, trial)
            let now = count.withLock { count in
                count.done += 1
                if !trial.isSuccess { count.failures += 1 }
                return count
            }
            progress?(now.done, due, now.failures)
        }
        if let problem = writer.problem { complain("the state could not be written: \(problem)") }
        return cells
    }

    private func finish(_ result: SuiteResult, _ journal: SuiteJournal?) throws -> Status {
        // Standard output is either for people or for programs.
        if !outputs.contains(where: { $0.file.path == "-" }) { write(SuiteText(result).text) }
        let isStopped = !result.cells.allSatisfy(\.isComplete)
        for output in outputs where !output.wantsWhole || result.isComplete {
            try output.file.put(output.octets(result), write)
        }
        if isStopped {
            let hint = statePath == nil ? "" : "; --resume goes on"
            complain("stopped after \(result.trials) trials\(hint)")
            return .couldNotRun
        }
        journal?.remove()
        if result.verdict == .unjudged, makesBaseline, baseline == nil { return .passed }
        return Self.status(of: result)
    }

    /// A shard that was run is all that was asked for.
    public static func status(of result: SuiteResult) -> Status {
        switch result.verdict {
        case .passed: .passed
        case .regression: .regression
        case .incomplete: result.cells.allSatisfy(\.isComplete) && result.shard != nil ? .passed : .couldNotRun
        case .unjudged: .couldNotRun
        }
    }
}

/// The journal as threads write to it, one at a time.
private final class JournalWriter: @unchecked Sendable {
    private let journal: SuiteJournal?
    private let failure = Mutex<String?>(nil)

    init(_ journal: SuiteJournal?) { self.journal = journal }

    var problem: String? { failure.withLock { $0 } }

    func add(_ cell: Int, _ trial: SuiteTrial) {
        failure.withLock { failure in
            do {
                try journal?.add(cell: cell, trial)
            } catch {
                failure = "\(error)"
            }
        }
    }
}

extension ExportFile {
    /// `-` is what `write` writes to.
    func put(_ octets: [UInt8], _ write: (String) -> Void) throws {
        if path == "-" { write(String(decoding: octets, as: UTF8.self)) } else { try put(octets) }
    }
}
