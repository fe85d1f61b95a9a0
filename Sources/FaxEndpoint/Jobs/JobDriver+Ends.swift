import FaxCore

// What a call came to, and what follows from it.
extension JobDriver {
    func end(_ number: Int, _ attempt: Attempt, _ result: FaxResult, _ event: EndpointEvent) {
        outcomes.add(result)
        let kind = FailureKind(result, wanted: attempt.transport, wasCut: cutsCalls)
        let confirmed = attempt.base + result.pagesConfirmed
        // The last page's confirmation is that of the fax, whatever became of the call.
        end(number, attempt, confirmed >= attempt.pages ? nil : kind ?? .fax, result.reason, result, event)
    }

    /// - Parameter kind: `nil`: the fax was confirmed.
    func end(
        _ number: Int, _ attempt: Attempt, _ kind: FailureKind?, _ reason: String?, _ result: FaxResult?,
        _ event: EndpointEvent? = nil
    ) {
        attempts[number] = nil
        let job = jobs[number]
        var line = JobLine(job.key, .ended, try: attempt.number, time: now)
        (line.kind, line.reason) = (kind?.rawValue, kind == nil ? nil : reason)
        line.confirmed = min(attempt.base + (result?.pagesConfirmed ?? 0), attempt.pages)
        if let result {
            let trial = PolicyTrial(result, wanted: attempt.transport, failure: kind)
            (line.carriedBy, line.meaning) = (trial.carrier?.rawValue, trial.meaning.rawValue)
            learn(trial, attempt, job)
        }
        let (state, wait, why) = verdict(number, attempt, kind, line, result)
        line.reason = why
        switch state {
        case .confirmed: line.outcome = .confirmed
        case .waiting: line.outcome = .again
        case .open: line.outcome = .cut
        case .failed, .unknown, .calling: line.outcome = .failed
        }
        let retryAt = wait.map { now + $0 }
        line.retryAt = retryAt?.seconds
        guard note(line, isDurable: true) else { return }
        if let event { teller.tell(event, of: job) }
        switch state {
        case .confirmed: tally.confirmed += 1
        case .failed: tally.failed += 1
        case .waiting, .open, .unknown, .calling: break
        }
        if state == .waiting { queue.wait(number, until: retryAt) } else { queue.end(number) }
        var story = story(number, state, record(number))
        (story.kind, story.reason, story.retryAt) = (kind, line.reason, retryAt)
        (story.decision, story.transport, story.result) = (attempt.decision, attempt.transport, result)
        teller.tell(story)
    }

    private func verdict(
        _ number: Int, _ attempt: Attempt, _ kind: FailureKind?, _ line: JobLine, _ result: FaxResult?
    ) -> (state: JobTeller.State, wait: Duration?, reason: String?) {
        guard let kind else { return (.confirmed, nil, nil) }
        guard kind != .cut else { return (.open, nil, line.reason) }
        var after = record(number)
        after.apply(line)
        let pair = NumberPair(ours: settings.ours, theirs: jobs[number].destination)
        let next = attempt.choices.fullPolicy?.decide(pair, memory: memory, earlier: after.trials, now: now).transport
        let verdict = settings.rules(attempt.choices).verdict(
            kind, tries: attempt.number - after.forgiven, noFax: after.noFax,
            changesTransport: next != nil && next != attempt.transport, retryAfter: result?.retryAfter)
        switch verdict {
        case .again(let pause): return (.waiting, pause, line.reason)
        case .never(let why): return (.failed, nil, [line.reason, why].compactMap { $0 }.joined(separator: "; "))
        }
    }

    private func learn(_ trial: PolicyTrial, _ attempt: Attempt, _ job: FaxJob) {
        guard let policy = attempt.choices.fullPolicy else { return }
        let pair = NumberPair(ours: settings.ours, theirs: job.destination)
        let now = now
        policy.learn(trial, of: pair, into: &memory, now: now)
        guard policy.kind == .flipFlop, let file = settings.memory else { return }
        do {
            // Others may have learnt meanwhile: theirs is read, ours added, and all of it taken over.
            var merged = memory
            let complaint = try file.update { stored in
                policy.learn(trial, of: pair, into: &stored, now: now)
                merged = stored
            }
            memory = merged
            if let complaint { teller.complain(complaint) }
        } catch {
            teller.complain(error.description)
        }
    }
}
