import Foundation

/// Brings samples of any rate to 8 kHz, block by block: a windowed-sinc low-pass whose taps are looked up for each
/// output sample's place between two input samples. Output sample n is the input at n/8000 s: nothing is delayed.
public struct Resampler {
    public static let outputRate = 8_000
    /// Input rates taken, in Hz. Below, there is no room for a modem; above, it is no sound.
    public static let inputRates = 4_000...768_000

    private enum Design {
        /// Zero crossings of the kernel on each side.
        static let crossings = 32
        /// Of the Kaiser window: about 90 dB of stop band.
        static let beta = 9.0
        /// Half power at this share of the lower one of the two rates: 3.85 kHz of 8 kHz. The transition ends so that
        /// what folds back lies above every carrier's band.
        static let cutoff = 0.48125
        /// Places between two samples of 8 kHz with taps of their own; between those, taps are interpolated (error
        /// below -100 dB). Of faster input fewer lie between two of its samples.
        static let phases = 512
        static let leastPhases = 8
    }

    private let rate: Int
    /// Taps on each side of the middle, and for each phase (and the one after the last) 2 × half taps.
    private let half: Int
    private let phases: Int
    private let taps: [Float]
    /// Input samples not done with; the first one is number `start` of the input.
    private var window: [Float]
    private var start: Int
    private var received = 0
    private var produced = 0

    /// `nil`: a rate outside ``inputRates``.
    public init?(rate: Int) {
        guard Self.inputRates.contains(rate) else { return nil }
        self.rate = rate
        let lower = Double(min(rate, Self.outputRate))
        // In cycles per input sample.
        let cutoff = Design.cutoff * lower / Double(rate)
        half = rate == Self.outputRate ? 0 : Int((Double(Design.crossings) * 0.5 / cutoff).rounded(.up))
        // Places that recur: 8000 / gcd. Few of them are computed exactly.
        let places = Self.outputRate / Self.commonDivisor(rate, Self.outputRate)
        let enough = max(Design.leastPhases, Design.phases * Self.outputRate / max(rate, Self.outputRate))
        phases = min(places, enough)
        taps = half == 0 ? [] : Self.taps(half: half, phases: phases, cutoff: cutoff)
        window = [Float](repeating: 0, count: half)
        start = -half
    }

    private static func commonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : commonDivisor(right, left % right)
    }

    private static func taps(half: Int, phases: Int, cutoff: Double) -> [Float] {
        var all: [Float] = []
        all.reserveCapacity((phases + 1) * 2 * half)
        let scale = bessel(Design.beta)
        for phase in 0...phases {
            let fraction = Double(phase) / Double(phases)
            var row = (0..<2 * half).map { index in
                // Distance of the output from input sample (index - half + 1) of its surroundings.
                let distance = Double(index - half + 1) - fraction
                let place = distance / Double(half)
                let window = abs(place) >= 1 ? 0 : bessel(Design.beta * (1 - place * place).squareRoot()) / scale
                let angle = 2 * .pi * cutoff * distance
                return window * (abs(angle) < 1e-9 ? 1 : sin(angle) / angle) * 2 * cutoff
            }
            // A constant stays what it is.
            let sum = row.reduce(0, +)
            for index in row.indices { row[index] /= sum }
            all += row.map { Float($0) }
        }
        return all
    }

    /// The modified Bessel function of order 0.
    private static func bessel(_ value: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for index in 1...40 where term > sum * 1e-12 {
            term *= (value / (2 * Double(index))) * (value / (2 * Double(index)))
            sum += term
        }
        return sum
    }

    /// Takes the next input samples; appends the output samples that they complete.
    public mutating func resample(_ samples: some Sequence<Float>, to output: inout [Float]) {
        let before = window.count
        window.append(contentsOf: samples)
        received += window.count - before
        produce(upTo: start + window.count, to: &output)
    }

    /// The input ends here: appends the rest.
    public mutating func finish(to output: inout [Float]) {
        window.append(contentsOf: repeatElement(0, count: half + 1))
        produce(upTo: received + half + 1, to: &output)
    }

    /// `end`: the number of the input sample after the last in the window.
    private mutating func produce(upTo end: Int, to output: inout [Float]) {
        if half == 0 { return pass(to: &output) }
        while true {
            let position = produced * rate
            let middle = position / Self.outputRate
            guard middle < received, middle + half < end else { break }
            output.append(sample(at: middle, rest: position % Self.outputRate))
            produced += 1
        }
        let done = min(max(0, produced * rate / Self.outputRate - half + 1 - start), window.count)
        window.removeFirst(done)
        start += done
    }

    /// At 8 kHz nothing is to do.
    private mutating func pass(to output: inout [Float]) {
        let count = min(window.count, received - produced)
        output.append(contentsOf: window.prefix(count))
        produced += count
        start += window.count
        window.removeAll(keepingCapacity: true)
    }

    private func sample(at middle: Int, rest: Int) -> Float {
        let place = Double(rest) * Double(phases) / Double(Self.outputRate)
        let phase = Int(place)
        let fraction = Float(place - Double(phase))
        let first = middle - half + 1 - start
        let count = 2 * half
        let sums = window.withUnsafeBufferPointer { window in
            taps.withUnsafeBufferPointer { taps in
                var (lower, upper) = (Float(0), Float(0))
                for index in 0..<count {
                    let sample = window[first + index]
                    lower += sample * taps[phase * count + index]
                    upper += sample * taps[(phase + 1) * count + index]
                }
                return (lower, upper)
            }
        }
        return sums.0 + (sums.1 - sums.0) * fraction
    }
}
