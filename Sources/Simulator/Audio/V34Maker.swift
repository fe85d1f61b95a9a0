import FaxCore
import Foundation

/// Signals shaped like those with which V.34 begins; their bits are random.
public struct V34Maker: Sendable {
    public var dBm0: Double
    public var seed: UInt64

    public init(dBm0: Double, seed: UInt64) {
        self.dBm0 = dBm0
        self.seed = seed
    }

    /// 600 bit/s by phase reversals, as INFO sequences and, longer, the control channel have it (V.34 10.1.2.3); from the
    /// answering side with its guard tone, 7 dB below.
    public func narrow(fromAnswerer: Bool, seconds: Double) -> [Int16] {
        var random = SeededRandom(seed: seed)
        let carrierHz = fromAnswerer ? 2400.0 : 1200
        let symbolSamples = 8_000.0 / 600
        var signs = [1.0]
        for _ in 0..<Int(seconds * 600) + 2 {
            signs.append(random.chance(0.5) ? signs[signs.count - 1] : -signs[signs.count - 1])
        }
        let peak = AudioLevel.peak(dBm0: dBm0)
        let data = (0..<Int(seconds * 8_000)).map { index -> Int16 in
            // From one symbol to the next along half a cosine, which keeps the band narrow.
            let place = Double(index) / symbolSamples
            let symbol = Int(place)
            let blend = 0.5 - 0.5 * cos(.pi * (place - Double(symbol)))
            let amplitude = signs[symbol] * (1 - blend) + signs[symbol + 1] * blend
            return AudioLevel.sample(peak * amplitude * cos(2 * .pi * carrierHz * Double(index) / 8_000))
        }
        return fromAnswerer ? mixed(data, ToneMaker(hz: [1800], dBm0: dBm0 - 7).samples(seconds: seconds)) : data
    }

    /// Tone A (2400 Hz with the guard tone) or B (1200 Hz), its phase turned once (V.34 10.1.2.1–2).
    public func tone(fromAnswerer: Bool, seconds: Double) -> [Int16] {
        var maker = ToneMaker(hz: [fromAnswerer ? 2400 : 1200], dBm0: dBm0)
        maker.reversalSeconds = seconds / 2
        let tone = maker.samples(seconds: seconds)
        return fromAnswerer ? mixed(tone, ToneMaker(hz: [1800], dBm0: dBm0 - 7).samples(seconds: seconds)) : tone
    }

    /// L1: cosines at multiples of 150 Hz but for four, of either sign (V.34 10.1.2.4).
    public func probing(seconds: Double) -> [Int16] {
        var random = SeededRandom(seed: seed)
        let lines = (1...25).map { Double($0) * 150 }.filter { ![900, 1200, 1800, 2400].contains($0) }
            .map { ($0, random.chance(0.5) ? 1.0 : -1) }
        let peak = AudioLevel.peak(dBm0: dBm0) / Double(lines.count).squareRoot()
        return (0..<Int(seconds * 8_000)).map { index in
            let sum = lines.reduce(0) { $0 + $1.1 * cos(2 * .pi * $1.0 * Double(index) / 8_000) }
            return AudioLevel.sample(peak * sum)
        }
    }
}
