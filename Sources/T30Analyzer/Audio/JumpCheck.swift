import FaxCore
import FaxDSP

/// Finds leaps of the timestamps inside one burst, where no packet is missing: silence suppression, events and mixers
/// make them.
struct JumpCheck {
    private let burst: HeardBurst
    private let timeline: AudioTimeline

    /// The signal is there on both sides of a pause: 20 ms of it, this near its level.
    private static let window = 160
    private static let nearness = 6.0

    init(_ burst: HeardBurst, _ timeline: AudioTimeline) {
        self.burst = burst
        self.timeline = timeline
    }

    /// In order of samples.
    func jumps() -> [BurstReport.Jump] { Array((pauses + restarts).prefix(BurstReport.jumpLimit)) }

    /// Pauses in the timestamps between two packets that follow each other.
    private var pauses: [BurstReport.Jump] {
        timeline.spans(in: burst.samples).compactMap { span in
            guard span.kind == .pause, !span.samples.isEmpty, isSignal(before: span.samples.lowerBound),
                isSignal(after: span.samples.upperBound)
            else { return nil }
            return BurstReport.Jump(
                time: span.time.lowerBound, missing: AudioTimeline.duration(span.samples.count), before: span.first,
                after: span.last)
        }
    }

    /// Leaps too large for a pause.
    private var restarts: [BurstReport.Jump] {
        zip(timeline.segments, timeline.segments.dropFirst()).compactMap { last, next in
            let place = next.samples.lowerBound
            guard next.start == .jump, burst.samples.contains(place), place > burst.samples.lowerBound,
                let before = timeline.placement(atOrBefore: place - 1), let after = timeline.placement(ofSample: place)
            else { return nil }
            let expected = last.timestamp &+ UInt32(truncatingIfNeeded: last.samples.count)
            let leap = Int(Int32(bitPattern: next.timestamp &- expected))
            return BurstReport.Jump(
                time: next.time, missing: AudioTimeline.duration(leap), before: before.frame, after: after.frame)
        }
    }

    private func isSignal(before sample: Int) -> Bool {
        sample - Self.window >= burst.samples.lowerBound && isLoud(sample - Self.window..<sample)
    }

    private func isSignal(after sample: Int) -> Bool {
        sample + Self.window <= timeline.samples.count && isLoud(sample..<sample + Self.window)
    }

    private func isLoud(_ range: Range<Int>) -> Bool {
        Envelope.levelDBm0(timeline.samples.span, range) > burst.levelDBm0 - Self.nearness
    }
}
