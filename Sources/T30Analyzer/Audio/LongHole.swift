import FaxDSP

/// Bridges holes past which the fill lets a page end.
///
/// A far end that plays packets as they come, or repeats the last sound for as long as none come, keeps its modem's carrier,
/// clock and equaliser over an outage, and the ECM frames after it are received. What that far end was is not in the
/// capture, so both are tried: the frames tell.
enum LongHole {
    /// Longest hole bridged: 5 s.
    static let limit = 5 * AudioTimeline.sampleRate

    /// The samples with every hole that broke off a burst filled: its first half with repetitions of the 20 ms before it,
    /// the rest with those after it, so that a modem has settled when the signal goes on. `nil`: there is no such hole.
    static func bridged(_ timeline: AudioTimeline, _ line: HeardLine) -> [Int16]? {
        guard timeline.fill == .repeat else { return nil }
        let holes = timeline.gaps.map(\.samples).filter { hole in
            hole.count > AudioFill.repeatLimit && hole.count <= limit && hole.lowerBound >= AudioFill.memory
                && hole.upperBound + AudioFill.memory <= timeline.samples.count
                && line.bursts.contains { $0.goodImageFrames > 0 && $0.data.overlaps(hole) }
        }
        if holes.isEmpty { return nil }
        var samples = timeline.samples
        for hole in holes {
            let middle = hole.lowerBound + hole.count / 2
            for sample in hole.lowerBound..<middle { samples[sample] = samples[sample - AudioFill.memory] }
            for sample in (middle..<hole.upperBound).reversed() {
                samples[sample] = samples[sample + AudioFill.memory]
            }
        }
        return samples
    }
}

extension HeardLine {
    var goodImageFrames: Int { bursts.reduce(0) { $0 + $1.goodImageFrames } }
}
