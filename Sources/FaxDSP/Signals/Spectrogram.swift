/// Levels over frequency, stretch by stretch, for pictures: spectra of 512 samples (64 ms, Hann window) at least every
/// 8 ms, of which each stretch shows the strongest.
public struct Spectrogram {
    /// Samples of one spectrum.
    public static let size = 512
    /// Samples from one spectrum to the next, 8 ms.
    public static let step = 64
    /// From 0 to 4 kHz, each ``binHz`` wide.
    public static let binCount = size / 2
    public static let binHz = 8_000.0 / Double(size)
    /// Spectra of one stretch; of a longer one they lie further apart.
    public static let spectraLimit = 8

    private var transform = SpectrumTransform(size: Self.size)

    public init() {}

    /// The strongest level of each bin, in dBm0, in the middle of `samples`: all but the first and last half of a
    /// spectrum. `nil`: there is nothing but zeros, or fewer samples than one spectrum.
    public mutating func strongest(_ samples: [Int16]) -> [Double]? {
        let room = samples.count - Self.size
        guard room >= 0, samples.contains(where: { $0 != 0 }) else { return nil }
        let step = max(Self.step, (room + Self.spectraLimit) / Self.spectraLimit)
        var strongest = [Float](repeating: 0, count: Self.binCount)
        samples.withUnsafeBufferPointer { buffer in
            for start in stride(from: 0, through: room, by: step) {
                transform.transform(buffer, from: start)
                for bin in strongest.indices { strongest[bin] = max(strongest[bin], transform.power[bin]) }
            }
        }
        return strongest.map { SampleLevel.dBm0(meanSquare: Double($0)) }
    }

    /// How many samples a stretch needs on either side.
    public static let margin = size / 2
}
