import Synchronization

/// Events on their way from the event loop to the thread that wants them.
public final class EventQueue: Sendable {
    private let events = Mutex<[EndpointEvent]>([])
    private let available = MonotonicSemaphore()

    /// When nobody takes events, those of callers who were not let in are left out beyond this.
    private static let limit = 10_000

    init() {}

    func put(_ event: EndpointEvent) {
        let isKept = events.withLock { events in
            if events.count >= Self.limit, case .refused = event.kind { return false }
            events.append(event)
            return true
        }
        if isKept { available.signal() }
    }

    /// The next event; `nil`: none came in time.
    public func next(within patience: Duration) -> EndpointEvent? {
        guard available.wait(for: patience) else { return nil }
        return events.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
