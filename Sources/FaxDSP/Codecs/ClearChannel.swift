import FaxWire
import Foundation

/// What 64 kbit/s of transparent data (RFC 4040, `CLEARMODE`) hold when they are telephone audio after all: gateways
/// between ISDN lines pass a fax on as octets whose law nobody names.
///
/// Audio can be predicted from the samples before: lines, modems and voices use a part of the 4 kHz only. Octets read by
/// the wrong law, and octets that are no audio, sound like noise and cannot. So each law is tried, and the prediction
/// gain (the power of a short stretch against what linear prediction leaves of it) decides; where neither stands out,
/// the answer is "unknown".
public enum ClearChannel {
    enum Limit {
        /// Samples predicted together: 32 ms.
        static let frame = 256
        static let order = 8
        /// Quieter frames (about -50 dBm0) tell nothing.
        static let power = 60.0 * 60.0
        /// A short pattern that repeats is as predictable by either law.
        static let distinctOctets = 8
        /// So many loud frames decide at most; fewer than the least tell nothing: 0.3 s.
        static let mostFrames = 400
        static let leastFrames = 10
        /// Of the right law, and over the other law: dB on the average. Random octets give 0.3 dB.
        static let gain = 3.0
        static let lead = 2.0
    }

    /// The law by which the octets are audio; `nil`: neither, or no telling.
    public static func law(of octets: some RandomAccessCollection<UInt8>) -> G711? {
        var gains: [(law: G711, gain: Double)] = []
        for law in G711.allCases { gains.append((law, predictionGain(octets, law) ?? 0)) }
        gains.sort { $0.gain > $1.gain }
        guard gains[0].gain >= Limit.gain, gains[0].gain - gains[1].gain >= Limit.lead else { return nil }
        return gains[0].law
    }

    /// Mean over the loud frames, in dB.
    static func predictionGain(_ octets: some RandomAccessCollection<UInt8>, _ law: G711) -> Double? {
        var total = 0.0
        var frames = 0
        var rest = octets[...]
        while rest.count >= Limit.frame, frames < Limit.mostFrames {
            let frame = rest.prefix(Limit.frame)
            rest = rest.dropFirst(Limit.frame)
            let samples = law.samples(frame).map(Double.init)
            guard Set(frame).count >= Limit.distinctOctets, let gain = predictionGain(samples) else { continue }
            total += gain
            frames += 1
        }
        return frames >= Limit.leastFrames ? total / Double(frames) : nil
    }

    /// Levinson's recursion on the autocorrelation of a windowed frame; `nil` when it is too quiet.
    private static func predictionGain(_ samples: [Double]) -> Double? {
        let count = Double(samples.count)
        let mean = samples.reduce(0, +) / count
        let power = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        guard power >= Limit.power else { return nil }
        let windowed = samples.indices.map { index in
            (samples[index] - mean) * sin(.pi * (Double(index) + 0.5) / count)
        }
        let correlation = (0...Limit.order).map { lag in
            zip(windowed, windowed.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        var error = correlation[0]
        var coefficients: [Double] = []
        for order in 0..<Limit.order {
            var reflection = correlation[order + 1]
            for index in 0..<order { reflection -= coefficients[index] * correlation[order - index] }
            reflection /= error
            coefficients = (0..<order).map { coefficients[$0] - reflection * coefficients[order - 1 - $0] }
            coefficients.append(reflection)
            error *= 1 - reflection * reflection
            // A pure tone leaves nothing: 60 dB say enough.
            if error <= correlation[0] * 1e-6 { return 60 }
        }
        return 10 * log10(correlation[0] / error)
    }
}
