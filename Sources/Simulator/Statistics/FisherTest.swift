import Foundation

/// Fisher's exact test: whether two samples can have come from one success rate.
public enum FisherTest {
    /// Two-sided: were both rates the same, with as many successes in all as there were, so uneven a division of them or
    /// one less probable would come this often. 1 where there is nothing to tell them apart by.
    public static func p(_ first: Proportion, _ second: Proportion) -> Double {
        let successes = first.successes + second.successes
        let law = Hypergeometric(first: first.tries, second: second.tries, successes: successes)
        let seen = law.logarithm(first.successes)
        // As probable as what was seen, but for rounding.
        let limit = seen + 1e-9
        var sum = 0.0
        for count in law.range {
            let one = law.logarithm(count)
            if one <= limit { sum += exp(one) }
        }
        return min(1, sum)
    }

    /// How many of the successes fall to the first sample when all tries are alike.
    private struct Hypergeometric {
        let first: Int
        let second: Int
        let successes: Int

        var range: ClosedRange<Int> { max(0, successes - second)...min(first, successes) }

        func logarithm(_ count: Int) -> Double {
            ways(first, count) + ways(second, successes - count) - ways(first + second, successes)
        }

        private func ways(_ all: Int, _ some: Int) -> Double {
            lgamma(Double(all) + 1) - lgamma(Double(some) + 1) - lgamma(Double(all - some) + 1)
        }
    }
}
