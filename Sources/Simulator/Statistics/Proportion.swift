/// So many successes in so many independent tries.
public struct Proportion: Sendable, Hashable {
    public let successes: Int
    public let tries: Int

    /// More tries are refused.
    public static let limit = 10_000_000

    /// `nil` unless 0 ≤ successes ≤ tries ≤ ``limit``.
    public init?(successes: Int, tries: Int) {
        guard successes >= 0, successes <= tries, tries <= Self.limit else { return nil }
        self.successes = successes
        self.tries = tries
    }

    /// `nil` without tries.
    public var share: Double? { tries > 0 ? Double(successes) / Double(tries) : nil }

    /// Wilson's interval (score interval, two-sided), for reporting. Without tries everything is possible.
    public func wilson(confidence: Double = 0.95) -> ClosedRange<Double> {
        guard tries > 0 else { return 0...1 }
        let z = NormalLaw.quantile((1 + confidence) / 2)
        let count = Double(tries)
        let share = Double(successes) / count
        let scale = 1 + z * z / count
        let middle = (share + z * z / (2 * count)) / scale
        let half = z * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot() / scale
        return (successes == 0 ? 0 : max(0, middle - half))...(successes == tries ? 1 : min(1, middle + half))
    }

    /// The interval of Clopper and Pearson (exact, two-sided): it holds the true share at least so often, whatever that
    /// is.
    public func exact(confidence: Double = 0.95) -> ClosedRange<Double> {
        let tail = (1 - confidence) / 2
        return atLeast(error: tail)...atMost(error: tail)
    }

    /// The true share is at least this; wrong with no more than this probability.
    public func atLeast(error: Double) -> Double {
        guard successes > 0 else { return 0 }
        return Self.root { BinomialLaw(tries: tries, probability: $0).atLeast(successes) >= error }
    }

    /// The true share is at most this; wrong with no more than this probability.
    public func atMost(error: Double) -> Double {
        guard successes < tries else { return 1 }
        return Self.root { BinomialLaw(tries: tries, probability: $0).atMost(successes) < error }
    }

    /// The probability from which on a condition holds.
    private static func root(_ holds: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle }
        }
        return (low + high) / 2
    }

    /// Tries without any failure that show a share of at least `share`: ln(1 - confidence) / ln(share), rounded up.
    public static func triesWithoutFailure(toShow share: Double, confidence: Double = 0.95) -> Int? {
        guard share > 0, share < 1, confidence > 0, confidence < 1 else { return nil }
        var needed = 1
        var error = share
        while error > 1 - confidence {
            needed += 1
            error *= share
            guard needed < limit else { return nil }
        }
        return needed
    }

    /// The second share less the first, with Newcombe's interval (from both Wilson intervals); `nil` without tries.
    public static func difference(
        _ first: Proportion, _ second: Proportion, confidence: Double = 0.95
    ) -> (estimate: Double, interval: ClosedRange<Double>)? {
        guard let one = first.share, let two = second.share else { return nil }
        let (oneRange, twoRange) = (first.wilson(confidence: confidence), second.wilson(confidence: confidence))
        func length(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
        let estimate = two - one
        let low = estimate - length(two - twoRange.lowerBound, oneRange.upperBound - one)
        let high = estimate + length(twoRange.upperBound - two, one - oneRange.lowerBound)
        return (estimate, low...high)
    }
}
