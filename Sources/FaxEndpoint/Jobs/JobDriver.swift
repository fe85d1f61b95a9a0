import FaxCore

/// Follows the jobs of a list on a live endpoint: asks the queue, calls, writes the journal before anything is told.
final class JobDriver {
    /// One call of a job, from its preparation to its end.
    struct Attempt {
        var number: Int
        /// Pages confirmed before this call.
        var base = 0
        var pages = 0
        var transport = FaxTransport.auto
        var decision: PolicyDecision?
        var choices: CallChoices
    }

    let jobs: [FaxJob]
    let settings: JobSettings
    let journal: JobJournal?
    let endpoint: LiveEndpoint
    let preparation: JobPreparation
    let teller: JobTeller
    private let clock = LiveClock()
    var queue: JobQueue
    /// Without a journal; with one, the journal's own count.
    var ownRecords: [String: JobRecord] = [:]
    var attempts: [Int: Attempt] = [:]
    var memory = PolicyMemory()
    var tally = JobTally()
    var outcomes = RunOutcomes()
    var isStopping = false
    /// What ends from now on is ended by this side.
    var cutsCalls = false
    /// Why a job was left to the next run; `nil`: none was, unless the user said so.
    var stopReason: String?
    /// What keeps this run from going on.
    var failure: String?

    init(
        _ jobs: [FaxJob], _ settings: JobSettings, journal: JobJournal?, endpoint: LiveEndpoint, teller: JobTeller
    ) throws {
        self.jobs = jobs
        self.settings = settings
        self.journal = journal
        self.endpoint = endpoint
        self.teller = teller
        preparation = JobPreparation(settings)
        queue = JobQueue(
            destinations: jobs.map(\.destination), concurrency: settings.concurrency,
            callsPerMinute: settings.choices.callsPerMinute)
        tally.total = jobs.count
        if let file = settings.memory {
            let found = try file.read()
            memory = found.memory
            if let complaint = found.complaint { teller.complain(complaint) }
        }
    }

    var now: Instant { clock.date(of: LiveClock.now) }
    func record(_ job: Int) -> JobRecord {
        let key = jobs[job].key
        return (journal?.records[key] ?? ownRecords[key]) ?? JobRecord()
    }

    // MARK: - Before the first call

    /// Takes over what earlier runs came to.
    func resume() {
        if let complaint = journal?.complaint { teller.complain(complaint) }
        for (number, job) in jobs.enumerated() {
            if settings.retriesUnknown { journal?.reopenUnknown(job.key) }
            if settings.retriesFailed { journal?.reopenFailed(job.key) }
            let record = record(number)
            switch record.state {
            case .open: queue.wait(number, until: [record.due(at: now), job.notBefore].compactMap { $0 }.max())
            case .confirmed:
                tally.confirmed += 1
                tally.confirmedBefore += 1
                queue.end(number)
            case .failed(let reason): over(number, .failed, "by an earlier run: \(reason)", record)
            case .unknown:
                let phase =
                    record.confirmed > 0
                    ? "after \(record.confirmed) of \(record.pages ?? 0) pages were confirmed"
                    : record.wasAnswered ? "after it was answered" : "before an answer was seen"
                over(number, .unknown, "call \(record.tries) was cut short by the end of the program, \(phase)", record)
            }
        }
        teller.began(tally, at: now)
    }

    private func over(_ number: Int, _ state: JobTeller.State, _ reason: String, _ record: JobRecord) {
        if state == .unknown { tally.unknown += 1 } else { tally.failed += 1 }
        queue.end(number)
        var story = story(number, state, record)
        story.reason = reason
        teller.tell(story)
    }

    func story(_ number: Int, _ state: JobTeller.State, _ record: JobRecord) -> JobTeller.Story {
        var story = JobTeller.Story(time: now, job: jobs[number], state: state)
        (story.number, story.confirmed, story.pages) = (record.tries, record.confirmed, record.pages)
        return story
    }

    // MARK: - Steps

    /// Nothing is left for this run, or nothing more may begin and nothing runs.
    var isOver: Bool { failure != nil || (attempts.isEmpty && (isStopping || queue.isOver)) }

    /// Begins what may begin, and waits so long for an event.
    func step(patience: Duration) {
        if !isStopping { beginDue() }
        for outcome in preparation.take() { takePrepared(outcome) }
        if let event = endpoint.events.next(within: patience) { take(event) }
    }

    private func beginDue() {
        // Each destination is prepared in turn, so a few steps are enough.
        while case .start(let number) = queue.next(at: now) {
            let record = record(number)
            attempts[number] = Attempt(
                number: record.tries + 1, base: record.confirmed, choices: settings.choices(of: jobs[number]))
            preparation.begin(number, jobs[number], confirmed: record.confirmed, digest: record.document)
        }
    }

    /// No call begins any more.
    func stopBeginning() { isStopping = true }

    /// Ends every call in an orderly way, and takes what is left of events.
    func close() {
        (isStopping, cutsCalls) = (true, true)
        endpoint.stop()
        while let event = endpoint.events.next(within: .zero) { take(event) }
        for number in attempts.keys.sorted() {
            guard let attempt = attempts[number], attempt.pages > 0 else { continue }
            let record = record(number)
            if record.wasAnswered {
                attempts[number] = nil
                over(number, .unknown, "the other side did not answer BYE in time", record)
            } else {
                end(number, attempt, .cut, "ended before it was answered", nil)
            }
        }
    }
}
