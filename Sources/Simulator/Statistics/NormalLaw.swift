import Foundation

/// The standard normal law.
enum NormalLaw {
    /// The share below x.
    static func share(below x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    /// Where so much lies below; infinite at 0 and 1.
    static func quantile(_ share: Double) -> Double {
        guard share > 0 else { return -.infinity }
        guard share < 1 else { return .infinity }
        // By the smaller tail, which keeps its digits; halving down to the last bit.
        if share > 0.5 { return -quantile(1 - share) }
        var (low, high) = (-40.0, 0.0)
        while true {
            let middle = (low + high) / 2
            if middle <= low || middle >= high { return middle }
            if self.share(below: middle) < share { low = middle } else { high = middle }
        }
    }
}
