/// Some packets are held back so that later ones overtake them.
public struct ReorderSpec: Sendable, Hashable {
    public var share: Percentage
    /// How much later they come; more than the packet interval, or nothing overtakes them.
    public var delay: Duration

    public static let usualDelay = Duration.milliseconds(30)

    public init(_ share: Percentage, delay: Duration = usualDelay) {
        self.share = share
        self.delay = delay
    }
}

/// Some packets arrive twice.
public struct DuplicationSpec: Sendable, Hashable {
    public var share: Percentage
    /// How much later the copy comes.
    public var delay: Duration

    public init(_ share: Percentage, delay: Duration = .zero) {
        self.share = share
        self.delay = delay
    }
}

/// Some packets arrive with wrong bits.
public struct CorruptionSpec: Sendable, Hashable {
    public var share: Percentage
    /// Wrong bits in each such packet.
    public var bits: Int

    public static let bitLimit = 64

    public init(_ share: Percentage, bits: Int = 1) {
        self.share = share
        self.bits = min(max(1, bits), Self.bitLimit)
    }
}
