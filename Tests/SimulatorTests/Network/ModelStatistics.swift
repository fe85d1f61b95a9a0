import FaxCore
import Foundation

@testable import Simulator

/// Whether measured figures are those of a law: limits so wide that the law holds (once in some 16,000 tries it would
/// not, and the seeds are fixed), and samples so large that a law a little beside it fails.
enum ModelStatistics {
    static let deviations = 4.0

    /// So many hits in so many independent tries of this probability. `inflation`: how much larger the variance is where
    /// tries hang together.
    static func agrees(_ hits: Int, of tries: Int, with probability: Double, inflation: Double = 1) -> Bool {
        let expected = Double(tries) * probability
        let deviation = (expected * (1 - probability) * inflation).squareRoot()
        // Half a hit for the step from counts to a continuous law, and for probabilities of 0 and 1.
        return abs(Double(hits) - expected) <= deviations * deviation + 0.5
    }

    static func agrees(mean values: [Double], with mean: Double, deviation: Double) -> Bool {
        let measured = values.reduce(0, +) / Double(values.count)
        return abs(measured - mean) <= deviations * deviation / Double(values.count).squareRoot()
    }

    /// Pearson's sum against its mean and deviation; classes expected below 5 belong together (the caller's business).
    static func agrees(counts: [Int], with shares: [Double]) -> Bool {
        let total = Double(counts.reduce(0, +))
        let sum = zip(counts, shares).reduce(0.0) { sum, pair in
            let expected = total * pair.1
            return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
        }
        let freedom = Double(counts.count - 1)
        return sum <= freedom + deviations * (2 * freedom).squareRoot() + 8
    }

    /// Whether the values lie below the law's quantiles as often as they should.
    static func agrees(_ values: [Double], withQuantiles quantile: (Double) -> Double) -> Bool {
        [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999].allSatisfy { share in
            let limit = quantile(share)
            return agrees(values.count { $0 < limit }, of: values.count, with: share)
        }
    }
}

extension NetworkPath {
    /// What happens to datagrams sent at such intervals.
    mutating func carry(_ count: Int, every interval: Duration = .milliseconds(20), octetCount: Int = 172) -> [Passage]
    {
        (0..<count).map { carry(octetCount: octetCount, at: .zero + interval * $0) }
    }
}

extension [Passage] {
    var isLost: [Bool] { map { $0.delivery == nil } }
    var lostCount: Int { count { $0.delivery == nil } }

    /// Delays in milliseconds of what arrived.
    func delays(every interval: Duration = .milliseconds(20)) -> [Double] {
        enumerated().compactMap { number, passage in
            passage.delivery.map { ($0.time - (.zero + interval * number)).inMilliseconds }
        }
    }

    /// Lengths of the runs of losses that ended.
    var bursts: [Int] {
        var bursts: [Int] = []
        var run = 0
        for isLost in isLost {
            if isLost {
                run += 1
            } else if run > 0 {
                bursts.append(run)
                run = 0
            }
        }
        return bursts
    }
}
