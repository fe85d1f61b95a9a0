import FaxCore

/// What a journal knows of one job.
public struct JobRecord: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        /// May be called for; not before that time.
        case open(retryAt: Instant?)
        case confirmed
        case failed(String)
        /// A call began and its end was never written.
        case unknown
    }

    public var state = State.open(retryAt: nil)
    /// What that time was from the end of the call.
    public var retryPause: Duration?
    public var tries = 0
    /// Calls among them that no longer count.
    public var forgiven = 0
    public var noFax = 0
    /// Pages that were confirmed in all calls, of so many.
    public var confirmed = 0
    public var pages: Int?
    /// SHA-256 of the files when they were sent.
    public var document: String?
    public var trials: [PolicyTrial] = []
    /// The call whose end is not known was answered.
    public var wasAnswered = false

    public init() {}

    /// When an open job may be called for again; `nil`: at once. A date that was written by a clock that was wrong keeps
    /// nobody waiting longer than the pause was.
    public func due(at now: Instant) -> Instant? {
        guard case .open(let retryAt?) = state else { return nil }
        return min(retryAt, now + (retryPause ?? .zero))
    }

    /// Calls of one job that are remembered one by one.
    private static let trialLimit = 1_000

    mutating func apply(_ line: JobLine) {
        tries = max(tries, line.try)
        confirmed = max(confirmed, line.confirmed ?? 0)
        switch line.state {
        case .calling:
            (state, wasAnswered) = (.unknown, false)
            pages = line.pages ?? pages
            document = line.document ?? document
        case .answered: wasAnswered = true
        case .page: break
        case .ended:
            if line.kind == FailureKind.noFax.rawValue { noFax += 1 }
            if let meaning = line.meaning.flatMap(PolicyTrial.Meaning.init), trials.count < Self.trialLimit {
                trials.append(PolicyTrial(line.carriedBy.flatMap(PolicyTrial.Carrier.init), meaning))
            }
            switch line.outcome {
            case .confirmed: state = .confirmed
            case .again:
                state = .open(retryAt: line.retryAt.map { Instant(seconds: $0) })
                retryPause = line.retryAt.map { .seconds(max(0, $0 - line.time)) }
            case .failed: state = .failed(line.reason ?? "failed")
            // Ended by this side: the call counts among the tries of nobody.
            case .cut: (state, forgiven) = (.open(retryAt: nil), forgiven + 1)
            case nil: state = .open(retryAt: nil)
            }
        }
        // The last page's confirmation is that of the fax, whatever became of the call.
        if let pages, confirmed >= pages { state = .confirmed }
    }
}
