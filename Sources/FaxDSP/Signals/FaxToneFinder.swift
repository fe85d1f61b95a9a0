/// Finds CNG and the 2100 Hz tones (T.30 4.1 and 4.2, V.25, V.8), also over each other and over V.21.
struct FaxToneFinder {
    private enum Limit {
        /// CNG: 1100 ± 38 Hz, and what a line may add.
        static let cngHz = 45.0
        /// CED and ANS: 2100 ± 15 Hz, and what a line may add.
        static let answerHz = 27.0
        /// CNG sounds for 0.5 s ± 15 %.
        static let cng = 3_400...4_600
        /// A part of a burst that the capture cut.
        static let cutCNG = 1_000
        /// From one burst to the next: 3.5 s ± 15 %.
        static let cngPeriod = 23_800...32_200
        /// Shortest 2100 Hz tone that is believed; of one that is modulated or reversed; the ones that matter take 2.6 s.
        static let answer = 6_400
        static let markedAnswer = 3_200
        /// Of the power while the tone sounds, what tones of fax and V.21 must explain together.
        static let explained: Float = 0.75
        /// Beside the tone, what they do not explain is no more than this share of its power.
        static let beside = 0.25
        /// Music stands around a note of 1100 Hz within 2 s.
        static let musicSamples = 16_000
        static let modulation = 0.1...0.4
        static let reversal = 3_300...3_900
    }

    private let sound: Sound
    private let tracks: [ToneTrack]
    private let others: [HeardSignal]

    init(_ sound: Sound, _ tracks: [ToneTrack], besides others: [HeardSignal]) {
        self.sound = sound
        self.tracks = tracks
        self.others = others
    }

    func signals() -> [HeardSignal] { answers() + calling() }

    // MARK: 2100 Hz

    private func answers() -> [HeardSignal] {
        joined(tracks.filter { abs($0.hz - 2100) <= Limit.answerHz && $0.spreadHz < 8 && isExplained($0) })
            .compactMap(answer)
    }

    private func answer(_ track: ToneTrack) -> HeardSignal? {
        let measure = sound.measure(track)
        let plateau = measure.plateau(around: track.first..<track.last + 1)
        guard let measured = measure.runs(plateau: plateau, bridge: 80).max(by: { $0.count < $1.count }) else {
            return nil
        }
        let run = sound.whole(measured, of: track)
        let core = run.lowerBound + 80..<max(run.upperBound - 80, run.lowerBound + 80)
        guard let offset = measure.frequencyOffsetHz(core) else { return nil }
        let reversals = measure.reversals(core, offsetHz: offset)
        let isModulated = Self.isModulated(measure, core, reversals)
        let isReversed = Self.isRegular(reversals)
        let isCut = run.lowerBound < 400 || run.upperBound > sound.samples.count - 400
        let least = isModulated || isReversed || isCut ? Limit.markedAnswer : Limit.answer
        guard run.count >= least, abs(measure.hz + offset - 2100) <= Limit.answerHz else { return nil }
        guard isModulated || measure.unsteadiness(core) < 0.35 else { return nil }
        let kind: HeardSignal.Kind =
            switch (isReversed, isModulated) {
            case (false, false): .ced
            case (true, false): .ansReversed
            case (false, true): .ansam
            case (true, true): .ansamReversed
            }
        var signal = HeardSignal(
            kind: kind, samples: run, levelDBm0: SampleLevel.dBm0(meanSquare: measure.meanSquare(core)),
            frequencyErrorHz: measure.hz + offset - 2100)
        signal.reversals = reversals
        return signal
    }

    /// Swings at 15 Hz and not as much at its neighbours.
    private static func isModulated(_ measure: ToneMeasure, _ range: Range<Int>, _ reversals: [Int]) -> Bool {
        let depth = measure.modulationDepth(range, rateHz: 15, ignoring: reversals)
        let beside = [11.0, 19.0].map { measure.modulationDepth(range, rateHz: $0, ignoring: reversals) }
        return Limit.modulation.contains(depth) && beside.allSatisfy { $0 < depth / 2 }
    }

    /// 450 ms ± 25 ms apart (V.25 4.2, V.8 3.1), or, in a tone cut short, a single one.
    private static func isRegular(_ reversals: [Int]) -> Bool {
        guard reversals.count > 1 else { return false }
        let regular = zip(reversals, reversals.dropFirst()).filter { Limit.reversal.contains($1 - $0) }
        return regular.count * 2 >= reversals.count - 1
    }

    // MARK: 1100 Hz

    private func calling() -> [HeardSignal] {
        let candidates = joined(
            tracks.filter { abs($0.hz - 1100) <= Limit.cngHz && $0.spreadHz < 8 && isExplained($0) })
        let bursts = candidates.compactMap(burst)
        let found = bursts.indices.filter { isCNG($0, bursts) }.map { bursts[$0] }
        return found.enumerated().map { index, burst in
            var signal = burst
            let period = Self.neighbours(index, found).map { abs($0.samples.lowerBound - burst.samples.lowerBound) }
                .filter(Limit.cngPeriod.contains).min()
            signal.cadence = HeardSignal.Cadence(
                on: burst.samples.count, off: period.map { $0 - burst.samples.count }, burstCount: found.count)
            return signal
        }
    }

