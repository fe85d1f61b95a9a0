import ArgumentParser
import Foundation
import LiveLab

struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "Live calls that something befalls: is anything lost, left open or without an end?",
        discussion: """
            The other process is killed or told to end in each phase, the network is gone, the disk fills up. \
            Whatever happens: no page that was confirmed is lost, no call stays open, everything ends in time. The small file \
            system of the full disk wants root.
            """)

    @Option(help: ArgumentHelp("Only rows whose id begins so.", valueName: "id")) var only: [String] = []
    @Option(help: "Rows at one time.") var jobs = 6
    @Option(help: "The command under test; without it the one beside this program.") var faxprobe: String?
    @Option(help: ArgumentHelp("Write STEM.md and STEM.json.", valueName: "stem")) var report: String?
    @Option(help: "Captures of failures are kept here.") var keep = "out/faults"

    func run() throws {
        let beside = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let command = faxprobe.map { URL(filePath: $0) } ?? beside.appending(path: "faxprobe")
        guard FileManager.default.isExecutableFile(atPath: command.path) else {
            throw ValidationError("there is no \(command.path): build it, or name it with --faxprobe.")
        }
        let rows = FaultMatrix.rows(faxprobe: command).filter { row in
            only.isEmpty || only.contains { row.id.hasPrefix($0) }
        }
        guard !rows.isEmpty else { throw ValidationError("no such row.") }
        var run = InteropRun(keep: URL(filePath: keep))
        run.jobs = jobs
        run.onResult = { InteropCommand.tell($0) }
        let results = run.run(rows)
        if let report {
            let page = InteropReport(subject: .faults, only: only, keep: keep, results: results)
            try Data(page.markdown.utf8).write(to: URL(filePath: report + ".md"))
            try Data(page.json.utf8).write(to: URL(filePath: report + ".json"))
        }
        try InteropCommand.exit(results)
    }
}
