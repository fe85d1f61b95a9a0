import ArgumentParser
import Foundation
import Glibc
import LiveLab

struct InteropCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interop", abstract: "Try our endpoint with itself and with other programs: the matrix.",
        discussion: "Ends with 1 when a row fails, with 3 when one is not possible here and none fails.")

    @Option(help: ArgumentHelp("Only rows whose id begins so.", valueName: "id")) var only: [String] = []
    @Option(help: "Rows at one time.") var jobs = 3
    @Option(help: ArgumentHelp("Write STEM.md and STEM.json.", valueName: "stem")) var report: String?
    @Option(help: "Captures of failures are kept here.") var keep = "out/interop"
    @Flag(help: "Show the rows and do nothing.") var list = false

    func run() throws {
        // Faxes of fax software take too long to be tried without being asked for.
        let all = InteropMatrix.rows + (list || !only.isEmpty ? InteropMatrix.software : [])
        let rows = all.filter { row in only.isEmpty || only.contains { row.id.hasPrefix($0) } }
        guard !rows.isEmpty else { throw ValidationError("no such row; --list shows all.") }
        if list {
            return rows.forEach { print("\($0.id): \($0.peer), \($0.role.rawValue), \($0.carriage): \($0.what)") }
        }
        var run = InteropRun(keep: URL(filePath: keep))
        run.jobs = jobs
        run.onResult = { Self.tell($0) }
        let results = run.run(rows)
        if let report {
            let page = InteropReport(
                subject: .others, only: only, keep: keep, results: results, versions: InteropMatrix.versions)
            try Data(page.markdown.utf8).write(to: URL(filePath: report + ".md"))
            try Data(page.json.utf8).write(to: URL(filePath: report + ".json"))
        }
        try Self.exit(results)
    }

    static func tell(_ result: InteropResult) {
        print("\(result.state.rawValue): \(result.row.id) (\(LabText.number(result.duration / .seconds(1), 1)) s)")
        for line in result.reasons + result.verdicts { print("  \(line)") }
        fflush(nil)
    }

    static func exit(_ results: [InteropResult]) throws {
        if results.contains(where: { $0.state == .fails }) { throw ExitCode(1) }
        if results.contains(where: { $0.state == .notPossible }) { throw ExitCode(3) }
    }
}
