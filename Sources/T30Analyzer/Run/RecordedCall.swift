import FaxCore
import FaxDSP
import PcapDecode

extension Call {
    /// A recording as a call: one stream a channel, the left one the caller's (unless swapped); one channel alone holds
    /// both parties. Times count from the start of the file, frames are ``FrameRef/none``.
    public init(_ recording: Recording, swapsChannels: Bool = false) {
        self.init(id: 1, signalling: Signalling(.none), firstTime: .zero, firstFrame: .none)
        lastTime = .zero + recording.duration
        let parties: [Party?] =
            recording.channels.count == 2 ? (swapsChannels ? [.callee, .caller] : [.caller, .callee]) : [nil]
        for (samples, party) in zip(recording.channels, parties) {
            let nowhere = Endpoint(IPAddress(v4: 0), 0)
            var stream = MediaStream(kind: .recording, from: nowhere, to: nowhere, frame: .none, time: .zero)
            stream.direction = party
            stream.lastTime = lastTime
            stream.samples = samples
            streams.append(stream)
        }
        coverage.caller = 1
        coverage.callee = 1
    }
}

extension AnalysisRunner {
    /// Analyses a recording: one call.
    public func run(
        recording path: String, form: RecordingForm, swapsChannels: Bool, onCall: (AnalyzedCall) -> Void
    ) throws(RecordingError) -> CaptureSummary {
        let recording = try Recording(path: path, form: form) { !options.shouldStop() }
        let call = Call(recording, swapsChannels: swapsChannels)
        onCall(Self.analyze(call, FaxAnalyzer(options: options.analyzer)))
        var summary = CaptureSummary(files: [path], format: "audio")
        summary.recording = RecordingSummary(recording)
        summary.firstTime = .zero
        summary.lastTime = call.lastTime
        summary.warnings = recording.warnings.map { CaptureWarning($0, frame: nil) }
        summary.calls = 1
        summary.isInterrupted = options.shouldStop()
        return summary
    }
}

/// What was read of a recording.
public struct RecordingSummary: Sendable {
    /// `WAV (Microsoft), Signed 16 bit PCM`.
    public var format: String
    /// Of the file, in Hz.
    public var sampleRate: Int
    public var channels: Int
    public var duration: Duration

    init(_ recording: Recording) {
        format = recording.format
        sampleRate = recording.sampleRate
        channels = recording.channelCount
        duration = recording.duration
    }
}
