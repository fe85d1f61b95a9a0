import FaxCore

/// Where the packets of one stream go: where the other side's description says, or where its own come from
/// (``MediaLatch``).
struct MediaTarget {
    private(set) var remote: Endpoint
    /// As the other side's description says.
    private var described: Endpoint
    private var latch: MediaLatch
    /// A fault: so many ports beside what is described.
    private let portOffset: Int

    init(_ described: Endpoint, latches: Bool, portOffset: Int = 0) {
        self.described = described
        self.portOffset = portOffset
        remote = described.shifted(by: portOffset)
        latch = MediaLatch(isOn: latches)
    }

    /// A packet came from there.
    mutating func hear(from source: Endpoint) {
        if let moved = latch.take(from: source, remote: remote) { remote = moved }
    }

    /// The other side wants its packets elsewhere.
    mutating func move(to described: Endpoint) {
        guard described != self.described else { return }
        self.described = described
        remote = described.shifted(by: portOffset)
        latch.reset()
    }
}

extension Endpoint {
    /// The same host, so many ports further.
    fileprivate func shifted(by offset: Int) -> Endpoint {
        offset == 0 ? self : Endpoint(address, UInt16(truncatingIfNeeded: Int(port) + offset))
    }
}
