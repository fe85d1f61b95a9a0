import ArgumentParser
import FaxReport
import Foundation
import Regression

/// Reports of a suite's result, one file each.
struct RegressReports: ParsableArguments {
    @Option(help: ArgumentHelp("Write a report for a browser.", valueName: "file")) var html: String?
    @Option(help: ArgumentHelp("Write a report for a pull request.", valueName: "file")) var markdown: String?
    @Option(help: ArgumentHelp("Write a test case a gate and cell.", valueName: "file")) var junit: String?
    @Option(help: ArgumentHelp("Write a row a cell.", valueName: "file")) var csv: String?
    @Option(help: ArgumentHelp("With --html: keep captures of the worst calls.", valueName: "folder"))
    var captures: String?

    var isEmpty: Bool { [html, markdown, junit, csv].allSatisfy { $0 == nil } }

    func validate() throws {
        if captures != nil, html == nil { throw ValidationError("--captures goes with --html.") }
        if html == "-", captures != nil { throw ValidationError("With --captures, --html wants a file.") }
    }

    /// The files, in an order that does not matter to them.
    /// - Parameters:
    ///   - force: overwrite files.
    ///   - done: keeps the reports, to ask whether every capture could be written.
    func outputs(
        _ suite: Suite, baseline: (name: String, result: SuiteResult)?, force: Bool, _ done: (SuiteReports) -> Void
    ) throws -> [RegressRun.Output] {
        let reports = SuiteReports(suite, baseline: baseline, command: Self.command)
        if let captures, let html { reports.calls = CallFolder(path: captures, page: html, overwrites: force) }
        done(reports)
        let wanted: [(path: String?, text: (RegressionReport) -> String)] = [
            (html, { RegressionPage($0).text }), (markdown, { RegressionMarkdown($0).text }),
            (junit, { RegressionJUnit($0).text }), (csv, { RegressionCSV($0).text }),
        ]
        return try wanted.compactMap { path, text -> RegressRun.Output? in
            guard let path else { return nil }
            return RegressRun.Output(try ExportFile(path: path, overwrites: force)) {
                Array(text(reports.report($0)).utf8)
            }
        }
    }

    /// What was typed.
    private static var command: String {
        (["faxprobe"] + CommandLine.arguments.dropFirst()).map { CallCommand.quoted($0) }.joined(separator: " ")
    }
}
