import CSndFile

/// A WAV file of 16-bit samples at 8 kHz, written block by block: one owner of one libsndfile handle.
public struct WAVWriter: ~Copyable {
    /// Why the file could not be written, such as `No space left on device`.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    public static let sampleRate = 8_000
    private let file: OpaquePointer
    private let channelCount: Int

    /// Writes to an open descriptor, which stays its holder's to close. `channels`: 1 to 256.
    public init(descriptor: Int32, channels: Int) throws(Failure) {
        var info = SF_INFO()
        info.samplerate = Int32(Self.sampleRate)
        info.channels = Int32(clamping: channels)
        info.format = Int32(SF_FORMAT_WAV) | Int32(SF_FORMAT_PCM_16)
        guard let file = sf_open_fd(descriptor, Int32(SFM_WRITE), &info, 0) else {
            throw Failure(description: Self.reason(nil))
        }
        self.file = file
        channelCount = channels
    }

    deinit { _ = sf_close(file) }

    /// Appends whole sample frames: one sample of each channel in turn.
    public mutating func write(_ interleaved: [Int16]) throws(Failure) {
        let frames = interleaved.count / channelCount
        precondition(frames * channelCount == interleaved.count, "not a whole number of sample frames")
        let written = interleaved.withUnsafeBufferPointer { sf_writef_short(file, $0.baseAddress, Int64(frames)) }
        guard written == Int64(frames) else { throw Failure(description: Self.reason(file)) }
    }

    /// Writes the header with the lengths that came about.
    public consuming func finish() throws(Failure) {
        let file = file
        discard self
        guard sf_close(file) == 0 else { throw Failure(description: Self.reason(nil)) }
    }

    /// `nil`: of what could not be opened.
    private static func reason(_ file: OpaquePointer?) -> String {
        let text = sf_strerror(file).map { String(cString: $0) } ?? ""
        let line = text.split(separator: "\n").first.map(String.init) ?? "libsndfile cannot write"
        let bare = line.hasPrefix("System error : ") ? String(line.dropFirst(15)) : line
        return bare.hasSuffix(".") ? String(bare.dropLast()) : bare
    }
}
