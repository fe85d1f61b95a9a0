import Foundation

/// Brings samples of another rate to 8 kHz, with the band of a telephone: nothing above 3.6 kHz is left.
public struct SampleRateChange: Sendable {
    public var from: Int

    public init(from: Int) { self.from = max(from, 1) }

    private static let passbandHz = 3_600.0
    private static let zeroCrossings = 16.0

    public func apply(_ samples: [Int16]) -> [Int16] {
        let ratio = Double(from) / 8_000
        let cutoff = min(Self.passbandHz / Double(from), 0.45)
        let reach = Int((Self.zeroCrossings / (2 * cutoff)).rounded(.up))
        // 32 places between two samples are fine enough for speech.
        let places = 32
        let kernels = (0..<places).map { place in
            (-reach...reach).map { tap -> Double in
                let distance = Double(tap) - Double(place) / Double(places)
                let angle = 2 * Double.pi * cutoff * distance
                let value = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
                return 2 * cutoff * value * (0.5 + 0.5 * cos(.pi * distance / Double(reach + 1)))
            }
        }
        return (0..<Int(Double(samples.count) / ratio)).map { index in
            let position = Double(index) * ratio
            let middle = Int(position)
            let kernel = kernels[min(Int((position - Double(middle)) * Double(places)), places - 1)]
            var sum = 0.0
            for tap in max(-reach, -middle)...min(reach, samples.count - 1 - middle) {
                sum += kernel[tap + reach] * Double(samples[middle + tap])
            }
            return AudioLevel.sample(sum)
        }
    }
}
