import Foundation

/// How many of so many independent tries succeed.
struct BinomialLaw {
    let tries: Int
    let probability: Double

    /// The probability of exactly so many.
    func exactly(_ hits: Int) -> Double {
        guard hits >= 0, hits <= tries else { return 0 }
        if probability <= 0 { return hits == 0 ? 1 : 0 }
        if probability >= 1 { return hits == tries ? 1 : 0 }
        let ways =
            logOfFactorial(tries) - logOfFactorial(hits) - logOfFactorial(tries - hits)
        return exp(ways + Double(hits) * log(probability) + Double(tries - hits) * log1p(-probability))
    }

    /// The probability of so many or fewer.
    func atMost(_ hits: Int) -> Double {
        guard hits < tries else { return 1 }
        guard hits >= 0 else { return 0 }
        return min(1, (0...hits).reduce(0) { $0 + exactly($1) })
    }

    /// The probability of so many or more.
    func atLeast(_ hits: Int) -> Double {
        guard hits > 0 else { return 1 }
        guard hits <= tries else { return 0 }
        return min(1, (hits...tries).reduce(0) { $0 + exactly($1) })
    }

    private func logOfFactorial(_ number: Int) -> Double { lgamma(Double(number) + 1) }
}
