/// Whether an event loop serves its calls in time, and what keeps it from that: late without long turns means that the processor was
/// not to be had.
public struct LoopTimes: Sendable, Hashable {
    /// From when packets of a call were due until its turn came.
    public var lateness = DurationMeter()
    /// How long one call held the loop in one go; all others wait for that.
    public var turns = DurationMeter()

    public init() {}

    /// Both together.
    public mutating func add(_ other: LoopTimes) {
        lateness.add(other.lateness)
        turns.add(other.turns)
    }
}
