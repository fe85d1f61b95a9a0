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
