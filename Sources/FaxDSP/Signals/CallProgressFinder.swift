/// Finds the tones by which exchanges tell callers how the call goes (E.180 and its Supplement 2): which tone it is,
/// its cadence tells.
struct CallProgressFinder {
    private enum Limit {
        /// Of the power, what the tones hold.
        static let share = 0.85
        static let burst = 1_000
        /// Longest pause within a cadence, 6 s.
        static let pause = 48_000
        static let sameHz = 10
        static let singleHz = 335...515
        /// A tone that goes on for 1.5 s is no burst of busy or congestion; for 2.6 s, none of ringing.
        static let dial = 12_000
        static let longestRing = 20_800
    }

    private struct Burst {
        var samples: Range<Int>
        var frequenciesHz: [Int]
        var levelDBm0: Double
    }

    private let sound: Sound
    private let tracks: [ToneTrack]

    init(_ sound: Sound, _ tracks: [ToneTrack]) {
        self.sound = sound
        self.tracks = tracks
    }

    func signals() -> [HeardSignal] { grouped(bursts()).compactMap(name) + specialInformation() }

    // MARK: Bursts of low tones

    private func bursts() -> [Burst] {
        var transform = SpectrumTransform(size: 1024)
        var runs: [Range<Int>] = []
        for frame in sound.frames where frame.power >= sound.leastPower && frame.low >= 0.8 * frame.power {
            let here = frame.centre..<frame.centre + 1
            if let last = runs.last, frame.centre - last.upperBound <= 2 * SpectrumFrame.step {
                runs[runs.count - 1] = last.lowerBound..<here.upperBound
            } else {
                runs.append(here)
            }
        }
        return runs.compactMap { run in
            run.count >= Limit.burst - 200 ? burst(run, &transform) : nil
        }
    }

    private func burst(_ run: Range<Int>, _ transform: inout SpectrumTransform) -> Burst? {
        let core = run.lowerBound + 160..<max(run.upperBound - 160, run.lowerBound + 161)
        let power = sound.meanSquare(core)
        let samples = edges(run, power: power)
        guard samples.count >= Limit.burst, let lines = lines(core, power, &transform), isSteady(core, power) else {
            return nil
        }
        return Burst(samples: samples, frequenciesHz: lines, levelDBm0: SampleLevel.dBm0(meanSquare: power))
    }

    /// From the first to the last sample that is a fair part of the tone's effective value.
    private func edges(_ run: Range<Int>, power: Double) -> Range<Int> {
        let limit = 0.5 * power.squareRoot()
        let near = (run.lowerBound - 200..<run.upperBound + 200).clamped(to: 0..<sound.samples.count)
        let first = near.first { abs(Double(sound.samples[$0])) >= limit } ?? near.lowerBound
        let last = near.last { abs(Double(sound.samples[$0])) >= limit } ?? near.lowerBound
        return first..<max(last, first) + 1
    }

    /// The one to three frequencies that make up the burst, lowest first.
    private func lines(_ range: Range<Int>, _ power: Double, _ transform: inout SpectrumTransform) -> [Int]? {
        var mean = [Float](repeating: 0, count: transform.binCount)
        var start = range.lowerBound
        let last = max(range.upperBound - transform.size, range.lowerBound)
        // 2 s are enough to know a tone by.
        while start <= min(last, range.lowerBound + 16_000) {
            transform.transform(sound.samples, from: start)
            for bin in mean.indices { mean[bin] += transform.power[bin] }
            start += transform.size / 2
        }
        let total = mean[20...].reduce(0, +)
        var rest = mean
        var found: [(hz: Int, power: Float)] = []
        while found.count < 3, let bin = (38..<90).max(by: { rest[$0] < rest[$1] }) {
            let band = max(bin - 2, 0)...bin + 2
            let here = rest[band].reduce(0, +)
            guard here >= 0.06 * total else { break }
            let hz = SpectrumTransform.frequency(mean, bin: bin, binHz: transform.binHz)
            found.append((Int(hz.rounded()), here))
            for bin in band { rest[bin] = 0 }
        }
        guard !found.isEmpty, Double(found.reduce(0) { $0 + $1.power }) >= Limit.share * Double(total) else {
            return nil
        }
        return found.map(\.hz).sorted()
    }

    /// As loud in each 50 ms, which is a beat of the closest pairs or more.
    private func isSteady(_ range: Range<Int>, _ power: Double) -> Bool {
        var start = range.lowerBound
        while start + 400 <= range.upperBound {
            let part = sound.meanSquare(start..<start + 400)
            if part > power * 1.8 || part < power / 1.8 { return false }
            start += 400
        }
        return true
    }

