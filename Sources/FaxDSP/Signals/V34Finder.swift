/// Recognises how V.34 begins after V.8 agreed on it, by the shape of its signals (V.34 clauses 10–12): INFO sequences
/// and control channel of 600 Bd, tones A and B, line probing, the wide signal of training and data. Content is not
/// decoded, and without V.8 before it nothing is called V.34.
struct V34Finder {
    private enum Limit {
        /// Phases are looked for until there is nothing for so long.
        static let pause = 40_000
        static let share: Float = 0.85
        /// Tones may be as short as 50 ms between reversals.
        static let shortest = 320
        /// An INFO sequence takes less than 0.2 s; what is longer is the control channel.
        static let info = 1_600
        /// Of the power of probing, what stands within 12 Hz of multiples of 150 Hz; noise has 16 %.
        static let probing: Float = 0.8
        static let bridge = 320
        /// What is so much fainter than V.8 was is noise or echo.
        static let fainterDB = 13.0
        static let brief = 560
    }

    private let sound: Sound
    private let v8: [HeardSignal]

    /// `v8`: what was heard of it in the same direction.
    init(_ sound: Sound, after v8: [HeardSignal]) {
        self.sound = sound
        self.v8 = v8
    }

    func signals() -> [HeardSignal] {
        let menus = v8.filter(\.offersV34)
        guard let last = menus.map(\.samples.upperBound).max(), let level = menus.map(\.levelDBm0).max() else {
            return []
        }
        let start = v8.map(\.samples.upperBound).filter { $0 >= last && $0 < last + 8_000 }.max() ?? last
        // V.21 again is no V.34 any more: T.30 has begun after all. (Channel 1 is where INFO sequences are, too.)
        let t30 = HeardSignal.Kind.dataModem("V.21 channel \(V21Channel.two.rawValue)")
        let end = v8.filter { $0.kind == t30 && $0.samples.lowerBound > start }.map(\.samples.lowerBound).min()
        return phases(in: start..<(end ?? sound.samples.count), levelDBm0: level)
    }

    private enum Shape {
        case toneA, toneB, narrow1200, narrow2400, wide
    }

    private struct Run {
        var shape: Shape
        var samples: Range<Int>
    }

    private func phases(in range: Range<Int>, levelDBm0: Double) -> [HeardSignal] {
        var runs: [Run] = []
        let least = Float(SampleLevel.meanSquare(dBm0: levelDBm0 - Limit.fainterDB))
        let start = min(range.lowerBound + 160, range.upperBound)
        for frame in sound.frames(in: start..<range.upperBound) where frame.power >= max(sound.leastPower, least) {
            if frame.about2100 >= Limit.share * frame.power { break }
            let here = frame.centre - SpectrumFrame.step / 2..<frame.centre + SpectrumFrame.step / 2
            if let last = runs.last, here.lowerBound - last.samples.upperBound > Limit.pause { break }
            let shape = shape(frame)
            if let last = runs.last, last.shape == shape, here.lowerBound - last.samples.upperBound <= Limit.bridge {
                runs[runs.count - 1].samples = last.samples.lowerBound..<here.upperBound
            } else {
                runs.append(Run(shape: shape, samples: here))
            }
        }
        var transform = SpectrumTransform(size: 1024)
        let found = Self.smoothed(runs).filter { $0.samples.count >= Limit.shortest }.compactMap { run in
            signal(run.shape, run.samples, &transform)
        }
        return joined(found)
    }

    /// A reversal looks like data for a moment, and data now and then like a tone: what lies between two of a shape for
    /// less than 70 ms is of that shape.
    private static func smoothed(_ runs: [Run]) -> [Run] {
        runs.indices.reduce(into: []) { joined, index in
            let run = runs[index]
            let next = index + 1 < runs.count ? runs[index + 1] : nil
            guard let last = joined.last, run.samples.lowerBound - last.samples.upperBound <= Limit.bridge else {
                return joined.append(run)
            }
            let isBrief = run.samples.count < Limit.brief && (next?.shape == last.shape || run.shape == .wide)
            if run.shape == last.shape || isBrief {
                joined[joined.count - 1].samples = last.samples.lowerBound..<run.samples.upperBound
            } else if last.shape == .wide, last.samples.count < Limit.brief {
                // Signals begin and end widely.
                joined[joined.count - 1] = Run(
                    shape: run.shape, samples: last.samples.lowerBound..<run.samples.upperBound)
            } else {
                joined.append(run)
            }
        }
    }

