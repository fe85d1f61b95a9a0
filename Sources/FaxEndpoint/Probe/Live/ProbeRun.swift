import FaxCore
import FaxProtocol
import FaxStation
import Foundation

/// `faxprobe probe`: the checks of a plan against one target, one call after the other.
public struct ProbeRun {
    /// Where to register before; `nil`: nowhere.
    public var registrar: String?
    public var shouldStop: () -> Bool = { false }
    /// Told what is done at the moment.
    public var progress: (String) -> Void = { _ in }
    /// All of it; `nil`: no end.
    public var timeout: Duration?
    /// Given the port in use, where a call is waited for.
    public var onListening: (Endpoint) -> Void = { _ in }
    var patience = Patience()
    var pages = ProbePages()

    /// How long is waited for what.
    struct Patience {
        var knock = Duration.milliseconds(700)
        var options = Duration.seconds(8)
        var registration = Duration.seconds(10)
        /// Between calls: the line of the other side has to be free again.
        var pause = Duration.seconds(2)
        var answer = ProbeCall.answerTimeout
    }

    public init() {}

    /// - Throws: when there is no port, or the record cannot be written.
    public func run(_ plan: ProbePlan, at target: ProbeTarget, _ settings: EndpointSettings) throws -> ProbeReport {
        var evidence = ProbeEvidence(plan, uri: target.uri, resolution: target.resolution)
        guard let destination = target.destination else { return ProbeReport(evidence) }
        let record = try ProbeRecord(settings.recordPath)
        var settings = settings
        settings.recordPath = record.path
        evidence.isRecorded = record.isKept
        let endpoint = try LiveEndpoint(settings)
        defer { endpoint.close() }
        evidence.own = Endpoint(
            BoundSocket.localAddress(towards: destination.path.endpoint) ?? endpoint.address.address,
            endpoint.address.port)
        var session = ProbeSession(self, endpoint, plan, destination, evidence)
        try session.go()
        endpoint.stop()
        session.takeLeftovers()
        evidence = session.evidence
        if let failure = try endpoint.recordFailure { throw FileOctets.Failure(description: failure) }
        progress("reading the record")
        try record.analyze(&evidence)
        return ProbeReport(evidence)
    }
}
