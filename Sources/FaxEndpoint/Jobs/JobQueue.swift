import FaxCore

/// Which job of a list is called for when: a value, times in, the next step out. So many destinations at a time, one call
/// to each of them, so many calls a minute.
struct JobQueue: Sendable {
    enum Step: Sendable, Hashable {
        case start(Int)
        /// Nothing may begin before that; `nil`: before something has ended.
        case wait(until: Instant?)
        case finished
    }

    private enum State: Sendable {
        case waiting(until: Instant?)
        case running
        case over
    }

    /// Destinations at one time.
    let concurrency: Int
    /// From one call to the next.
    let spacing: Duration
    private let destinations: [String]
    private var states: [State]
    private var running: Set<String> = []
    private var left: Int
    private var lastStart: Instant?

    /// - Parameter destinations: of every job.
    init(destinations: [String], concurrency: Int, callsPerMinute: Double?) {
        self.destinations = destinations.map { $0.lowercased() }
        self.concurrency = concurrency
        spacing = callsPerMinute.map { .nanoseconds(Int64(60e9 / $0)) } ?? .zero
        states = destinations.map { _ in .waiting(until: nil) }
        left = destinations.count
    }

    /// Every job has come to its end.
    var isOver: Bool { left == 0 }

    /// Not before that time; `nil`: as soon as may be.
    mutating func wait(_ job: Int, until: Instant?) {
        stop(job)
        states[job] = .waiting(until: until)
    }

    /// It is never called for again.
    mutating func end(_ job: Int) {
        stop(job)
        if case .over = states[job] { return }
        states[job] = .over
        left -= 1
    }

    private mutating func stop(_ job: Int) {
        if case .running = states[job] { running.remove(destinations[job]) }
    }

    mutating func next(at now: Instant) -> Step {
        guard left > 0 else { return .finished }
        guard running.count < concurrency else { return .wait(until: nil) }
        if let lastStart, now < lastStart + spacing { return .wait(until: lastStart + spacing) }
        var earliest: Instant?
        for job in states.indices {
            guard case .waiting(let until) = states[job], !running.contains(destinations[job]) else { continue }
            if let until, until > now {
                earliest = min(earliest ?? until, until)
                continue
            }
            states[job] = .running
            running.insert(destinations[job])
            lastStart = now
            return .start(job)
        }
        return .wait(until: earliest)
    }
}
