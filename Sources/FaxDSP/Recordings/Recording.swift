import FaxCore

/// Why a recording could not be read at all.
public enum RecordingError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case noSamples(path: String)

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .noSamples(let path): "\(path): holds no samples"
        }
    }
}

/// The sound of a file, brought to 16-bit samples of 8 kHz.
public struct Recording: Sendable {
    public enum Limit {
        /// Samples of a channel at 8 kHz: 4 hours. What comes after is left out.
        public static let samples = 4 * 3_600 * Resampler.outputRate
        /// Channels of a file; two of them are read.
        public static let channels = 256
        /// Samples of all channels read at a time.
        static let block = 1 << 16
    }

    /// As libsndfile names it: `WAV (Microsoft), Signed 16 bit PCM`.
    public private(set) var format = ""
    /// Of the file, in Hz.
    public private(set) var sampleRate = 0
    public private(set) var channelCount = 0
    /// The first one or two channels; one when both are the same.
    public private(set) var channels: [[Int16]] = []
    /// Layer `audio`; offsets are sample frames of the file.
    public private(set) var warnings: [DecodeFailure] = []
    public var duration: Duration { .nanoseconds(Int64(channels.first?.count ?? 0) * 125_000) }

    /// Reads the file at `path`; `goesOn` is asked now and then.
    public init(path: String, form: RecordingForm, goesOn: () -> Bool = { true }) throws(RecordingError) {
        var file = try SoundFile(path: path, form: form)
        format = file.format
        sampleRate = file.sampleRate
        channelCount = file.channelCount
        guard (1...Limit.channels).contains(channelCount) else {
            throw .unreadable(path: path, reason: "has \(channelCount) channels")
        }
        guard let resampler = Resampler(rate: sampleRate) else {
            throw .unreadable(path: path, reason: "has \(sampleRate) samples a second")
        }
        var tracks = [Track](repeating: Track(resampler), count: min(2, channelCount))
        let frames = read(&file, into: &tracks, goesOn)
        channels = tracks.map(\.samples)
        guard frames > 0, channels.first?.isEmpty == false else { throw .noSamples(path: path) }
        if file.lies || file.claimedFrames.map({ $0 > frames && channels[0].count < Limit.samples }) == true {
            warn("length", frames, "the header claims a length that is not there")
        }
        let invalid = tracks.map(\.invalid).reduce(0, +)
        if invalid > 0 { warn("samples", 0, "\(invalid) are no numbers and were taken as silence") }
        let clipped = tracks.map(\.clipped).reduce(0, +)
        if clipped > 0 { warn("samples", 0, "\(clipped) pass full scale and were clipped") }
        if channelCount > 2 { warn("channels", 0, "the first two of \(channelCount) are read") }
        if channels.count == 2, channels[0] == channels[1] {
            channels.removeLast()
            warn("channels", 0, "both are the same: taken as one that holds both parties")
        }
    }

    private mutating func warn(_ field: String, _ offset: Int, _ what: String) {
        warnings.append(DecodeFailure(layer: .audio, field: field, offset: offset, reason: .invalid(what)))
    }

    /// - Returns: sample frames read.
    private mutating func read(_ file: inout SoundFile, into tracks: inout [Track], _ goesOn: () -> Bool) -> Int {
        var block = [Float](repeating: 0, count: max(1, Limit.block / channelCount) * channelCount)
        var frames = 0
        while goesOn() {
            let got = file.read(&block)
            if got == 0 { break }
            frames += got
            for index in tracks.indices {
                tracks[index].take(block[..<(got * channelCount)], channel: index, of: channelCount)
            }
            guard tracks[0].samples.count < Limit.samples else {
                warnings.append(
                    DecodeFailure(
                        layer: .audio, field: "length", offset: frames, reason: .limit("samples", Limit.samples)))
                break
            }
        }
        for index in tracks.indices { tracks[index].finish() }
        return frames
    }
}

/// One channel on its way to 8 kHz.
private struct Track {
    private var resampler: Resampler
    private(set) var samples: [Int16] = []
    private(set) var invalid = 0
    private(set) var clipped = 0
    private var output: [Float] = []

    init(_ resampler: Resampler) {
        self.resampler = resampler
    }

    mutating func take(_ block: ArraySlice<Float>, channel: Int, of count: Int) {
        var input: [Float] = []
        input.reserveCapacity(block.count / count)
        for index in stride(from: channel, to: block.count, by: count) {
            let sample = block[index]
            if !sample.isFinite { invalid += 1 }
            if sample.isFinite, abs(sample) > 1 { clipped += 1 }
            input.append(sample.isFinite ? max(-1, min(1, sample)) : 0)
        }
        resampler.resample(input, to: &output)
        flush()
    }

    mutating func finish() {
        resampler.finish(to: &output)
        flush()
        if samples.count > Recording.Limit.samples { samples.removeLast(samples.count - Recording.Limit.samples) }
    }

    private mutating func flush() {
        samples.append(contentsOf: output.lazy.map { Int16(clamping: Int(($0 * 32_768).rounded())) })
        output.removeAll(keepingCapacity: true)
    }
}
