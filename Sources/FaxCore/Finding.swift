/// A statement about a call with its evidence. Prose is made last, from the measured values.
public struct Finding: Hashable, Sendable {
    /// The layers of the failure catalogue.
    public enum Layer: String, Sendable, CaseIterable {
        case setup = "A"
        case negotiation = "B"
        case transport = "C"
        case audio = "D"
        case ifp = "E"
        case t30 = "F"
        case gateway = "G"
    }

    public enum Severity: String, Sendable, Comparable {
        case note, warning, error

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    public enum Certainty: String, Sendable {
        case proof, strong, hint
    }

    /// The id of the failure catalogue, such as `t38-refused`.
    public var id: String
    public var layer: Layer
    public var severity: Severity
    public var certainty: Certainty
    public var title: String
    public var because: String
    public var remedy: String
    public var frames: [FrameRef]
    /// Spans of time as evidence where there are no frames (recordings).
    public var times: [ClosedRange<Instant>]
    public var isRootCause: Bool
    /// What was measured, with what it is held against.
    public var measures: [Measure] = []
    /// Whose sending it is about; `nil`: neither's alone, or unknown.
    public var party: Party?

    /// A measured value against its threshold, such as a loss of 3.2 % where 0.1 % is too much.
    public struct Measure: Hashable, Sendable {
        /// Short and plain: `loss`, `round trip`.
        public var name: String
        public var value: Double
        /// `%`, `ms`, `s`, `ppm`, `dBm0`, `octets`; empty for counts.
        public var unit: String
        /// From here on it is a fault; `nil`: there is no such value.
        public var threshold: Double?

        public init(_ name: String, _ value: Double, _ unit: String, threshold: Double? = nil) {
            self.name = name
            self.value = value
            self.unit = unit
            self.threshold = threshold
        }
    }

    public init(
        id: String, layer: Layer, severity: Severity, certainty: Certainty, title: String, because: String,
        remedy: String, frames: [FrameRef], times: [ClosedRange<Instant>] = [], isRootCause: Bool = false
    ) {
        self.id = id
        self.layer = layer
        self.severity = severity
        self.certainty = certainty
        self.title = title
        self.because = because
        self.remedy = remedy
        self.frames = frames
        self.times = times
        self.isRootCause = isRootCause
    }
}
