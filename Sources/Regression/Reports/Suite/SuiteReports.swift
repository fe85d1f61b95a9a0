import FaxReport
import Foundation
import Simulator

/// The reports of one run, made of one view of it, with the captures of its worst calls where they are wanted.
public final class SuiteReports {
    private let suite: Suite
    private let command: String
    private let baseline: (name: String, result: SuiteResult)?
    /// Where captures go.
    public var calls: CallFolder?
    /// The first file that could not be written.
    public private(set) var failure: String?
    private var made: RegressionReport?

    public init(_ suite: Suite, baseline: (name: String, result: SuiteResult)?, command: String) {
        self.suite = suite
        self.baseline = baseline
        self.command = command
    }

    /// Of a run there is one result.
    public func report(_ result: SuiteResult) -> RegressionReport {
        if let made { return made }
        var report = RegressionReport(result, of: suite, baseline: baseline, command: command)
        do {
            try calls?.put(SuitePlan(suite), into: &report)
        } catch {
            failure = "\(error)"
        }
        made = report
        return report
    }
}

/// A folder with the captures of the worst calls, and the analyser's report of each. A call is run again for that: the
/// same seed gives the same call.
public struct CallFolder: Sendable {
    /// Cells of which calls are kept, the worst first.
    static let cellLimit = RegressionPage.Limit.worstCells

    private let path: String
    /// Of the report for a browser, from whose folder links lead.
    private let page: String
    private let overwrites: Bool

    public init(path: String, page: String, overwrites: Bool) {
        self.path = path
        self.page = page
        self.overwrites = overwrites
    }

    func put(_ plan: SuitePlan, into report: inout RegressionReport) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let scenarios = Dictionary(zip(plan.cells.map(\.name), plan.scenarios)) { first, _ in first }
        for place in report.worstCells.prefix(Self.cellLimit) {
            guard let scenario = scenarios[report.cells[place].name] else { continue }
            for number in report.cells[place].worst.indices.prefix(RegressionPage.Limit.worstCalls) {
                try put(scenario, cell: place, &report.cells[place].worst[number])
            }
        }
    }

    private func put(_ scenario: CallScenario, cell: Int, _ call: inout RegressionReport.WorstCall) throws {
        let name = "cell-\(cell + 1)-seed-\(call.seed)"
        let problems = Problems()
        var run = SimulateRun(scenario, write: { _ in }, complain: { problems.first = problems.first ?? $0 })
        run.seed = call.seed
        run.writesJSON = true
        run.runner.diagnosing = .off
        run.command = call.command
        run.capture = try ExportFile(path: "\(path)/\(name).pcapng", overwrites: overwrites)
        run.html = try ExportFile(path: "\(path)/\(name).html", overwrites: overwrites)
        if run.run() == .couldNotRun { throw Failure(description: problems.first ?? "\(name) could not be run again") }
        call.capture = Self.way(from: page, to: "\(path)/\(name).pcapng")
        call.page = Self.way(from: page, to: "\(path)/\(name).html")
    }

    private final class Problems { var first: String? }

    struct Failure: Error, CustomStringConvertible { var description: String }

    /// The path of a file from the folder of another one.
    static func way(from page: String, to file: String) -> String {
        func parts(_ path: String) -> [String] { URL(fileURLWithPath: path).standardizedFileURL.pathComponents }
        let (folder, target) = (Array(parts(page).dropLast()), parts(file))
        let shared = zip(folder, target).prefix { $0 == $1 }.count
        return (folder.dropFirst(shared).map { _ in ".." } + target.dropFirst(shared)).joined(separator: "/")
    }
}
