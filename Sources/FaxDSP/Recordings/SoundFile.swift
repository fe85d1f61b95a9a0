import CSndFile
import FaxWire

/// An open recording: one owner of one libsndfile handle.
struct SoundFile: ~Copyable {
    private let file: OpaquePointer
    let sampleRate: Int
    let channelCount: Int
    /// What the header claims; `nil`: it does not tell.
    let claimedFrames: Int?
    /// `WAV (Microsoft), Signed 16 bit PCM`.
    let format: String
    /// The header says something of lengths that is not so.
    let lies: Bool

    init(path: String, form: RecordingForm) throws(RecordingError) {
        let opened = try Self.open(path, form)
        file = opened.file
        sampleRate = Int(opened.info.samplerate)
        channelCount = Int(opened.info.channels)
        let frames = opened.info.frames
        claimedFrames = frames > 0 && frames < Int64.max / 2 ? Int(frames) : nil
        format = Self.format(opened.info.format)
        lies = Self.log(opened.file).contains("should be")
    }

    deinit { _ = sf_close(file) }

    private static func open(
        _ path: String, _ form: RecordingForm
    ) throws(RecordingError) -> (file: OpaquePointer, info: SF_INFO) {
        var info = SF_INFO()
        if case .raw(let law, let channels) = form {
            info.samplerate = Int32(Resampler.outputRate)
            info.channels = Int32(clamping: channels)
            info.format = Int32(SF_FORMAT_RAW) | Int32(law == .muLaw ? SF_FORMAT_ULAW : SF_FORMAT_ALAW)
        }
        guard let file = sf_open(path, Int32(SFM_READ), &info) else {
            let reason = sf_strerror(nil).map { String(cString: $0) } ?? "not readable"
            throw .unreadable(path: path, reason: shortened(reason))
        }
        return (file, info)
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(separator: "\n").first.map(String.init) ?? text
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }

    private static func format(_ value: Int32) -> String {
        [value & Int32(SF_FORMAT_TYPEMASK), value & Int32(SF_FORMAT_SUBMASK)].compactMap { part in
            var description = SF_FORMAT_INFO()
            description.format = part
            let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
            guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &description, size) == 0, let name = description.name
            else { return nil }
            return String(cString: name)
        }.joined(separator: ", ")
    }

    /// What libsndfile noted while reading the header.
    private static func log(_ file: OpaquePointer) -> String {
        var text = [CChar](repeating: 0, count: 2_048)
        _ = sf_command(file, Int32(SFC_GET_LOG_INFO), &text, Int32(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Reads sample frames (one sample of each channel) into `block`, interleaved, full scale 1. 0 at the end.
    mutating func read(_ block: inout [Float]) -> Int {
        let frames = block.count / max(1, channelCount)
        let got = block.withUnsafeMutableBufferPointer { sf_readf_float(file, $0.baseAddress, Int64(frames)) }
        return max(0, min(Int(got), frames))
    }
}
