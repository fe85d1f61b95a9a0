import ArgumentParser
import FaxCore
import FaxReport
import Foundation
import Regression

struct Regress: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regress",
        abstract: "Run a suite of simulated calls, or of calls over devices, and judge it.",
        discussion: """
            A suite names documents, paths (stations and transport), impairments (networks), trials and gates; every
            combination is a cell. Trial n of every cell has the same seed, so paths meet the same network, and a build meets
            the same calls as its baseline. Results hold nothing of the machine or the time: they are the same with any
            number of jobs, and shards that were merged give those of the whole. docs/regress.md tells how suites are
            written; corpus/suites has some that are ready.

            The state of the run is a journal beside the file of --json (FILE.state), or where --state says. Ctrl-C keeps
            what has been run, and --resume goes on from there. When the run is done the journal is removed.

            EXAMPLES
              faxprobe regress corpus/suites/smoke.yaml
              faxprobe regress --check my-suite.yaml
              faxprobe regress suite.yaml --save-baseline good.json
              faxprobe regress suite.yaml --baseline good.json --json results.json
              faxprobe regress suite.yaml --html report.html --captures calls --junit report.xml
              faxprobe regress suite.yaml --shard 2/8 --json part-2.json
              faxprobe merge part-*.json -o results.json
              faxprobe regress corpus/suites/ata-spa2102-emulated.yaml --records calls    ATAs, in real time
              faxprobe regress suite.yaml --emit slurm --shards 64 > job.sh

            EXIT STATUS
              0  no gate failed
              1  a regression: a gate failed
              2  wrong usage, or a suite that cannot be
              3  the suite could not be run to its end, or a gate not be judged
            """)

    @Argument(help: ArgumentHelp("YAML.", valueName: "suite")) var suite: String

    @Flag(help: "Only read the suite; errors have line and column.") var check = false
    @Option(help: ArgumentHelp("Results of an earlier build, for gates that compare.", valueName: "file"))
    var baseline: String?
    @Option(help: ArgumentHelp("Write the results as a baseline for later builds.", valueName: "file"))
    var saveBaseline: String?
    @Option(help: ArgumentHelp("Write the results.", valueName: "file")) var json: String?
    @Option(help: ArgumentHelp("Run this part of the suite only; merge puts them together.", valueName: "i/n"))
    var shard: String?
    @Flag(help: "Go on with a run that was stopped.") var resume = false
    @Option(help: ArgumentHelp("The journal of the run.", valueName: "file")) var state: String?
    @Option(help: ArgumentHelp("Threads; all cores unless given.", valueName: "n")) var jobs: Int?
    @Option(help: ArgumentHelp("Which calls to diagnose: all, failed or off.", valueName: "which"))
    var diagnose = TrialRunner.Diagnosing.failed
    @Option(help: ArgumentHelp("Print a job file: slurm, kubernetes, github, gitlab or parallel.", valueName: "kind"))
    var emit: JobFile.Kind?
    @Option(help: ArgumentHelp("With --emit: how many shards.", valueName: "n")) var shards: Int?
    @OptionGroup(title: "Reports") var reports: RegressReports
    @Option(help: ArgumentHelp("Of a suite that names devices: keep records of calls there.", valueName: "folder"))
    var records: String?
    @Flag(help: "Show progress, also where standard error is no terminal.") var watch = false
    @Flag(help: "Overwrite files.") var force = false

    func validate() throws {
        if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs wants 1 to 256.") }
        if let shard, SuiteResult.Shard(shard) == nil { throw ValidationError("--shard wants i/n, such as 2/8.") }
        if shard != nil, baseline != nil || saveBaseline != nil {
            throw ValidationError("Shards are not judged: give --baseline and --save-baseline to merge.")
        }
        if (emit == nil) != (shards == nil) { throw ValidationError("--emit and --shards go together.") }
        if let shards, !(1...SuiteResult.Shard.limit).contains(shards) {
            throw ValidationError("--shards wants 1 to \(SuiteResult.Shard.limit).")
        }
        if resume, json == nil, state == nil { throw ValidationError("--resume wants --json or --state.") }
    }

    func run() throws {
        let path = suite
        if let text = RegressDevices.text(path) { return try runDevices(text) }
        let suite = try SuiteFile.read(path)
        if check { return tell(suite) }
        if let emit, let shards {
            return print(JobFile(suite: path, name: suite.name, shards: shards).text(emit), terminator: "")
        }
        Console.catchSignals()
        let output = StandardOutput(flushesEachTime: Console.outputIsTerminal)
        var run = RegressRun(
            suite, write: { output.write($0) }, complain: { Console.complain("faxprobe: " + $0) })
        var made: SuiteReports?
        try prepare(&run) { made = $0 }
        let progress = ProgressLine()
        if watch || Console.errorsAreTerminal { run.progress = Self.progress(progress) }
        let status = run.run()
        progress.clear()
        output.flush()
        if let failure = output.failure, failure != EPIPE {
            try SuiteFile.fail("cannot write the results: \(String(cString: strerror(failure)))", .couldNotRun)
        }
        if let failure = made?.failure { try SuiteFile.fail(failure, .couldNotRun) }
        if status != .passed { throw ExitCode(status.rawValue) }
    }

    /// A suite that names devices: its calls take their real time.
    private func runDevices(_ text: String) throws {
        guard shard == nil, emit == nil, !resume, state == nil, reports.captures == nil else {
            throw ValidationError(
                "A suite that names devices runs in one go: no --shard, --emit, --resume, --state; --records instead of --captures."
            )
        }
        try RegressDevices(
            path: suite, baseline: baseline, saveBaseline: saveBaseline, json: json, records: records, jobs: jobs,
            checks: check, force: force, reports: reports
        ).run(text)
    }

    private func prepare(_ run: inout RegressRun, _ done: (SuiteReports) -> Void) throws {
        run.runner.trials.jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        run.runner.trials.diagnosing = diagnose
        run.runner.trials.shouldStop = { Console.wasStopped }
        run.runner.shard = shard.flatMap { SuiteResult.Shard($0) }
        run.baseline = try baseline.map { try SuiteFile.result($0) }
        run.makesBaseline = saveBaseline != nil
        run.statePath = state ?? json.flatMap { $0 == "-" ? nil : $0 + ".state" }
        run.resumes = resume
        run.overwrites = force
        do {
            if let json { run.outputs.append(.init(try file(json)) { Array(SuiteDocument($0).text.utf8) }) }
            if let saveBaseline {
                run.outputs.append(
                    .init(try file(saveBaseline), wantsWhole: true) { Array(SuiteDocument($0).text.utf8) })
            }
            let old = run.baseline.map { (name: baseline ?? "", result: $0) }
            run.outputs += try reports.outputs(run.suite, baseline: old, force: force || resume, done)
        } catch {
            try SuiteFile.fail("\(error)", .couldNotRun)
        }
    }

    private func file(_ path: String) throws -> ExportFile {
        try ExportFile(path: path, overwrites: force || resume)
    }

    private func tell(_ suite: Suite) {
        let plan = SuitePlan(suite)
        let calls = plan.cells.reduce(0) { $0 + $1.trials }
        print("\(suite.name): \(plan.cells.count) cells, \(calls) calls at most, \(suite.gates.count) gates")
    }

    /// Calls done, and when the rest may be.
    private static func progress(_ line: ProgressLine) -> @Sendable (Int, Int, Int) -> Void {
        let start = ContinuousClock.now
        return { done, due, failures in
            let passed = (ContinuousClock.now - start).inSeconds
            let left = Int((passed / Double(max(done, 1)) * Double(max(0, due - done))).rounded(.up))
            line.show("\(done) of \(due) calls, \(failures) failed, about \(left / 60) min \(left % 60) s left")
        }
    }
}

