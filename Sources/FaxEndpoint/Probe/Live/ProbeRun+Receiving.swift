import FaxCore
import FaxProtocol
import Foundation

// The other way round: somebody calls us, and is looked into.
extension ProbeRun {
    /// Waits for one call, receives its fax, and judges the caller.
    /// - Parameter settings: with ``EndpointSettings/answering``; one call of it is taken.
    public func receive(_ plan: ProbePlan, _ settings: EndpointSettings) throws -> ProbeReport {
        let record = try ProbeRecord(settings.recordPath)
        var settings = settings
        settings.recordPath = record.path
        settings.answering?.calls = 1
        let endpoint = try LiveEndpoint(settings)
        defer { endpoint.close() }
        onListening(endpoint.address)
        var evidence = ProbeEvidence(plan, uri: "a call to \(endpoint.address)", resolution: (nil, nil, .zero))
        evidence.them = .caller
        evidence.isRecorded = record.isKept
        try register(endpoint)
        wait(endpoint, &evidence)
        endpoint.stop()
        while let event = endpoint.events.next(within: .zero) {
            if case .result(let result) = event.kind, !evidence.calls.isEmpty { evidence.calls[0].result = result }
        }
        if let failure = try endpoint.recordFailure { throw FileOctets.Failure(description: failure) }
        progress("reading the record")
        try record.analyze(&evidence)
        return ProbeReport(evidence)
    }

    private func register(_ endpoint: LiveEndpoint) throws {
        guard let registrar else { return }
        endpoint.register(RegistrationRequest(registrar: try SIPTarget.destination(registrar)))
    }

    private func wait(_ endpoint: LiveEndpoint, _ evidence: inout ProbeEvidence) {
        progress("waiting for a call to \(endpoint.address)")
        let limit = timeout.map { ContinuousClock.now + $0 }
        while true {
            if shouldStop() || limit.map({ ContinuousClock.now >= $0 }) ?? false {
                evidence.stopped = evidence.calls.isEmpty ? "nobody called" : "stopped"
                evidence.wasCut = !evidence.calls.isEmpty
                return
            }
            guard let event = endpoint.events.next(within: .milliseconds(100)) else { continue }
            if case .began(uri: let uri, peer: let peer, isIncoming: true) = event.kind {
                progress("a call from \(uri)")
                evidence.resolution = (peer, nil, .zero)
                evidence.own = Endpoint(
                    BoundSocket.localAddress(towards: peer) ?? endpoint.address.address, endpoint.address.port)
                evidence.calls = [ProbeEvidence.Made(call: evidence.plan.first)]
            } else if case .result(let result) = event.kind, !evidence.calls.isEmpty {
                evidence.calls[0].result = result
                return
            }
        }
    }
}
