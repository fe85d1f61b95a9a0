import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@testable import FaxReport

/// Reports in files, of captures of the corpus and of calls made by hand; gone when this is.
final class ReportFiles {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-reports-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The report of captures of the corpus, as the command makes it.
    func report(_ captures: [String]) throws -> URL {
        let file = folder.appending(path: "\(UUID().uuidString).html")
        var run = AnalyzeRun(write: { _ in }, complain: { Issue.record("\($0)") })
        run.exports = [HTMLReport(try ExportFile(path: file.path, overwrites: false))]
        run.report.form = .quiet
        run.analysis.decoder.keepsAudio = true
        run.report.exports = run.exports.reduce([]) { $0.union($1.needs) }
        let status = run.run(captures.map { Corpus.file("captures/\($0)").path })
        try #require(status == .clean || status == .faxFailed)
        return file
    }

    func report(of calls: [AnalyzedCall]) throws -> URL {
        let file = folder.appending(path: "\(UUID().uuidString).html")
        try Data(HTMLReportTests.report(calls).utf8).write(to: file)
        return file
    }
}
