import ArgumentParser
import FaxCore
import Foundation
import Regression
import Simulator
import Synchronization

struct CurvesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "curves",
        abstract: "Simulate calls at many rates of loss: how often a fax is delivered over T.38 and over G.711.",
        discussion: "Ends with 1 when a call showed what must not be, whatever the network does.")

    @Option(help: "Calls at each point.") var trials = 100
    @Option(help: "Of the first call at each point.") var seed: UInt64 = 1
    @Option(help: "Threads.") var jobs = 2
    @Option(help: ArgumentHelp("Write STEM.md, STEM.csv and STEM.svg.", valueName: "stem")) var report: String?

    func validate() throws {
        guard (1...100_000).contains(trials) else { throw ValidationError("--trials wants 1 to 100000.") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs wants 1 to 256.") }
    }

    func run() throws {
        let cells = try measure(CurvePoint.all)
        let stem = report.map { URL(filePath: $0).lastPathComponent } ?? "curves"
        let result = CurveReport(cells: cells, calls: trials, origin: origin, pictureName: stem + ".svg")
        if let report {
            for (ending, text) in [("md", result.markdown), ("csv", result.csv), ("svg", result.svg)] {
                try Data(text.utf8).write(to: URL(filePath: "\(report).\(ending)"))
            }
        } else {
            print(result.csv, terminator: "")
        }
        let violations = cells.flatMap(\.violations)
        for violation in violations.prefix(20) { print("✗ \(violation)") }
        if !violations.isEmpty { throw ExitCode(1) }
    }

    private var origin: String {
        let date = Date().formatted(.iso8601.year().month().day())
        return "\(date), `make curves SEED=\(seed) TRIALS=\(trials)`."
    }

    /// All points in one run, so that no thread waits for the last call of a point.
    private func measure(_ points: [CurvePoint]) throws -> [CurveCell] {
        let document = try SimulatedDocument.standard()
        let scenarios = try points.map { try $0.scenario(document) }
        let cells = Mutex(points.map(CurveCell.init))
        let (trials, seed) = (trials, seed)
        var runner = TrialRunner()
        runner.jobs = jobs
        runner.diagnosing = .off
        try runner.run(count: points.count * trials) { number in
            CallTrial(scenarios[number / trials], seed: SimulateRun.seed(of: number % trials, from: seed))
        } take: { output in
            let number = output.record.number
            cells.withLock { $0[number / trials].add(output.record) }
            guard number % trials == trials - 1 else { return }
            let cell = cells.withLock { $0[number / trials] }
            print(
                "\(cell.point.carriage.name), burst \(cell.point.burst), loss \(cell.point.loss) %: "
                    + "\(cell.successes) of \(cell.calls)")
        }
        return cells.withLock { $0 }
    }
}
