import FaxCore
import FaxDSP
import PcapDecode
import T30Analyzer

/// The folder of `--audio`: what was heard of each call as a WAV file, with label tracks that Audacity reads.
public struct RecordingFolder: Sendable {
    public typealias Failure = OutputFolder.Failure

    private let folder: OutputFolder

    /// Makes the folder when it is missing.
    public init(path: String, overwrites: Bool) throws(Failure) {
        folder = try OutputFolder(path: path, overwrites: overwrites)
    }

    /// Writes `call-N.wav`, `call-N-gaps.txt` and `call-N-signals.txt`; nothing for a call without sound. `prefix`: put
    /// before the names when several captures go into one folder.
    public func write(_ analyzed: AnalyzedCall, prefix: String = "") throws(Failure) {
        let axis = CallAxis(analyzed)
        let tracks = SoundTrack.tracks(analyzed, axis: axis)
        if tracks.isEmpty { return }
        let name = "\(prefix)call-\(analyzed.call.id)"
        let channels = Self.channels(tracks)
        let count = tracks.compactMap { $0.pieces.last?.places.upperBound }.max() ?? 0
        try folder.put(name + ".wav") { descriptor in
            do {
                try Self.write(channels, count: count, to: descriptor)
                return nil
            } catch let failure as WAVWriter.Failure {
                return failure.description
            } catch {
                return "\(error)"
            }
        }
        let labels = LabelTrack(analyzed, axis: axis)
        try folder.put(Array(labels.gaps(tracks).utf8), name + "-gaps.txt")
        try folder.put(Array(labels.signals.utf8), name + "-signals.txt")
    }

    /// The caller is left and the callee right, be one of them silent; a line whose parties are not told apart alone is
    /// one channel, and what is left over comes after.
    static func channels(_ tracks: [SoundTrack]) -> [SoundTrack?] {
        if !tracks.contains(where: { $0.party != nil }) { return tracks }
        let pair: [SoundTrack?] = [.caller, .callee].map { (party: Party) in tracks.first { $0.party == party } }
        return pair + tracks.filter { $0.party == nil }
    }

    /// Sample frames written at a time.
    private static let block = 1 << 14

    static func write(_ channels: [SoundTrack?], count: Int, to descriptor: Int32) throws {
        var writer = try WAVWriter(descriptor: descriptor, channels: channels.count)
        for start in stride(from: 0, to: count, by: block) {
            let frames = min(block, count - start)
            var interleaved = [Int16](repeating: 0, count: frames * channels.count)
            var samples = [Int16](repeating: 0, count: frames)
            for (channel, track) in channels.enumerated() {
                guard let track else { continue }
                track.read(from: start, into: &samples)
                for frame in 0..<frames { interleaved[frame * channels.count + channel] = samples[frame] }
            }
            try writer.write(interleaved)
        }
        try writer.finish()
    }
}
