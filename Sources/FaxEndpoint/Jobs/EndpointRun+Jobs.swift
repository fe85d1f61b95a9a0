extension EndpointRun {
    /// Sends the faxes of a list, as many destinations at a time as may be; what is known of each is in the journal before
    /// it is told.
    /// - Parameter journal: `nil`: what becomes of them is forgotten with the process.
    public func send(
        _ jobs: [FaxJob], _ jobSettings: JobSettings, journal: JobJournal?, _ settings: EndpointSettings
    ) -> Status {
        let endpoint: LiveEndpoint
        let driver: JobDriver
        do {
            endpoint = try LiveEndpoint(settings)
        } catch {
            complain("\(error)")
            return .couldNotRun
        }
        defer { endpoint.close() }
        do {
            let teller = JobTeller(writesJSON: writesJSON, write: show, watch: onEvent, complain: complain)
            driver = try JobDriver(jobs, jobSettings, journal: journal, endpoint: endpoint, teller: teller)
        } catch {
            endpoint.stop()
            complain("\(error)")
            return .couldNotRun
        }
        if let request = registration { endpoint.register(request) }
        driver.resume()
        let stopped = follow(driver, drain: jobSettings.drain)
        driver.close()
        onCallsOver()
        return end(driver, endpoint, settings, stopped: stopped ?? driver.stopReason)
    }

    /// - Returns: why it ended before all was done.
    private func follow(_ driver: JobDriver, drain: Duration) -> String? {
        let clock = ContinuousClock()
        let limit = timeout.map { clock.now + $0 }
        var patience: ContinuousClock.Instant?
        var reason: String?
        while !driver.isOver {
            onTick()
            if reason == nil {
                if shouldStop() {
                    reason = "stopped"
                } else if let limit, clock.now >= limit {
                    reason = "the time is over"
                }
                if reason != nil {
                    driver.stopBeginning()
                    patience = clock.now + drain
                }
            }
            if let patience, clock.now >= patience { return reason }
            driver.step(patience: .milliseconds(50))
        }
        return reason
    }

    private func end(
        _ driver: JobDriver, _ endpoint: LiveEndpoint, _ settings: EndpointSettings, stopped: String?
    ) -> Status {
        var status = driver.tally.areConfirmed ? Status.confirmed : .failed
        var verdicts: [String] = []
        if let failure = try? endpoint.recordFailure {
            complain(failure)
            status = .couldNotRun
        } else if let path = settings.recordPath {
            verdicts = diagnose(path)
        }
        if let failure = driver.failure {
            complain("\(failure); every call was ended")
            status = .couldNotRun
        } else if driver.tally.open > 0 {
            complain(stopped ?? "not all was done")
            if let journal = driver.journal { complain("the next run with \(journal.path) goes on") }
        }
        if writesJSON {
            write(
                EventDocument.last(
                    driver.outcomes, reason: driver.failure ?? stopped, verdicts: verdicts,
                    lateness: try? endpoint.lateness, jobs: driver.tally))
        } else {
            write(driver.tally.text + "\n")
        }
        return status
    }
}
