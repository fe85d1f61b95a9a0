/// What a line does whose clock is not the network's: a sample is left out or comes twice, at one interval (ITU-T G.822
/// calls it a controlled slip; one octet of a 64 kbit/s channel each time).
public struct SampleSlips: Sendable {
    /// In samples.
    public var period: Int
    /// Samples that come twice; negative: that are left out.
    public var samples: Int

    /// - Parameter period: seconds from one slip to the next, at least one sample.
    public init(every period: Double, samples: Int = 1) {
        self.period = max(1, Int(period * 8_000))
        self.samples = samples
    }

    /// As many samples as came in: what is too much falls off at the end, what is missing is silence there.
    public func apply(_ line: [Int16]) -> [Int16] {
        var slipped: [Int16] = []
        slipped.reserveCapacity(line.count)
        var start = 0
        while start < line.count {
            let end = min(line.count, start + period)
            slipped += line[start..<end]
            if end < line.count { slip(&slipped) }
            start = end
        }
        slipped += [Int16](repeating: 0, count: max(0, line.count - slipped.count))
        return Array(slipped.prefix(line.count))
    }

    private func slip(_ line: inout [Int16]) {
        if samples > 0 {
            line += line.suffix(samples)
        } else {
            line.removeLast(min(line.count, -samples))
        }
    }
}
