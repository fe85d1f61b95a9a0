import FaxCore
import FaxDSP
import FaxStation

// What happens between the turn of a job and the end of its call.
extension JobDriver {
    func takePrepared(_ outcome: JobPreparation.Outcome) {
        switch outcome {
        case .ready(let prepared): if !isStopping { call(prepared) } else { attempts[prepared.job] = nil }
        case .failed(let number, let reason):
            guard let attempt = attempts[number] else { return }
            // No call was made: it is told as it is, and the next run may find it mended.
            attempts[number] = nil
            queue.end(number)
            tally.failed += 1
            var record = record(number)
            record.tries = attempt.number - 1
            var story = story(number, .failed, record)
            (story.reason, story.kind) = (reason, .ownFault)
            teller.tell(story)
        }
    }

    private func call(_ prepared: PreparedJob) {
        guard var attempt = attempts[prepared.job] else { return }
        let job = jobs[prepared.job]
        let pair = NumberPair(ours: settings.ours, theirs: job.destination)
        attempt.decision = attempt.choices.fullPolicy?.decide(
            pair, memory: memory, earlier: record(prepared.job).trials, now: now)
        attempt.transport = attempt.decision?.transport ?? attempt.choices.plainTransport
        attempt.pages = prepared.pages
        attempts[prepared.job] = attempt
        var line = JobLine(job.key, .calling, try: attempt.number, time: now)
        (line.destination, line.document, line.pages) = (job.destination, prepared.digest, prepared.pages)
        (line.transport, line.confirmed) = (attempt.transport.rawValue, attempt.base)
        guard note(line, isDurable: true) else { return }
        var story = story(prepared.job, .calling, record(prepared.job))
        (story.decision, story.transport) = (attempt.decision, attempt.transport)
        teller.tell(story)
        var fax = OutgoingFax(prepared.document, to: prepared.destination)
        (fax.manner.transport, fax.manner.fax) = (attempt.transport, settings.profile(attempt.choices))
        fax.tag = prepared.job
        endpoint.send(fax)
    }

    /// `false`: the journal cannot be written, and the run ends.
    func note(_ line: JobLine, isDurable: Bool) -> Bool {
        guard let journal else {
            ownRecords[line.job, default: JobRecord()].apply(line)
            return true
        }
        do {
            try journal.add(line, isDurable: isDurable)
            return true
        } catch {
            failure = failure ?? error.description
            return false
        }
    }

    // MARK: - Events

    func take(_ event: EndpointEvent) {
        let job = event.tag.map { jobs[$0] }
        guard let number = event.tag, let attempt = attempts[number], let job else {
            return teller.tell(event, of: job)
        }
        // First the journal, then the word.
        defer { if !isResult(event) { teller.tell(event, of: job) } }
        switch event.kind {
        case .call(.answered): _ = note(JobLine(job.key, .answered, try: attempt.number, time: now), isDurable: false)
        case .page(let page):
            var line = JobLine(job.key, .page, try: attempt.number, time: now)
            line.confirmed = min(attempt.base + page.pages, attempt.pages)
            _ = note(line, isDurable: true)
        case .result(let result): end(number, attempt, result, event)
        case .trouble(let text): if event.call == nil { leave(number, attempt, text) }
        case .listening, .warning, .refused, .began, .call, .negotiated, .progress, .loss, .registration, .gateway,
            .gatewayResult, .notReturned, .modem, .iax2:
            break
        }
    }

    /// Its call may not begin, for what it would cost or want of ports: it is left to the next run.
    private func leave(_ number: Int, _ attempt: Attempt, _ reason: String) {
        stopReason = stopReason ?? reason
        end(number, attempt, .cut, reason, nil)
    }

    private func isResult(_ event: EndpointEvent) -> Bool { if case .result = event.kind { true } else { false } }
}
