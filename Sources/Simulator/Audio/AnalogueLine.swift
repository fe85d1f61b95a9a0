import FaxCore
import Foundation

/// What a line does to one direction of a call, step by step: the effects of ``LineImpairment`` with their state kept.
/// Steps may have any length; the signal is as long as it was.
public struct AnalogueLine: Sendable {
    public struct Faults: Sendable, Hashable {
        public var gainDB = 0.0
        /// White noise of this level all the time.
        public var noiseDBm0: Double?
        /// What the listener of this direction says comes back so much later and weaker.
        public var echo: Echo?
        /// Every frequency is moved by so many hertz; delays the signal by 10 ms.
        public var frequencyShiftHz = 0.0

        public init() {}
    }

    public struct Echo: Sendable, Hashable {
        public var delaySamples: Int
        public var lossDB: Double

        public init(delaySamples: Int, lossDB: Double) {
            self.delaySamples = delaySamples
            self.lossDB = lossDB
        }
    }

    /// 500 ms.
    public static let echoDelayLimit = 4_000

    private let gain: Double
    private let noise: Double
    private var random: SeededRandom
    private let echoGain: Double
    /// What the other side sent, in a circle as long as the echo's delay.
    private var past: [Int16] = []
    private var pastEnd = 0
    private var shift: SteppedFrequencyShift?

    public init(_ faults: Faults, seed: UInt64) {
        gain = pow(10, faults.gainDB / 20)
        noise = faults.noiseDBm0.map { AudioLevel.effective(dBm0: $0) } ?? 0
        random = SeededRandom(seed: seed)
        echoGain = faults.echo.map { pow(10, -$0.lossDB / 20) } ?? 0
        if let echo = faults.echo {
            past = [Int16](repeating: 0, count: min(max(echo.delaySamples, 1), Self.echoDelayLimit))
        }
        if faults.frequencyShiftHz != 0 { shift = SteppedFrequencyShift(hz: faults.frequencyShiftHz) }
    }

    /// Changes a step of samples; `other` is what the listener sends in the same step.
    public mutating func apply(_ samples: inout [Int16], other: [Int16]) {
        shift?.apply(&samples)
        guard gain != 1 || noise > 0 || echoGain > 0 else { return }
        for index in samples.indices {
            var value = Double(samples[index]) * gain
            if echoGain > 0 { value += echoGain * Double(echo(index < other.count ? other[index] : 0)) }
            if noise > 0 { value += noise * gaussian() }
            samples[index] = AudioLevel.sample(value)
        }
    }

    private mutating func echo(_ sample: Int16) -> Int16 {
        let late = past[pastEnd]
        past[pastEnd] = sample
        pastEnd = pastEnd + 1 == past.count ? 0 : pastEnd + 1
        return late
    }

    /// Four 16-bit numbers of one draw add up to nearly a normal distribution; of variance 1.
    private mutating func gaussian() -> Double {
        let draw = random.next()
        var sum = -131_070.0
        for shift in stride(from: 0, to: 64, by: 16) {
            sum += Double(UInt16(truncatingIfNeeded: draw >> UInt64(shift)))
        }
        return sum / 37_837.2
    }
}

/// ``FrequencyShift`` step by step.
struct SteppedFrequencyShift: Sendable {
    private static let taps = 161
    /// Of the Hilbert transformer; every second tap is 0.
    private static let filter: [Double] = {
        let middle = taps / 2
        return (0..<taps).map { tap in
            let distance = tap - middle
            guard distance & 1 == 1 else { return 0 }
            let window = 0.54 + 0.46 * cos(.pi * Double(distance) / Double(middle + 1))
            return 2 / (.pi * Double(distance)) * window
        }
    }()

    private let turn: Double
    private var angle = 0.0
    /// The last ``taps`` samples, the newest last.
    private var past = [Double](repeating: 0, count: taps)

    init(hz: Double) { turn = 2 * Double.pi * hz / 8_000 }

    mutating func apply(_ samples: inout [Int16]) {
        let filter = Self.filter
        let middle = Self.taps / 2
        var signal = past
        signal.reserveCapacity(Self.taps + samples.count)
        for sample in samples { signal.append(Double(sample)) }
        for index in samples.indices {
            // The newest sample of this window is the one heard now.
            let newest = index + Self.taps
            var quadrature = 0.0
            for tap in stride(from: middle & 1 == 0 ? 1 : 0, to: Self.taps, by: 2) {
                quadrature += filter[tap] * signal[newest - tap]
            }
            samples[index] = AudioLevel.sample(signal[newest - middle] * cos(angle) - quadrature * sin(angle))
            angle += turn
            if angle > 2 * .pi { angle -= 2 * .pi }
            if angle < -2 * .pi { angle += 2 * .pi }
        }
        past = Array(signal.suffix(Self.taps))
    }
}

/// ``ClockSkew`` step by step: of each step come as many samples as the other clock counts in the same time, delayed by
/// 2 ms.
public struct SteppedClockSkew: Sendable {
    private static let reach = 16
    private static let places = 256
    private static let kernels: [[Double]] = (0...places).map { place in
        (1 - reach...reach).map { tap -> Double in
            let distance = Double(tap) - Double(place) / Double(places)
            let angle = Double.pi * distance
            let value = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
            return value * (0.5 + 0.5 * cos(.pi * distance / Double(reach + 1)))
        }
    }

    private let ratio: Double
    /// The samples that are still needed, and where in them the next one of the other clock lies.
    private var past: [Double]
    private var position: Double

    /// - Parameter ppm: how many millionths the other clock is fast.
    public init(ppm: Double) {
        ratio = 1 / (1 + ppm / 1_000_000)
        past = [Double](repeating: 0, count: 2 * Self.reach)
        position = Double(Self.reach)
    }

    /// Appends what the other clock makes of a step.
    public mutating func apply(_ samples: [Int16], into output: inout [Int16]) {
        for sample in samples { past.append(Double(sample)) }
        while Int(position) + Self.reach < past.count {
            let middle = Int(position)
            let kernel = Self.kernels[Int(((position - Double(middle)) * Double(Self.places)).rounded())]
            var sum = 0.0
            for tap in 1 - Self.reach...Self.reach { sum += kernel[tap + Self.reach - 1] * past[middle + tap] }
            output.append(AudioLevel.sample(sum))
            position += ratio
        }
        let passed = Int(position) - Self.reach
        if passed > 0 {
            past.removeFirst(passed)
            position -= Double(passed)
        }
    }
}
