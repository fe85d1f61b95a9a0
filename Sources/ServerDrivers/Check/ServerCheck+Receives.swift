import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import Foundation

extension ServerCheck {
    /// Our endpoint sends a fax to the server, which then has to have it.
    /// - Parameters:
    ///   - destination: where the server answers calls.
    ///   - settings: of our endpoint.
    /// - Throws: when there is no port, or the record cannot be written or read.
    public func receives(
        _ fax: ServerFax, at destination: SIPDestination, _ settings: EndpointSettings,
        _ driver: any FaxServerDriver
    ) throws -> Outcome {
        let record = ServerRecord(settings.recordPath)
        var settings = settings
        settings.recordPath = record.path
        var outcome = Outcome(facts: ServerFacts(.receives, pages: fax.pages.count))
        defer { driver.close() }
        let before: [ServerReception]
        do throws(ServerFailure) {
            try driver.open()
            onServer(.connected(product: driver.product))
            before = try driver.receptions()
        } catch {
            return failed(error, &outcome, driver)
        }
        let endpoint = try LiveEndpoint(settings)
        defer { endpoint.close() }
        endpoint.send(OutgoingFax(try OutgoingDocument(fax.pages), to: destination))
        call(endpoint, &outcome)
        if let failure = try endpoint.recordFailure { throw FileOctets.Failure(description: failure) }
        var arrived: [PageBitmap]?
        do throws(ServerFailure) {
            if let reception = try newReception(
                since: before, driver,
                patience: outcome.facts.call?.isWhole == true ? patience.lastWord : patience.lastCall)
            {
                outcome.facts.told.reception = reception
                onReception(reception)
                arrived = try pages(of: reception, driver)
            }
        } catch {
            onServer(.failed(error))
            outcome.facts.told.failure = error
        }
        outcome.words = driver.words
        try conclude(&outcome, fax, arrived: arrived ?? (outcome.facts.told.reception == nil ? nil : []), record)
        return outcome
    }

    private func pages(
        of reception: ServerReception, _ driver: any FaxServerDriver
    ) throws(ServerFailure) -> [PageBitmap] {
        let octets = try driver.collect(reception)
        do {
            return try DocumentImport.receivedPages(octets, name: reception.name)
        } catch {
            throw .unreadable("\(error)")
        }
    }

    private func failed(_ failure: ServerFailure, _ outcome: inout Outcome, _ driver: any FaxServerDriver) -> Outcome {
        onServer(.failed(failure))
        outcome.facts.told.failure = failure
        outcome.words = driver.words
        return outcome
    }

    private func call(_ endpoint: LiveEndpoint, _ outcome: inout Outcome) {
        let limit = ContinuousClock.now + patience.all
        var rows: [Int] = []
        func take(_ event: EndpointEvent) {
            onEvent(event)
            if case .page(let page) = event.kind, rows.count < ServerFacts.rowLimit { rows.append(page.rows) }
            if case .trouble(let text) = event.kind, event.call == nil { outcome.facts.stopped = text }
            guard case .result(let result) = event.kind else { return }
            outcome.results.append(result)
            var call = ServerFacts.Call(result)
            call.rows = rows
            outcome.facts.calls.append(call)
        }
        while outcome.facts.calls.isEmpty, outcome.facts.stopped == nil {
            if shouldStop() || ContinuousClock.now >= limit {
                outcome.facts.stopped = shouldStop() ? "stopped" : "the time is over"
            } else if let event = endpoint.events.next(within: .milliseconds(100)) {
                take(event)
            }
        }
        endpoint.stop()
        while let event = endpoint.events.next(within: .zero) { take(event) }
    }

    /// A fax that was not there before, once it is whole; `nil`: none came in time.
    private func newReception(
        since before: [ServerReception], _ driver: any FaxServerDriver, patience limit: Duration
    ) throws(ServerFailure) -> ServerReception? {
        let names = Set(before.map(\.name))
        let limit = ContinuousClock.now + limit
        while ContinuousClock.now < limit, !shouldStop() {
            let found = try driver.receptions().first { !names.contains($0.name) && !$0.isComing }
            if let found { return found }
            Thread.sleep(forTimeInterval: patience.question.inSeconds)
        }
        return nil
    }
}
