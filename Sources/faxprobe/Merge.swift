import ArgumentParser
import FaxReport
import Foundation
import Regression

struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Put the shards of a suite together, and judge the whole.",
        discussion: """
            What comes out is what one run of the whole suite would have written, gates judged. Every shard must be there,
            and all of one suite.

            EXAMPLES
              faxprobe merge part-1.json part-2.json -o results.json
              faxprobe merge part-*.json -o results.json --baseline good.json
              faxprobe merge part-*.json -o results.json --suite suite.yaml --html report.html

            EXIT STATUS
              0  no gate failed
              1  a regression: a gate failed
              2  wrong usage
              3  a shard is missing or of another suite, a file cannot be read or written, or a gate not be judged
            """)

    @Argument(help: ArgumentHelp("Results of regress --shard.", valueName: "shard")) var shards: [String]
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write the results.", valueName: "file"))
    var output: String
    @Option(help: ArgumentHelp("Results of an earlier build.", valueName: "file")) var baseline: String?
    @Option(help: ArgumentHelp("The suite itself, for reports.", valueName: "file")) var suite: String?
    @OptionGroup(title: "Reports") var reports: RegressReports
    @Flag(help: "Overwrite files.") var force = false

    func validate() throws {
        if !reports.isEmpty, suite == nil { throw ValidationError("Reports of shards want --suite.") }
    }

    func run() throws {
        let baseline = try baseline.map { try SuiteFile.result($0) }
        let parts = try shards.map { try SuiteFile.result($0) }
        do {
            let file = try ExportFile(path: output, overwrites: force)
            let merged = try SuiteMerge(parts).merge(baseline: baseline)
            try file.put(Array(SuiteDocument(merged).text.utf8))
            if output != "-" { print(SuiteText(merged).text, terminator: "") }
            try writeReports(merged, baseline)
            let status = RegressRun.status(of: merged)
            if status != .passed { throw ExitCode(status.rawValue) }
        } catch let code as ExitCode {
            throw code
        } catch {
            try SuiteFile.fail("\(error)", .couldNotRun)
        }
    }

    /// A result does not hold what its calls were made of; the suite does.
    private func writeReports(_ merged: SuiteResult, _ old: SuiteResult?) throws {
        guard let suite, !reports.isEmpty else { return }
        let read = try SuiteFile.read(suite)
        guard SuitePlan(read).digest == merged.digest else {
            try SuiteFile.fail("\(suite) is not the suite of these shards", .couldNotRun)
        }
        var made: SuiteReports?
        let outputs = try reports.outputs(
            read, baseline: old.map { (name: baseline ?? "", result: $0) }, force: force
        ) { made = $0 }
        for output in outputs {
            let octets = output.octets(merged)
            if output.file.path == "-" {
                print(String(decoding: octets, as: UTF8.self), terminator: "")
            } else {
                try output.file.put(octets)
            }
        }
        if let failure = made?.failure { try SuiteFile.fail(failure, .couldNotRun) }
    }
}
