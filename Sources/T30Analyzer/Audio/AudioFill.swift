import FaxCore

/// What stands in the samples where packets were lost. What the far end's receiver played there is not in the capture;
/// each case is what one kind of receiver does.
public enum AudioFill: Sendable, Hashable {
    /// The last sample, held: a converter that runs dry.
    case hold
    /// Zeros: a mixer, or a jitter buffer without concealment.
    case silence
    /// Noise as loud as the 20 ms before the gap, the same for the same seed: comfort noise as concealment.
    case noise(seed: UInt64)
    /// The 20 ms before the gap again and again, up to ``repeatLimit``, then zeros: the start of every concealment in
    /// the manner of G.711 Appendix I.
    case `repeat`
    /// Nothing: the next packet follows at once, as in a queue that does not look at timestamps (a gateway that hands
    /// each packet to its modem as it comes). Sample numbers then leave out the gap; times do not.
    case close

    /// Concealment is the commonest habit of adapters and gateways, and its beginning is a repetition. It also does a
    /// modem receiver the least harm: 20 ms hold a whole number of cycles of 1800 Hz and 1700 Hz and of symbols at
    /// 2400, 1600 and 1200 Bd, so that carrier, symbol clock and equaliser live on and only the bits of the gap are
    /// wrong, where 20 ms of zeros end the carrier and with it the page.
    public static let standard = AudioFill.repeat

    /// Past this, repetition would make up a signal that no concealment plays: 200 ms.
    public static let repeatLimit = 1_600
    /// The samples before a gap that noise and repetition are made from: 20 ms.
    static let memory = 160

    /// Appends `count` samples to `samples`, of which `memory` are those of the signal before the gap.
    func append(_ count: Int, to samples: inout [Int16], from start: Int, gap: Int) {
        let before = max(start, samples.count - Self.memory)..<samples.count
        switch self {
        case .close: break
        case .silence: samples.append(contentsOf: repeatElement(0, count: count))
        case .hold:
            samples.append(contentsOf: repeatElement(before.isEmpty ? 0 : samples[before.upperBound - 1], count: count))
        case .repeat: repetition(count, of: before, to: &samples)
        case .noise(let seed): noise(count, like: before, seed: seed ^ UInt64(truncatingIfNeeded: gap), to: &samples)
        }
    }

    private func repetition(_ count: Int, of before: Range<Int>, to samples: inout [Int16]) {
        let repeated = before.isEmpty ? 0 : min(count, Self.repeatLimit)
        for offset in 0..<repeated { samples.append(samples[before.lowerBound + offset % before.count]) }
        samples.append(contentsOf: repeatElement(0, count: count - repeated))
    }

    /// Uniform noise: its peak is √3 times its effective value.
    private func noise(_ count: Int, like before: Range<Int>, seed: UInt64, to samples: inout [Int16]) {
        let power = before.reduce(0.0) { $0 + Double(samples[$1]) * Double(samples[$1]) }
        let peak = (3 * power / Double(max(1, before.count))).squareRoot()
        var random = SeededRandom(seed: seed)
        for _ in 0..<count { samples.append(Int16(clamping: Int(((random.unit() * 2 - 1) * peak).rounded()))) }
    }
}
