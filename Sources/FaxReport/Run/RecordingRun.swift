import FaxDSP
import FaxWire
import T30Analyzer

/// How sound files among the inputs are read.
public struct RecordingOptions: Sendable {
    /// Every input is raw G.711 at 8 kHz of this law and so many channels; `nil`: as contents and names tell.
    public var raw: G711?
    /// Of raw files.
    public var channels = 1
    /// The left channel is the callee's.
    public var swapsChannels = false

    public init() {}

    /// `nil`: no recording, or one that cannot be told before it is read (a pipe).
    func form(of path: String) -> RecordingForm? {
        let path = Self.file(path)
        if let raw { return .raw(raw, channels: channels) }
        guard let form = RecordingForm.of(path: path) else { return nil }
        if case .raw(let law, _) = form { return .raw(law, channels: channels) }
        return form
    }

    /// Standard input as a file that can be opened by its name.
    static func file(_ path: String) -> String { path == "-" ? "/dev/stdin" : path }
}

extension AnalyzeRun {
    /// One recording, reported like a capture.
    func read(recording path: String, _ form: RecordingForm, _ place: (number: Int, prefix: String)) throws -> Status {
        willRead(path)
        var options = analysis
        report.ask(of: &options.analyzer)
        let source = ReportSource(number: place.number, files: [path], prefix: place.prefix)
        let output = CaptureReport(source, options: report, exports: exports, write: write)
        var calls: [AnalyzedCall] = []
        let summary = try AnalysisRunner(options).run(
            recording: RecordingOptions.file(path), form: form, swapsChannels: recordings.swapsChannels
        ) { calls.append($0) }
        output.begin()
        for call in calls { output.add(call) }
        output.end(summary)
        if let failure = output.fileFailure {
            complain(failure.description)
            return .unreadable
        }
        return output.verdict == .faxFailed ? .faxFailed : .clean
    }
}
