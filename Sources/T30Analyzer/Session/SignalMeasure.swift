import FaxCore

/// What was measured of a signal heard in audio.
public struct SignalMeasure: Sendable, Hashable {
    public var levelDBm0: Double
    /// Against what the Recommendation says; `nil` where it says nothing.
    public var frequencyErrorHz: Double?
    /// Phase reversals of an answer tone.
    public var reversals: [Instant] = []

    public init(levelDBm0: Double, frequencyErrorHz: Double? = nil, reversals: [Instant] = []) {
        self.levelDBm0 = levelDBm0
        self.frequencyErrorHz = frequencyErrorHz
        self.reversals = reversals
    }
}
