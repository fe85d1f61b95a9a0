import FaxCore

extension JitterBuffer {
    public struct Settings: Sendable, Hashable {
        public var depth: Depth
        public var concealment = LossConcealment.Method.repetition
        /// Samples of a packet as offered; what is adapted by packets is adapted by so many.
        public var packetSamples = 160

        public init(depth: Depth) { self.depth = depth }

        public static func fixed(_ depth: Duration) -> Settings { Settings(depth: .fixed(depth)) }
    }

    public enum Depth: Sendable, Hashable {
        /// The first packet waits so long, and the delay stays. What the two clocks drift apart is made good by whole
        /// packets, when half a packet has come together.
        case fixed(Duration)
        case adaptive(Adaptive)
    }

    /// Follows the jitter between two limits. Each change of the delay is a slip for a modem.
    public struct Adaptive: Sendable, Hashable {
        public enum Unit: Sendable, Hashable {
            case packets
            /// So many samples after each packet that came, until the new delay is reached.
            case samples(Int)
        }

        public var minimum: Duration
        public var maximum: Duration
        public var initial: Duration
        public var unit: Unit

        public init(minimum: Duration, maximum: Duration, initial: Duration, unit: Unit = .packets) {
            self.minimum = minimum
            self.maximum = maximum
            self.initial = initial
            self.unit = unit
        }
    }

    /// The playout moved against the stream.
    public struct Slip: Sendable, Hashable {
        public enum Cause: Sendable, Hashable {
            /// The clocks of sender and receiver drifted apart, or the path became longer or shorter for good.
            case drift
            /// An adaptive buffer changed its delay.
            case adaptation
            /// The stream began anew: another source, or numbers far off.
            case restart
        }

        public var cause: Cause
        /// Put in (above 0) or left out.
        public var samples: Int
        /// Samples that were played before it.
        public var played: Int
        public var time: Instant
    }

    public struct Statistics: Sendable, Hashable {
        /// Packets taken, whatever became of them.
        public internal(set) var received = 0
        public internal(set) var duplicates = 0
        /// Came behind a later one, in time to be played.
        public internal(set) var reordered = 0
        /// Came after their time to be played.
        public internal(set) var late = 0
        /// Too far from the stream to be believed.
        public internal(set) var stray = 0
        /// Numbers that never came, as far as the stream reaches.
        public internal(set) var lost = 0
        /// Samples given out in all; of those the ones that concealment made.
        public internal(set) var played = 0
        public internal(set) var concealed = 0
        /// Silent because the sender said so.
        public internal(set) var paused = 0
        /// Runs of concealed samples.
        public internal(set) var holes = 0
        public internal(set) var slips: [Slip] = []
        /// Slips beyond ``JitterBuffer/slipLimit``.
        public internal(set) var slipsNotKept = 0

        public init() {}
    }
}