    // MARK: Cadences

    private func grouped(_ bursts: [Burst]) -> [[Burst]] {
        bursts.reduce(into: []) { groups, burst in
            let place = groups.lastIndex { group in
                guard let last = group.last else { return false }
                return burst.samples.lowerBound - last.samples.upperBound <= Limit.pause
                    && abs(last.levelDBm0 - burst.levelDBm0) < 3
                    && last.frequenciesHz.count == burst.frequenciesHz.count
                    && zip(last.frequenciesHz, burst.frequenciesHz).allSatisfy { abs($0 - $1) <= Limit.sameHz }
            }
            if let place { groups[place].append(burst) } else { groups.append([burst]) }
        }
    }

    private func name(_ group: [Burst]) -> HeardSignal? {
        guard let first = group.first, let last = group.last else { return nil }
        let on = group.map(\.samples.count)
        let off = zip(group, group.dropFirst()).map { $1.samples.lowerBound - $0.samples.upperBound }
        // Exchanges use single tones of 400 to 500 Hz; what is higher is music, or a voice.
        guard first.frequenciesHz.count > 1 || Limit.singleHz.contains(first.frequenciesHz[0]) else { return nil }
        guard let name = Self.name(on: on, off: off, frequenciesHz: first.frequenciesHz) else { return nil }
        let level = group.reduce(0) { $0 + $1.levelDBm0 } / Double(group.count)
        var signal = HeardSignal(
            kind: .callProgress(name: name, frequenciesHz: first.frequenciesHz),
            samples: first.samples.lowerBound..<last.samples.upperBound, levelDBm0: level)
        signal.bursts = group.map(\.samples)
        return signal
    }

    /// On and off in samples. The first and the last burst may be cut, so the middle ones count where there are any.
    private static func name(on: [Int], off: [Int], frequenciesHz: [Int]) -> String? {
        guard let longest = on.max(), let longestOff = off.max(), let shortestOff = off.min() else {
            guard let only = on.first else { return nil }
            if only > Limit.longestRing { return "dial" }
            // A single burst of two tones that only ringing has.
            let isRing = frequenciesHz.count == 2 && frequenciesHz[1] - frequenciesHz[0] < 60
            return isRing && only >= 3_000 ? "ringback" : only >= Limit.dial ? "unknown" : nil
        }
        if longest > Limit.longestRing { return "dial" }
        if longestOff >= 12_000 { return longest >= 2_400 ? "ringback" : "unknown" }
        let whole = on.count > 2 ? Array(on.dropFirst().dropLast()) : [longest]
        let typical = whole.sorted()[whole.count / 2]
        // The one tone of two lengths of burst in turn: congestion in the United Kingdom.
        if on.count > 3, let least = whole.min(), let most = whole.max(), most * 10 > least * 15 { return "congestion" }
        guard shortestOff * 5 > longestOff * 2 else { return "unknown" }
        switch typical {
        case 2_600...6_400: return "busy"
        case 1_000..<2_600: return "congestion"
        default: return "unknown"
        }
    }

    // MARK: Special information tone

    /// Three tones, one right after the other: about 950, 1400, 1800 Hz, a third of a second each (E.180 clause 6).
    private func specialInformation() -> [HeardSignal] {
        let first = tracks.filter { (890...1_010).contains($0.hz) && $0.share > 0.7 }
        return first.compactMap { one in
            guard let two = next(after: one, 1_345...1_455), let three = next(after: two, 1_750...1_850) else {
                return nil
            }
            var bursts: [Range<Int>] = []
            for track in [one, two, three] {
                let measure = sound.measure(track)
                let runs = measure.runs(plateau: measure.plateau(around: track.first..<track.last + 1), bridge: 10)
                guard let run = runs.max(by: { $0.count < $1.count }), (1_800...3_600).contains(run.count) else {
                    return nil
                }
                bursts.append(run)
            }
            let samples = bursts[0].lowerBound..<max(bursts[2].upperBound, bursts[0].lowerBound)
            var signal = HeardSignal(
                kind: .callProgress(name: "SIT", frequenciesHz: [one, two, three].map { Int($0.hz.rounded()) }),
                samples: samples, levelDBm0: SampleLevel.dBm0(meanSquare: two.power))
            signal.bursts = bursts
            return signal
        }
    }

    private func next(after track: ToneTrack, _ hz: ClosedRange<Double>) -> ToneTrack? {
        tracks.first {
            hz.contains($0.hz) && $0.share > 0.7 && abs($0.first - track.last) <= 640 && $0.last > track.last
        }
    }
}
