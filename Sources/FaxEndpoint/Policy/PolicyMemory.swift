import FaxCore

/// What flip-flop remembers of pairs of numbers; of no more than ``limit``.
public struct PolicyMemory: Sendable, Equatable {
    public struct Entry: Sendable, Hashable {
        /// What the last fax that said anything was carried by, and whether it was confirmed.
        public var carrier: PolicyTrial.Carrier
        public var isGood: Bool
        /// When that was, since the Unix epoch.
        public var at: Instant
        /// In a row, without a success over T.38 between them.
        public var t38Failures = 0
        public var t38FailedAt: Instant?
        public var permanentSince: Instant?

        public init(carrier: PolicyTrial.Carrier, isGood: Bool, at: Instant) {
            self.carrier = carrier
            self.isGood = isGood
            self.at = at
        }
    }

    public static let limit = 10_000
    private var entries: [NumberPair: Entry] = [:]

    public init() {}

    public var count: Int { entries.count }
    /// In the order of the numbers.
    public var all: [(pair: NumberPair, entry: Entry)] {
        entries.sorted { $0.key < $1.key }.map { (pair: $0.key, entry: $0.value) }
    }

    /// Where there is no room, the oldest goes; those that are for good go last.
    public subscript(pair: NumberPair) -> Entry? {
        get { entries[pair] }
        set {
            if newValue != nil, entries[pair] == nil, entries.count >= Self.limit {
                let oldest = entries.min { Self.age($0) < Self.age($1) }
                if let oldest { entries[oldest.key] = nil }
            }
            entries[pair] = newValue
        }
    }

    private static func age(_ item: (key: NumberPair, value: Entry)) -> (Int, Instant, NumberPair) {
        (item.value.permanentSince == nil ? 0 : 1, item.value.at, item.key)
    }
}
