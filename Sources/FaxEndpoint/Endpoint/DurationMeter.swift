import FaxCore

/// How often something took how long, by tenths of a millisecond.
public struct DurationMeter: Sendable, Hashable {
    /// Counts by tenths of a millisecond; the last one holds everything above.
    private var counts = [Int](repeating: 0, count: 1_001)
    public private(set) var count = 0
    public private(set) var longest = Duration.zero

    private static let step = Duration.microseconds(100)

    public init() {}

    /// Both together.
    public mutating func add(_ other: DurationMeter) {
        for place in counts.indices { counts[place] += other.counts[place] }
        count += other.count
        longest = max(longest, other.longest)
    }

    mutating func add(_ time: Duration) {
        let time = max(.zero, time)
        count += 1
        longest = max(longest, time)
        let place = Int(time.wholeNanoseconds / Self.step.wholeNanoseconds)
        counts[min(place, counts.count - 1)] += 1
    }

    /// The time that this share was not above, to a tenth of a millisecond; `nil` before there is anything.
    public func quantile(_ share: Double) -> Duration? {
        guard count > 0 else { return nil }
        var left = Int((Double(count) * share).rounded(.up))
        for (place, number) in counts.enumerated() {
            left -= number
            if left <= 0 { return place == counts.count - 1 ? longest : min(longest, Self.step * (place + 1)) }
        }
        return longest
    }
}
