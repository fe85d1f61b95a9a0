import PcapDecode

/// The two-state model of Gilbert fitted to the losses of a stream: from a packet that arrived to one that is lost with
/// the chance `p`, from a lost one to one that arrives with the chance `r`. Losses that do not hang together have
/// `r = 1 - p`.
public struct GilbertFit: Sendable, Hashable {
    public var p: Double
    public var r: Double

    /// Of `runs` runs of losses with `lost` packets in all among `expected`; `nil` where nothing, or everything, is lost.
    public init?(lost: Int, runs: Int, expected: Int) {
        guard lost > 0, runs > 0, runs <= lost, expected > lost else { return nil }
        p = min(1, Double(runs) / Double(expected - lost))
        r = Double(runs) / Double(lost)
    }

    init?(_ figures: StreamStatistics) {
        guard let lost = figures.lost, let expected = figures.expected else { return nil }
        let runs = figures.lossBursts.values.reduce(0, +)
        self.init(lost: lost, runs: runs > 0 ? runs : figures.gaps.count, expected: expected)
    }

    /// Packets lost in a row, in the mean.
    public var meanBurst: Double { 1 / r }
}
