import Foundation

/// Wald's sequential test of a success rate: good builds have p0 or more, bad ones p1 or less. After each call it says
/// whether that is enough to tell.
public struct SequentialTest: Sendable, Hashable {
    public enum Decision: String, Sendable, Hashable {
        /// The success rate is p0 rather than p1; p1 rather than p0.
        case good, bad
        /// Not yet.
        case open
        /// As many calls as were allowed, and still open: judge by the interval.
        case truncated
    }

    public let good: Double
    public let bad: Double
    /// A build of p0 is found bad; a build of p1 is found good.
    public let falseAlarm: Double
    public let miss: Double
    public let maximumCalls: Int
    public private(set) var calls = 0
    public private(set) var failures = 0
    public private(set) var decision = Decision.open

    /// Failures a call between the two lines, and how far the lines lie from there: bad at F ≥ badLine + slope·n, good at
    /// F ≤ slope·n - goodLine.
    public let slope: Double
    public let goodLine: Double
    public let badLine: Double

    /// `nil` unless 0 < bad < good < 1 and both errors lie above 0 and together below 1. `maximumCalls`: without it three
    /// times the calls that are needed in the mean.
    public init?(
        good: Double, bad: Double, falseAlarm: Double = 0.05, miss: Double = 0.10, maximumCalls: Int? = nil
    ) {
        guard bad > 0, bad < good, good < 1, falseAlarm > 0, miss > 0, falseAlarm + miss < 1 else { return nil }
        self.good = good
        self.bad = bad
        self.falseAlarm = falseAlarm
        self.miss = miss
        let (ofFailure, ofSuccess) = (log((1 - bad) / (1 - good)), log(good / bad))
        slope = ofSuccess / (ofFailure + ofSuccess)
        goodLine = log((1 - falseAlarm) / miss) / (ofFailure + ofSuccess)
        badLine = log((1 - miss) / falseAlarm) / (ofFailure + ofSuccess)
        let whenGood = ((1 - falseAlarm) * goodLine - falseAlarm * badLine) / (slope - (1 - good))
        let whenBad = ((1 - miss) * badLine - miss * goodLine) / ((1 - bad) - slope)
        meanCallsWhenGood = whenGood
        meanCallsWhenBad = whenBad
        self.maximumCalls = maximumCalls ?? Int((3 * max(whenGood, whenBad)).rounded(.up))
    }

    /// Calls needed in the mean, of a build of p0 and of one of p1 (Wald's approximation).
    public let meanCallsWhenGood: Double
    public let meanCallsWhenBad: Double

    /// Counts a call; after a decision nothing changes any more.
    @discardableResult
    public mutating func add(succeeded: Bool) -> Decision {
        guard decision == .open else { return decision }
        calls += 1
        if !succeeded { failures += 1 }
        let line = slope * Double(calls)
        if Double(failures) >= line + badLine {
            decision = .bad
        } else if Double(failures) <= line - goodLine {
            decision = .good
        } else if calls >= maximumCalls {
            decision = .truncated
        }
        return decision
    }
}
