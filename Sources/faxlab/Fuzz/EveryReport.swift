import FaxReport
import Foundation
import PcapDecode
import T30Analyzer

/// All that `analyze` makes of a capture, in a folder of its own that is emptied before.
struct EveryReport {
    let folder: String

    private static let forms: [ReportOptions.Form] = [.text, .verbose, .quiet, .calls, .json, .jsonLines]

    /// - Parameter choice: one of the forms on standard output, in turn; files come of every kind.
    func write(of capture: String, choice: Int) throws {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var run = AnalyzeRun(write: { _ in }, complain: { _ in })
        run.analysis.decoder.keepsAudio = true
        run.report.form = Self.forms[choice % Self.forms.count]
        run.report.pages = try PageFolder(path: folder, formats: PageFolder.Format.allCases, overwrites: true)
        run.report.pictures = try PictureFolder(path: folder, overwrites: true)
        run.report.recordings = try RecordingFolder(path: folder, overwrites: true)
        run.exports = [
            HTMLReport(try file("html")), MarkdownExport(try file("md")) { _ in }, CSVExport(try file("csv")) { _ in },
            JUnitExport(try file("xml")) { _ in }, SARIFExport(try file("sarif"), version: "") { _ in },
        ]
        run.report.exports = run.exports.reduce([]) { $0.union($1.needs) }
        _ = run.run([capture])
    }

    private func file(_ ending: String) throws -> ExportFile {
        try ExportFile(path: "\(folder)/calls.\(ending)", overwrites: true)
    }
}
