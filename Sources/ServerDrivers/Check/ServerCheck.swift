import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import Foundation

/// One fax through a server with our endpoint as the far side, and what the three views of it come to.
public struct ServerCheck {
    public struct Patience: Sendable {
        /// For all of it.
        public var all = Duration.seconds(300)
        /// Between questions for the state of a job.
        public var question = Duration.seconds(1)
        /// After the last call ended, for the server to say how the job, or the reception, ended.
        public var lastWord = Duration.seconds(30)
        /// After the server said the end: a call that still runs, or is on its way.
        public var lastCall = Duration.seconds(10)

        public init() {}
    }

    public var patience = Patience()
    /// Kept while the server sends: some reach us through a registrar only.
    public var registration: RegistrationRequest?
    public var shouldStop: () -> Bool = { false }
    public var onEvent: (EndpointEvent) -> Void = { _ in }
    public var onServer: (ServerEvent) -> Void = { _ in }
    public var onReception: (ServerReception) -> Void = { _ in }
    let driver: @Sendable () -> any FaxServerDriver

    /// - Parameter driver: makes one, not yet open; called on the thread that uses it.
    public init(_ driver: @escaping @Sendable () -> any FaxServerDriver) { self.driver = driver }

    /// What came of it.
    public struct Outcome: Sendable {
        public var facts: ServerFacts
        /// What was said on both sides.
        public var words = ServerWords()
        /// Of our endpoint, in order.
        public var results: [FaxResult] = []
        public var matching: PageMatching?
    }

    // MARK: - The server sends

    /// The server is told to send a fax to us.
    /// - Parameter settings: of our endpoint, with ``EndpointSettings/answering``.
    /// - Throws: when there is no port, or the record cannot be written or read.
    public func sends(_ fax: ServerFax, _ settings: EndpointSettings) throws -> Outcome {
        let record = ServerRecord(settings.recordPath)
        var settings = settings
        settings.recordPath = record.path
        let endpoint = try LiveEndpoint(settings)
        defer { endpoint.close() }
        if let registration { endpoint.register(registration) }
        var outcome = Outcome(facts: ServerFacts(.sends, pages: fax.pages.count))
        let follower = ServerFollower(fax, pause: patience.question, driver)
        var watch = Watch(patience)
        while !watch.isOver(outcome.facts) {
            if shouldStop() {
                outcome.facts.stopped = "stopped"
                break
            }
            take(endpoint.events.next(within: .milliseconds(100)), &outcome, &watch)
            for event in follower.take() { take(event, &outcome, &watch) }
        }
        follower.stop()
        endpoint.stop()
        while let event = endpoint.events.next(within: .zero) { take(event, &outcome, &watch) }
        // A cancellation takes the time of an answer or two.
        let limit = ContinuousClock.now + patience.lastWord
        while !watch.isServerOver, ContinuousClock.now < limit {
            Thread.sleep(forTimeInterval: 0.05)
            for event in follower.take() { take(event, &outcome, &watch) }
        }
        if watch.ranOut { outcome.facts.stopped = outcome.facts.stopped ?? "the time is over" }
        if let failure = try endpoint.recordFailure { throw FileOctets.Failure(description: failure) }
        try conclude(&outcome, fax, arrived: pages(outcome.results), record)
        return outcome
    }

    private func take(_ event: EndpointEvent?, _ outcome: inout Outcome, _ watch: inout Watch) {
        guard let event else { return }
        onEvent(event)
        watch.take(event)
        if case .result(let result) = event.kind {
            outcome.results.append(result)
            var call = ServerFacts.Call(result)
            call.rows = watch.takeRows()
            outcome.facts.calls.append(call)
        }
    }

    private func take(_ event: ServerEvent, _ outcome: inout Outcome, _ watch: inout Watch) {
        onServer(event)
        watch.take(event)
        switch event {
        case .connected: break
        case .submitted(let job): outcome.facts.told.job = job
        case .status(let status): outcome.facts.told.status = status
        case .cancelled: outcome.facts.told.wasCancelled = true
        case .noticed(let came): outcome.facts.told.wasNoticed = came
        case .failed(let failure): outcome.facts.told.failure = failure
        case .over(let words): outcome.words = words
        }
    }

    private func pages(_ results: [FaxResult]) throws -> [PageBitmap]? {
        guard let result = results.last(where: \.isSuccess) ?? results.last, let path = result.files.first else {
            return nil
        }
        return try TIFFDocument.read(try FileOctets.read(path, limit: 1 << 30))
    }

    func conclude(_ outcome: inout Outcome, _ fax: ServerFax, arrived: [PageBitmap]?, _ record: ServerRecord) throws {
        if let arrived {
            outcome.matching = PageMatching(sent: fax.pages, returned: arrived)
            outcome.facts.matching = outcome.matching?.verdict
        }
        outcome.facts.recorded = try record.read()
    }
}

/// When a check in which the server sends is over.
private struct Watch {
    private let patience: ServerCheck.Patience
    private let limit: ContinuousClock.Instant
    private var running = 0
    private var lastCallEnded: ContinuousClock.Instant?
    private var serverEnded: ContinuousClock.Instant?
    private var rows: [Int] = []
    private(set) var isServerOver = false
    private(set) var ranOut = false

    init(_ patience: ServerCheck.Patience) {
        self.patience = patience
        limit = .now + patience.all
    }

    mutating func take(_ event: EndpointEvent) {
        if case .page(let page) = event.kind, rows.count < ServerFacts.rowLimit { rows.append(page.rows) }
        if case .began = event.kind {
            running += 1
            lastCallEnded = nil
        }
        if case .result = event.kind {
            running -= 1
            lastCallEnded = .now
        }
    }

    mutating func takeRows() -> [Int] {
        defer { rows = [] }
        return rows
    }

    mutating func take(_ event: ServerEvent) {
        switch event {
        case .status(let status) where status.state.isEnd: serverEnded = serverEnded ?? .now
        case .failed: serverEnded = serverEnded ?? .now
        case .over: isServerOver = true
        case .connected, .submitted, .status, .cancelled, .noticed: break
        }
    }

    mutating func isOver(_ facts: ServerFacts) -> Bool {
        let now = ContinuousClock.now
        if now >= limit {
            ranOut = true
            return true
        }
        guard running <= 0 else { return false }
        if let serverEnded {
            // It says how it ended: nothing more is due where that fits with a call, or where it never came to one.
            if facts.told.failure == nil, !isServerOver { return false }
            return !facts.calls.isEmpty || facts.told.job == nil || now >= serverEnded + patience.lastCall
        }
        return lastCallEnded.map { now >= $0 + patience.lastWord } ?? false
    }
}
