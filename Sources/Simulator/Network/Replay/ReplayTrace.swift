import FaxCore

/// The losses and delays of packets as they were measured, to meet again: packet number n meets what number n of the trace
/// met; after the last one the trace begins anew.
public struct ReplayTrace: Sendable, Hashable {
    public enum Fate: Sendable, Hashable {
        case lost
        /// More than the fastest packet of the trace took.
        case delayed(Duration)
    }

    /// What it was measured from, for reports.
    public let source: String
    public let fates: [Fate]
    /// The delays are known, not the losses only.
    public let hasDelays: Bool

    public static let limit = 1_000_000

    /// `nil` without packets and beyond ``limit``.
    public init?(source: String, fates: [Fate], hasDelays: Bool) {
        guard !fates.isEmpty, fates.count <= Self.limit else { return nil }
        self.source = source
        self.fates = fates
        self.hasDelays = hasDelays
    }

    public var lossShare: Double { Double(fates.count { $0 == .lost }) / Double(fates.count) }

    func fate(_ index: UInt64) -> Fate { fates[Int(index % UInt64(fates.count))] }
}