    /// The answering side adds a guard tone of 1800 Hz to what it sends at 2400 Hz.
    private func shape(_ frame: SpectrumFrame) -> Shape {
        let peaks = [frame.peaks.0, frame.peaks.1]
        let rest = max(frame.power - frame.about1800, .leastNormalMagnitude)
        func tone(_ hz: Float) -> Bool {
            peaks.contains { abs($0.hz - hz) < 20 && $0.power >= Limit.share * rest }
        }
        if tone(1200) { return .toneB }
        if tone(2400) { return .toneA }
        if frame.about1200 >= Limit.share * frame.power { return .narrow1200 }
        if frame.about1800 < 0.7 * frame.power, frame.about2400 >= Limit.share * rest { return .narrow2400 }
        return .wide
    }

    private func signal(_ shape: Shape, _ samples: Range<Int>, _ transform: inout SpectrumTransform) -> HeardSignal? {
        let phase: String
        switch shape {
        case .toneA: phase = "tone A"
        case .toneB: phase = "tone B"
        case .narrow1200, .narrow2400: phase = samples.count < Limit.info ? "INFO" : "control channel"
        case .wide:
            guard samples.count >= 800 else { return nil }
            phase = isProbing(samples, &transform) ? "line probing" : "training or data"
        }
        var signal = HeardSignal(
            kind: .v34(phase: phase), samples: samples, levelDBm0: sound.levelDBm0(samples))
        if shape == .toneA || shape == .toneB {
            let hz = shape == .toneA ? 2400.0 : 1200
            let measure = ToneMeasure(sound.samples, samples, hz: hz)
            let core = samples.lowerBound + 120..<max(samples.upperBound - 120, samples.lowerBound + 120)
            if let offset = measure.frequencyOffsetHz(core) {
                signal.frequencyErrorHz = offset
                signal.reversals = measure.reversals(core, offsetHz: offset)
            }
        }
        return signal
    }

    /// L1 and L2 are cosines at multiples of 150 Hz (V.34 10.1.2.4).
    private func isProbing(_ samples: Range<Int>, _ transform: inout SpectrumTransform) -> Bool {
        let middle = (samples.lowerBound + samples.upperBound) / 2
        let start = min(samples.lowerBound + 80, middle - transform.size / 2)
        transform.transform(sound.samples, from: max(start, 0))
        var lines: Float = 0
        var total: Float = 0
        for bin in 16..<488 {
            let hz = Float(bin) * transform.binHz
            let distance = abs(hz - (hz / 150).rounded() * 150)
            total += transform.power[bin]
            if distance <= 16 { lines += transform.power[bin] }
        }
        return total > 0 && lines >= Limit.probing * total
    }

    /// The same phase again and again within its bridges is one.
    private func joined(_ found: [HeardSignal]) -> [HeardSignal] {
        found.reduce(into: []) { joined, signal in
            if let last = joined.last, last.kind == signal.kind,
                signal.samples.lowerBound - last.samples.upperBound <= 2 * Limit.bridge
            {
                joined[joined.count - 1].samples = last.samples.lowerBound..<signal.samples.upperBound
                joined[joined.count - 1].reversals += signal.reversals
            } else {
                joined.append(signal)
            }
        }
    }
}

extension HeardSignal {
    /// A menu with V.34 among its modulations (V.8 Table 4: bits 6 and 7 of the octet modn0).
    fileprivate var offersV34: Bool {
        guard case .v8(_, let octets) = kind else { return false }
        return octets.contains { $0 & 0x1F == 0x05 && $0 & 0xC0 != 0 }
    }
}
