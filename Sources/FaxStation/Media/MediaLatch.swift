import FaxCore

/// Where media go when the other side's come from elsewhere than its description says: behind address translation the
/// description names an address that cannot be reached (symmetric RTP, RFC 4961; the same for UDPTL).
struct MediaLatch {
    private let isOn: Bool
    /// Packets have come from where ours go: that is settled, and nobody else's packets move it.
    private var isSettled = false
    private var candidate: Endpoint?
    private var packets = 0

    /// So many packets in a row from one source, before any came from where the description says.
    static let packetsNeeded = 3

    init(isOn: Bool) { self.isOn = isOn }

    /// A packet came.
    /// - Returns: where ours go from now on; `nil`: where they have gone.
    mutating func take(from source: Endpoint, remote: Endpoint) -> Endpoint? {
        guard isOn, !isSettled else { return nil }
        if source == remote {
            isSettled = true
            return nil
        }
        packets = source == candidate ? packets + 1 : 1
        candidate = source
        guard packets >= Self.packetsNeeded else { return nil }
        isSettled = true
        return source
    }

    /// A new description: all is open again.
    mutating func reset() { self = MediaLatch(isOn: isOn) }
}
