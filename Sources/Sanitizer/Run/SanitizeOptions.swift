/// How a capture is sanitised.
public struct SanitizeOptions: Sendable {
    /// Of what every replacement is made; the same key gives the same replacements. Whoever knows it can undo them.
    public var key: (UInt64, UInt64)

    public init(key: (UInt64, UInt64)) {
        self.key = key
    }

    /// A key that nobody knows.
    public init() {
        self.init(key: (.random(in: .min ... .max), .random(in: .min ... .max)))
    }

    /// The key of a number given by the user.
    public init(seed: UInt64) {
        self.init(key: (seed, ~seed))
    }
}

/// What was replaced, and what the user should know of it.
public struct SanitizeSummary: Sendable {
    public struct Count: Sendable, Hashable {
        public var kind: String
        public var count: Int
    }

    public var frames = 0
    /// In the capture; without one there is no diagnosis to compare.
    public var calls = 0
    /// Different originals by kind, in a fixed order.
    public var replaced: [Count] = []
    /// Frames, packets, pages … by what was done to them.
    public var content: [Count] = []
    public var warnings: [String] = []
    /// What the diagnosis says otherwise than before.
    public var differences: [String] = []
    /// Original and replacement, for those who ask for it.
    public var map: [(kind: String, original: String, replacement: String)] = []
}
