import FaxCore
import FaxDSP
import FaxWire
import PcapDecode

/// From the audio of a call to what was on the line: each stream's packets to samples, samples through the modems.
enum AudioCarriage {
    /// - Parameter fill: what stands where packets were lost; `nil`: repetition, and besides, where packets are missing,
    ///   none at all: what makes more sense is kept.
    static func read(_ streams: [MediaStream], fill: AudioFill?) -> AudioReading {
        var reading = AudioReading()
        for (index, stream) in streams.enumerated() {
            guard let timeline = AudioTimeline(stream, fill: fill ?? .standard), !timeline.samples.isEmpty else {
                continue
            }
            let hearing = fill == nil ? AudioHearing(stream, timeline) : AudioHearing(timeline)
            reading.take(AudioStreamReader(hearing, stream: index, party: stream.direction))
            let bursts = reading.bursts.filter { $0.stream == index }
            if let report = CodewordReport(stream, index: index, bursts: bursts) { reading.codewords.append(report) }
            reading.audio.append(SessionAudio(party: stream.direction, stream: index, timeline: timeline))
        }
        reading.bursts.sort { $0.training.lowerBound < $1.training.lowerBound }
        return LineEcho.removed(from: reading)
    }
}

/// What was on the line, how it was received, and the samples that it was heard in.
struct AudioReading {
    var record = LineRecord()
    var bursts: [BurstReport] = []
    var audio: [SessionAudio] = []
    var codewords: [CodewordReport] = []

    fileprivate mutating func take(_ reader: AudioStreamReader) {
        record.events += reader.events
        bursts += reader.bursts
    }
}
