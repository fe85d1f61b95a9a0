/// A line that kept its place in the spectrum over successive frames.
struct ToneTrack {
    /// Centres of its first and last frame.
    var first: Int
    var last: Int
    var frameCount: Int
    /// Weighted by power, without the frames at either end, in which the tone fills the window only partly.
    var hz: Double
    /// Mean square of the line, its mean over the frames.
    var power: Double
    /// Its share of the power of the frames, their median.
    var share: Double
    /// Root mean square distance of the frames' frequencies from `hz`.
    var spreadHz: Double
}

/// Follows lines from frame to frame.
struct ToneTracker {
    /// A line may move so far from one frame to the next and be the same.
    private static let drift: Float = 12
    /// Its power may change by this factor.
    private static let powerRatio: Float = 6
    /// Frames in which it may be hidden: a phase reversal hides it in three.
    private static let hiddenFrames = 4
    private static let openLimit = 12

    private struct Open {
        var points: [(centre: Int, hz: Float, power: Float, share: Float)]
        var hz: Float
    }

    private var open: [Open] = []
    private(set) var tracks: [ToneTrack] = []
    /// Frames fewer than this make no track.
    private let frameMinimum: Int

    init(frameMinimum: Int) { self.frameMinimum = frameMinimum }

    static func tracks(_ frames: [SpectrumFrame], frameMinimum: Int, leastPower: Float) -> [ToneTrack] {
        var tracker = ToneTracker(frameMinimum: frameMinimum)
        for frame in frames {
            tracker.closeOld(before: frame.centre - hiddenFrames * SpectrumFrame.step)
            if frame.peaks.0.power >= leastPower { tracker.take(frame.peaks.0, frame) }
            if frame.peaks.1.power >= leastPower { tracker.take(frame.peaks.1, frame) }
            if frame.peaks.2.power >= leastPower { tracker.take(frame.peaks.2, frame) }
        }
        tracker.closeOld(before: .max)
        return tracker.tracks.sorted { ($0.first, $0.hz) < ($1.first, $1.hz) }
    }

    private mutating func take(_ peak: SpectrumPeak, _ frame: SpectrumFrame) {
        let point = (centre: frame.centre, hz: peak.hz, power: peak.power, share: peak.power / frame.power)
        var best: Int?
        for (index, track) in open.enumerated() {
            guard let last = track.points.last, last.centre < frame.centre, abs(track.hz - peak.hz) <= Self.drift,
                peak.power < last.power * Self.powerRatio, peak.power * Self.powerRatio > last.power
            else { continue }
            if let known = best, abs(open[known].hz - peak.hz) <= abs(track.hz - peak.hz) { continue }
            best = index
        }
        if let best {
            open[best].points.append(point)
            open[best].hz += (peak.hz - open[best].hz) / 2
        } else if open.count < Self.openLimit {
            open.append(Open(points: [point], hz: peak.hz))
        }
    }

    private mutating func closeOld(before centre: Int) {
        for index in open.indices.reversed() {
            guard let last = open[index].points.last, last.centre < centre else { continue }
            close(open.remove(at: index))
        }
    }

    private mutating func close(_ line: Open) {
        let points = line.points
        guard points.count >= frameMinimum, let first = points.first, let last = points.last else { return }
        let edge = points.count > 6 ? 2 : points.count > 3 ? 1 : 0
        let core = points.dropFirst(edge).dropLast(edge)
        let weight = core.reduce(0.0) { $0 + Double($1.power) }
        guard weight > 0 else { return }
        let hz = core.reduce(0.0) { $0 + Double($1.hz) * Double($1.power) } / weight
        let spread = core.reduce(0.0) { $0 + (Double($1.hz) - hz) * (Double($1.hz) - hz) * Double($1.power) } / weight
        let shares = core.map { Double($0.share) }.sorted()
        tracks.append(
            ToneTrack(
                first: first.centre, last: last.centre, frameCount: points.count, hz: hz,
                power: weight / Double(core.count), share: shares[shares.count / 2], spreadHz: spread.squareRoot()))
    }
}

extension [ToneTrack] {
    /// A track that began more than 30 s before is not looked for.
    private static var reach: Int { 240_000 }

    /// Of tracks in order of their beginning, those that may share samples with a range.
    func near(_ range: Range<Int>) -> ArraySlice<ToneTrack> {
        let start = index { $0.first >= range.lowerBound - Self.reach }
        return self[start..<Swift.max(start, index { $0.first >= range.upperBound })]
    }

    /// The first index from which on a condition holds.
    private func index(_ holds: (ToneTrack) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
