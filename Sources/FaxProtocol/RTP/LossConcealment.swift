import FaxCore

/// Puts something in the place of samples that are missing. What a modem makes of a hole depends on it: silence longer
/// than its carrier detector waits ends the reception, anything of about the right level does not.
public struct LossConcealment: Sendable {
    public enum Method: Sendable, Hashable {
        case silence
        /// The last packet again, at most ``repetitionLimit`` samples long, then silence.
        case repetition
        /// White noise, so many times as loud as the last packet.
        case noise(gain: Double)
        /// The last pitch period again and again, fading from 10 ms on, silence after 60 ms: the way of G.711 Appendix I.
        /// Delays all samples by 3.75 ms.
        case pitch
    }

    /// 200 ms.
    public static let repetitionLimit = 1_600

    public let method: Method
    private let packetSamples: Int
    /// The last samples that came, in a circle.
    private var last: [Int16]
    private var lastEnd = 0
    /// Samples filled in since the last that came.
    private var filled = 0
    private var pitch: PitchRepetition?
    private var random = SeededRandom(seed: 0x6C0)

    public init(_ method: Method, packetSamples: Int) {
        self.method = method
        self.packetSamples = min(max(packetSamples, 1), 480)
        last = [Int16](repeating: 0, count: self.packetSamples)
        if method == .pitch { pitch = PitchRepetition() }
    }

    /// Samples that came and are played: they are remembered, and changed where the method blends or delays.
    public mutating func heard(_ samples: UnsafeMutableBufferPointer<Int16>) {
        filled = 0
        switch method {
        case .silence: break
        case .repetition, .noise: remember(samples)
        case .pitch: pitch?.heard(samples)
        }
    }

    /// Fills a place where nothing came.
    public mutating func fill(_ samples: UnsafeMutableBufferPointer<Int16>) {
        switch method {
        case .silence: samples.update(repeating: 0)
        case .repetition: again(samples)
        case .noise(let gain): noise(samples, gain)
        case .pitch: pitch?.fill(samples)
        }
        filled += samples.count
    }

    private mutating func remember(_ samples: UnsafeMutableBufferPointer<Int16>) {
        last.withUnsafeMutableBufferPointer { last in
            if samples.count >= last.count {
                _ = last.update(fromContentsOf: samples.suffix(last.count))
                lastEnd = 0
                return
            }
            for sample in samples {
                last[lastEnd] = sample
                lastEnd = lastEnd + 1 == last.count ? 0 : lastEnd + 1
            }
        }
    }

    private func again(_ samples: UnsafeMutableBufferPointer<Int16>) {
        var place = (lastEnd + filled) % last.count
        for index in samples.indices {
            samples[index] = filled + index < Self.repetitionLimit ? last[place] : 0
            place = place + 1 == last.count ? 0 : place + 1
        }
    }

    private mutating func noise(_ samples: UnsafeMutableBufferPointer<Int16>, _ gain: Double) {
        let energy = last.reduce(0.0) { $0 + Double($1) * Double($1) }
        let effective = (energy / Double(last.count)).squareRoot() * gain
        // Evenly distributed over this range it has that effective value.
        let peak = max(0, min(effective * 3.0.squareRoot(), 32_767))
        for index in samples.indices { samples[index] = Int16((random.unit() * 2 - 1) * peak) }
    }
}