/// Reading what suites and results are in.
enum SuiteFile {
    static func read(_ path: String) throws -> Suite {
        let data = try octets(path)
        guard let text = String(data: data, encoding: .utf8) else {
            try fail("\(path): 1:1: no UTF-8", .usage)
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let reader = SuiteReader { name in
            do {
                return [UInt8](try Data(contentsOf: URL(fileURLWithPath: name, relativeTo: folder)))
            } catch {
                throw Unreadable(description: error.localizedDescription)
            }
        }
        do {
            return try reader.read(text)
        } catch {
            try fail("\(path):\(error)", .usage)
        }
    }

    /// Without the paths of this machine.
    private struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    static func result(_ path: String, baseline: SuiteResult? = nil) throws -> SuiteResult {
        let data = try octets(path)
        do {
            return try StoredSuite.read(data, baseline: baseline)
        } catch {
            try fail("\(path): \(error)", .couldNotRun)
        }
    }

    private static func octets(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            try fail("cannot read \(path): \(error.localizedDescription)", .couldNotRun)
        }
    }

    static func fail(_ text: String, _ status: RegressRun.Status) throws -> Never {
        Console.complain("faxprobe: " + text)
        throw ExitCode(status.rawValue)
    }
}

extension JobFile.Kind: ExpressibleByArgument {}
