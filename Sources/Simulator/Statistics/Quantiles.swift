/// Quantiles of measured values.
public struct Quantiles: Sendable {
    /// Ascending.
    public let values: [Double]

    /// `nil` without values or with one that is no number.
    public init?(_ values: [Double]) {
        guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
        self.values = values.sorted()
    }

    /// Between the neighbours in proportion: place share·(n - 1), as most programs do by default.
    public func quantile(_ share: Double) -> Double {
        let place = min(max(share, 0), 1) * Double(values.count - 1)
        let below = Int(place)
        let above = min(below + 1, values.count - 1)
        return values[below] + (values[above] - values[below]) * (place - Double(below))
    }

    public var median: Double { quantile(0.5) }

    /// Measured values between which the true quantile lies, whatever their law, with at least this confidence; `nil`
    /// when there are too few of them.
    public func interval(of share: Double, confidence: Double = 0.95) -> ClosedRange<Double>? {
        let law = BinomialLaw(tries: values.count, probability: share)
        let tail = (1 - confidence) / 2
        var low: Int?
        var high: Int?
        var sum = 0.0
        for hits in 0..<values.count {
            sum += law.exactly(hits)
            // So few below the quantile with at most the tail's probability: value number `hits` is below it.
            if sum <= tail { low = hits }
            if high == nil, 1 - sum <= tail { high = hits }
        }
        guard let low, let high, low <= high else { return nil }
        return values[low]...values[high]
    }
}