    /// Those at most one period away; bursts are in order.
    private static func neighbours(_ index: Int, _ bursts: [HeardSignal]) -> [HeardSignal] {
        let start = bursts[index].samples.lowerBound
        func isNear(_ burst: HeardSignal) -> Bool {
            abs(burst.samples.lowerBound - start) <= Limit.cngPeriod.upperBound
        }
        return bursts[..<index].reversed().prefix(while: isNear) + bursts[(index + 1)...].prefix(while: isNear)
    }

    private func burst(_ track: ToneTrack) -> HeardSignal? {
        let measure = sound.measure(track)
        let plateau = measure.plateau(around: track.first..<track.last + 1)
        guard let run = measure.runs(plateau: plateau, bridge: 45).max(by: { $0.count < $1.count }),
            (Limit.cutCNG...Limit.cng.upperBound).contains(run.count)
        else { return nil }
        let core = run.lowerBound + 80..<run.upperBound - 80
        guard let offset = measure.frequencyOffsetHz(core), abs(measure.hz + offset - 1100) <= Limit.cngHz,
            measure.unsteadiness(core) < 0.35, standsAlone(run, measure.meanSquare(core))
        else { return nil }
        return HeardSignal(
            kind: .cng, samples: run, levelDBm0: SampleLevel.dBm0(meanSquare: measure.meanSquare(core)),
            frequencyErrorHz: measure.hz + offset - 1100)
    }

    /// A burst of the right length without music around it, or one, perhaps cut, in the right distance of another.
    private func isCNG(_ index: Int, _ bursts: [HeardSignal]) -> Bool {
        let burst = bursts[index]
        let hasCompany = Self.neighbours(index, bursts).contains { other in
            Limit.cng.contains(other.samples.count)
                && Limit.cngPeriod.contains(abs(other.samples.lowerBound - burst.samples.lowerBound))
                && abs(other.levelDBm0 - burst.levelDBm0) < 3
        }
        if hasCompany { return true }
        let isAtEdge = burst.samples.lowerBound < 400 || burst.samples.upperBound > sound.samples.count - 400
        return (Limit.cng.contains(burst.samples.count) || isAtEdge && burst.samples.count >= 2_000)
            && !isAmongTones(burst.samples)
    }

    /// Other steady tones near: music, announcements, tests. V.21 and the tones of fax are no music.
    private func isAmongTones(_ range: Range<Int>) -> Bool {
        let near = range.lowerBound - Limit.musicSamples..<range.upperBound + Limit.musicSamples
        return tracks.near(near).contains { track in
            let samples = track.first..<track.last + 1
            let isFax = abs(track.hz - 1100) <= Limit.cngHz || abs(track.hz - 2100) <= 60
            let isV21 = (1_550...1_950).contains(track.hz)
            return !isFax && !isV21 && track.frameCount >= 8 && track.share > 0.3 && track.spreadHz < 6
                && near.overlaps(samples) && !samples.overlaps(range)
        }
    }

    /// Just before and just after there is nothing but tones of fax.
    private func standsAlone(_ run: Range<Int>, _ power: Double) -> Bool {
        [run.lowerBound - 1_280..<run.lowerBound - 240, run.upperBound + 240..<run.upperBound + 1_280].allSatisfy {
            side in
            let side = side.clamped(to: 0..<sound.samples.count)
            guard !side.isEmpty else { return true }
            let explained = sound.frames(in: side).map { Double(Self.explained($0)) }
            let share = explained.isEmpty ? 0 : explained.reduce(0, +) / Double(explained.count)
            return sound.meanSquare(side) * (1 - min(share, 1)) <= power * Limit.beside
        }
    }

    // MARK: Both

    /// What tones of fax and V.21 channel 2 hold of a frame.
    private static func explained(_ frame: SpectrumFrame) -> Float {
        let tones = [frame.peaks.0, frame.peaks.1, frame.peaks.2].reduce(Float(0)) { sum, peak in
            let isTone =
                abs(Double(peak.hz) - 1100) <= Limit.cngHz || abs(Double(peak.hz) - 2100) <= Limit.answerHz
            return isTone ? sum + peak.power : sum
        }
        return (tones + frame.channel2) / frame.power
    }

    private func isExplained(_ track: ToneTrack) -> Bool {
        guard track.share >= 0.15 else { return false }
        let shares = sound.frames(in: track.first..<track.last + 1).map(Self.explained).sorted()
        return !shares.isEmpty && shares[shares.count / 2] >= Limit.explained
    }

    /// Tracks that a short loss or a reversal parted are one.
    private func joined(_ tracks: [ToneTrack]) -> [ToneTrack] {
        tracks.reduce(into: []) { joined, track in
            guard let last = joined.last, track.first - last.last <= 960, abs(track.hz - last.hz) < 8,
                track.power < last.power * 4, track.power * 4 > last.power
            else { return joined.append(track) }
            let frames = Double(last.frameCount + track.frameCount)
            let share = Double(last.frameCount) / frames
            joined[joined.count - 1].hz = last.hz * share + track.hz * (1 - share)
            joined[joined.count - 1].power = last.power * share + track.power * (1 - share)
            joined[joined.count - 1].last = max(last.last, track.last)
            joined[joined.count - 1].frameCount += track.frameCount
        }
    }
}
