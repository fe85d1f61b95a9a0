import ArgumentParser
import FaxReport
import Foundation
import Regression

struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put the shards of a suite together, and judge the whole.",
        discussion: """
            What comes out is what one run of the whole suite would have written, gates judged. Every shard must be there,
            and all of one suite.

            EXAMPLES
              faxprobe merge part-1.json part-2.json -o results.json
              faxprobe merge part-*.json -o results.json --baseline good.json

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
    @Flag(help: "Overwrite files.") var force = false

    func run() throws {
        let baseline = try baseline.map { try SuiteFile.result($0) }
        let parts = try shards.map { try SuiteFile.result($0) }
        do {
            let file = try ExportFile(path: output, overwrites: force)
            let merged = try SuiteMerge(parts).merge(baseline: baseline)
            try file.put(Array(SuiteDocument(merged).text.utf8))
            if output != "-" { print(SuiteText(merged).text, terminator: "") }
            let status = RegressRun.status(of: merged)
            if status != .passed { throw ExitCode(status.rawValue) }
        } catch let code as ExitCode {
            throw code
        } catch {
            try SuiteFile.fail("\(error)", .couldNotRun)
        }
    }
}
