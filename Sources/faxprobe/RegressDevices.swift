import ATALive
import ArgumentParser
import FaxEndpoint
import FaxReport
import Foundation
import Regression
import Synchronization

/// `faxprobe regress` for a suite that names devices: calls in real time, and settings that are changed and given back.
struct RegressDevices {
    let path: String
    let baseline: String?
    let saveBaseline: String?
    let json: String?
    /// Where records of calls go; `nil`: they are not kept.
    let records: String?
    let jobs: Int?
    let checks: Bool
    let force: Bool
    let reports: RegressReports

    /// `nil`: the suite is one of simulated calls.
    static func text(_ path: String) -> String? {
        guard let octets = try? FileOctets.read(path, limit: 1 << 20) else { return nil }
        let text = String(decoding: octets, as: UTF8.self)
        return DeviceSuiteReader.isForDevices(text) ? text : nil
    }

    func run(_ text: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let reader = DeviceSuiteReader { name in
            try FileOctets.read(folder.appendingPathComponent(name).path, limit: 256 << 20)
        }
        let suite: DeviceSuite
        do {
            suite = try reader.read(text)
        } catch {
            try SuiteFile.fail("\(path):\(error)", .usage)
        }
        if checks { return print("\(suite.name): \(suite.devices.count) devices, \(suite.cells.count) cells") }
        do {
            try run(suite)
        } catch let error as ExitCode {
            throw error
        } catch {
            try SuiteFile.fail("\(error)", .couldNotRun)
        }
    }

    private func run(_ suite: DeviceSuite) throws {
        let old = try baseline.map { path in
            do {
                return try DeviceBaseline(try FileOctets.read(path, limit: DeviceBaseline.sizeLimit))
            } catch {
                throw Problem(description: "\(path): \(error)")
            }
        }
        let outputs = try outputs()
        let folder = try workFolder()
        Console.catchSignals(.both)
        var regress = DeviceRegress(suite, folder: folder)
        regress.jobs = jobs ?? regress.jobs
        regress.shouldStop = { Console.wasStopped }
        let progress = ProgressLine()
        let all = suite.cells.count
        let done = Mutex(0)
        let shows = Console.errorsAreTerminal
        regress.onOutcome = { outcome in
            let count = done.withLock { count in
                count += 1
                return count
            }
            if shows { progress.show("\(count) of \(all) cells: \(outcome.cell.name): \(outcome.kind.rawValue)") }
        }
        let runner = regress
        let box = RunBox()
        try Waiting.run {
            let run = await runner.run()
            box.run.withLock { $0 = run }
        }
        progress.clear()
        guard let run = box.run.withLock({ $0 }) else { return }
        // A device that has not its settings again needs its backup.
        if records == nil, run.problems.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
        try tell(DeviceReport(run, baseline: old), outputs)
    }

    private typealias Output = (file: ExportFile, text: (DeviceReport) -> String)

    private func outputs() throws -> [Output] {
        func document(_ report: DeviceReport) -> String { JSONWriter.text(report.document, style: .indented) + "\n" }
        let wanted: [(path: String?, text: (DeviceReport) -> String)] = [
            (json, document), (saveBaseline, document), (reports.html, { DevicePage($0).text }),
            (reports.markdown, { DeviceMarkdown($0).text }), (reports.junit, { DeviceJUnit($0).text }),
            (reports.csv, { DeviceCSV($0).text }),
        ]
        return try wanted.compactMap { path, text in
            try path.map { (try ExportFile(path: $0, overwrites: force), text) }
        }
    }

    private func tell(_ report: DeviceReport, _ outputs: [Output]) throws {
        let output = StandardOutput(flushesEachTime: false)
        // What goes to standard output goes there alone.
        if ![json, reports.html, reports.markdown, reports.junit, reports.csv].contains("-") {
            output.write(report.text)
        }
        for wanted in outputs { try wanted.file.put(wanted.text(report)) { output.write($0) } }
        output.flush()
        if report.status != 0 { throw ExitCode(report.status) }
    }

    private final class RunBox: Sendable { let run = Mutex<DeviceRun?>(nil) }

    private struct Problem: Error, CustomStringConvertible { var description: String }

    /// Where backups, records and received faxes lie.
    private func workFolder() throws -> String {
        let path =
            records
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("faxprobe-devices-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
