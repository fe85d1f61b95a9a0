/// Names the signals of one direction of a call that are none of T.30's modems: tones, V.8, voice, noise.
public struct SignalScanner: Sendable {
    /// Below this nothing is listened to.
    public static let thresholdDBm0 = -50.0

    public init() {}

    /// The signals within `ranges`, in order of their start. All samples are those of the direction: what lies beside a
    /// range tells whether a tone stands alone. Ranges need not be in order; they are taken as far as there are samples.
    public func scan(_ samples: Span<Int16>, in ranges: [Range<Int>]) -> [HeardSignal] {
        samples.withUnsafeBufferPointer { buffer in
            let sound = Sound(buffer, ranges: ranges)
            guard !sound.frames.isEmpty else { return [] }
            return Self.name(sound)
        }
    }

    private static func name(_ sound: Sound) -> [HeardSignal] {
        let tracks = ToneTracker.tracks(sound.frames, frameMinimum: 3, leastPower: sound.leastPower)
        let v21 = V8Finder(sound).signals()
        var found = V34Finder(sound, after: v21).signals()
        found += v21.filter { isFree($0, found) }
        found += FaxToneFinder(sound, tracks, besides: found).signals()
        found += DTMFFinder(sound, tracks).signals().filter { isFree($0, found) }
        found += CallProgressFinder(sound, tracks).signals().filter { isFree($0, found) }
        found += SingleToneFinder(sound, tracks).signals().filter { isFree($0, found) }
        found += SoundClassifier(sound, tracks).signals(besides: found)
        found = found.filter { !isNote($0, in: found) }
        for index in found.indices { found[index].clippedShare = sound.clippedShare(found[index].samples) }
        return found.sorted {
            ($0.samples.lowerBound, $0.samples.upperBound) < ($1.samples.lowerBound, $1.samples.upperBound)
        }
    }

    /// A steady tone within music or voice is a part of it.
    private static func isNote(_ signal: HeardSignal, in found: [HeardSignal]) -> Bool {
        guard case .tone = signal.kind else { return false }
        return found.contains { other in
            let isWhole = other.kind == .music || other.kind == .voice
            return isWhole && signal.samples.clamped(to: other.samples) == signal.samples
        }
    }

    private static func isFree(_ signal: HeardSignal, _ others: [HeardSignal]) -> Bool {
        !others.contains { other in
            signal.samples.overlaps(other.samples)
                && signal.samples.clamped(to: other.samples).count * 2 > signal.samples.count
        }
    }
}

/// What the finders look at.
struct Sound {
    let samples: UnsafeBufferPointer<Int16>
    /// In order, apart, within the samples.
    let ranges: [Range<Int>]
    /// Each 10 ms of the ranges, in order.
    let frames: [SpectrumFrame]
    let leastPower = Float(SampleLevel.meanSquare(dBm0: SignalScanner.thresholdDBm0))

    init(_ samples: UnsafeBufferPointer<Int16>, ranges: [Range<Int>]) {
        self.samples = samples
        var joined: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let range = range.clamped(to: 0..<samples.count)
            if range.isEmpty { continue }
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        self.ranges = joined
        var framer = SpectrumFramer()
        var frames: [SpectrumFrame] = []
        for range in joined { framer.frames(samples, range, to: &frames) }
        self.frames = frames
    }

    /// The frames whose middle lies in a range.
    func frames(in range: Range<Int>) -> ArraySlice<SpectrumFrame> {
        frames[index(of: range.lowerBound)..<index(of: range.upperBound)]
    }

    /// The first frame at or after a sample.
    private func index(of sample: Int) -> Int {
        var low = 0
        var high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].centre < sample { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The mean square of samples in a range, all of them.
    func meanSquare(_ range: Range<Int>) -> Double {
        let range = range.clamped(to: 0..<samples.count)
        guard !range.isEmpty else { return 0 }
        var sum = 0.0
        for index in range {
            let value = Double(samples[index])
            sum += value * value
        }
        return sum / Double(range.count)
    }

    func levelDBm0(_ range: Range<Int>) -> Double { SampleLevel.dBm0(meanSquare: meanSquare(range)) }

    /// The end of the range of A-law and µ-law as G.711 decodes them; of linear samples, within as much.
    private static let clipping = 32_124

    func clippedShare(_ range: Range<Int>) -> Double {
        let range = range.clamped(to: 0..<samples.count)
        guard !range.isEmpty else { return 0 }
        var count = 0
        for index in range where abs(Int(samples[index])) >= Self.clipping { count += 1 }
        return Double(count) / Double(range.count)
    }

    /// Of a longer tone only the first minute is measured.
    private static let measured = 480_000
    private static let margin = 240

    /// A tone brought down, with some samples to either side of its track.
    func measure(_ track: ToneTrack) -> ToneMeasure {
        let start = track.first - Self.margin
        return ToneMeasure(samples, start..<min(track.last + Self.margin, start + Self.measured), hz: track.hz)
    }

    /// The run that was measured; of a tone too long for that, to the end of its track.
    func whole(_ run: Range<Int>, of track: ToneTrack) -> Range<Int> {
        let isLonger = track.last - track.first + 2 * Self.margin > Self.measured
        return isLonger && run.upperBound >= track.first + Self.measured - 2 * Self.margin
            ? run.lowerBound..<track.last + SpectrumFrame.step / 2 : run
    }
}
