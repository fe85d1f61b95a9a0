import FaxCore
import FaxDSP
import FaxReport
import Foundation
import PcapDecode
import Simulator
import Synchronization
import T30Analyzer

/// `faxprobe simulate`: trials of one scenario, told and written.
public struct SimulateRun {
    public enum Status: Int32, Sendable {
        /// Every trial was a success.
        case success = 0
        /// At least one was none.
        case faxFailed = 1
        case usage = 2
        /// Trials could not be run, or files not written.
        case couldNotRun = 3
    }

    public var scenario: CallScenario
    public var seed: UInt64 = 1
    public var trials = 1
    public var runner = TrialRunner()
    public var writesJSON = false
    /// The capture of the first trial, or of the first one that failed.
    public var capture: ExportFile?
    /// The report of that call for a browser.
    public var html: ExportFile?
    public var usesColour = false
    /// How the command line would say the same, for whoever wants to run it again.
    public var command = ""
    public var write: (String) -> Void
    public var complain: (String) -> Void
    /// Told how many trials are done.
    public var progress: (@Sendable (_ done: Int, _ successes: Int) -> Void)?

    public init(
        _ scenario: CallScenario, write: @escaping (String) -> Void, complain: @escaping (String) -> Void
    ) {
        self.scenario = scenario
        self.write = write
        self.complain = complain
    }

    private struct Gathered: Sendable {
        var records: [TrialRecord] = []
        var shown: WorldCapture?
        var isShownFailure = false
    }

    public func run() -> Status {
        var runner = runner
        runner.keepsCaptures = trials == 1 || capture != nil || html != nil
        let gathered = Mutex(Gathered())
        do {
            let (scenario, seed, progress) = (scenario, seed, progress)
            try runner.run(count: trials) {
                CallTrial(scenario, seed: Self.seed(of: $0, from: seed))
            } take: { output in
                gathered.withLock { Self.add(output, to: &$0) }
                progress?(output.record.number + 1, gathered.withLock { $0.records.count { $0.isSuccess } })
            }
        } catch {
            complain("the system gives no memory for pages: \(error)")
            return .couldNotRun
        }
        return report(gathered.withLock { $0 })
    }

    /// Trial 0 has the seed itself, so that any trial of a batch can be run again alone.
    public static func seed(of trial: Int, from seed: UInt64) -> UInt64 { seed &+ UInt64(trial) }

    private static func add(_ output: TrialRunner.Output, to gathered: inout Gathered) {
        gathered.records.append(output.record)
        let isFailure = !output.record.isSuccess
        if output.capture != nil, gathered.shown == nil || isFailure && !gathered.isShownFailure {
            gathered.shown = output.capture
            gathered.isShownFailure = isFailure
        }
    }

    private func report(_ gathered: Gathered) -> Status {
        let document = SimulationDocument(scenario, seed: seed, records: gathered.records)
        if writesJSON {
            write(JSONWriter.text(document.value, style: .indented) + "\n")
        } else {
            write(SimulationText(document).text)
        }
        if let capture = gathered.shown {
            if trials == 1, !writesJSON { tellStory(capture) }
            if !writeFiles(capture) { return .couldNotRun }
        }
        if gathered.records.count < trials { complain("stopped after \(gathered.records.count) of \(trials) trials") }
        return gathered.records.allSatisfy(\.isSuccess) && !gathered.records.isEmpty ? .success : .faxFailed
    }

    /// The one call, as `analyze` tells it.
    private func tellStory(_ capture: WorldCapture) {
        guard let call = TrialDiagnosis(capture).call else { return complain("the capture shows no call") }
        let text = CallText(terminal: TerminalText(usesColour: usesColour), isVerbose: false, files: ["simulation"])
        write("\n" + text.text(call))
    }

    private func writeFiles(_ shown: WorldCapture) -> Bool {
        do {
            let octets = shown.pcapng(comment: command)
            try capture?.put(octets)
            if let html { try writeHTML(octets, to: html) }
            return true
        } catch {
            complain("\(error)")
            return false
        }
    }

    /// The report that `analyze` makes of the capture, which it wants as a file.
    private func writeHTML(_ octets: [UInt8], to html: ExportFile) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "simulation.pcapng").path(percentEncoded: false)
        try Data(octets).write(to: URL(fileURLWithPath: path))
        var run = AnalyzeRun(write: { _ in }, complain: complain)
        run.report.form = .quiet
        run.analysis.decoder.keepsAudio = true
        run.exports = [HTMLReport(html)]
        run.report.exports = run.exports.reduce([]) { $0.union($1.needs) }
        _ = run.run([path])
    }
}
