import FaxCore

/// A sampling clock of nominally 8,000 Hz that is a little fast or slow: when each sample is due in true time.
public struct SampleClock: Sendable, Hashable {
    public static let nominalRate = 8_000
    static let nanosecondsPerSample: Int64 = 125_000

    public let start: Instant
    /// Millionths that it is fast (above 0) or slow.
    public let ppm: Double

    public init(start: Instant, ppm: Double = 0) {
        self.start = start
        self.ppm = ppm
    }

    /// The time of the sample of this number, counted from 0 at ``start``.
    public func instant(ofSample sample: Int) -> Instant {
        let (nominal, overflow) = Int64(sample).multipliedReportingOverflow(by: Self.nanosecondsPerSample)
        if overflow { return .distantFuture }
        guard ppm != 0 else { return start + .nanoseconds(nominal) }
        return start + .nanoseconds(Int64((Double(nominal) / (1 + ppm / 1_000_000)).rounded()))
    }
}
