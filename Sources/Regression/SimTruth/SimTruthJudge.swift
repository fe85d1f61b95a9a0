import FaxCore
import FaxDSP
import PcapDecode
import Simulator
import T30Analyzer

/// What the simulator knows of a call held against what the analysis says of it.
public struct SimTruthRow: Sendable {
    public var name: String
    public var transport: CallScenario.Transport
    public var seed: UInt64
    public var tap: WorldCapture.Tap
    /// By the simulator.
    public var truth: Truth
    /// Numbers of UDPTL are missing in the capture.
    public var showsGap: Bool
    public var outcome: String
    public var rootCause: String?
    /// Ids of findings that are errors.
    public var errors: [String]
    public var findings: [String]
    /// What does not fit, in words; empty: all is as it should be.
    public var disagreements: [String]

    /// What became of the fax.
    public enum Truth: String, Sendable, CaseIterable {
        case delivered
        /// The receiver has every page and said so, and the sender did not come to know or ended with an error.
        case confirmed = "received, sender not content"
        case failed
    }
}

extension SimTruthCase {
    public func run(_ document: SimulatedDocument) throws -> SimTruthRow {
        let trial = try trial(document)
        let result = try trial.run()
        guard let capture = result.capture, let tap = trial.tap else { throw CouldNotCapture() }
        let diagnosis = TrialDiagnosis(capture)
        var row = SimTruthRow(
            name: name, transport: transport, seed: seed, tap: tap, truth: truth(result, tap),
            showsGap: result.tapLoss.udptl > 0,
            outcome: diagnosis.outcome?.rawValue ?? "none", rootCause: diagnosis.rootCause,
            errors: diagnosis.call?.findings.filter { $0.severity == .error }.map(\.id) ?? [],
            findings: diagnosis.findings, disagreements: result.violations)
        row.disagreements += verdictFaults(row) + SimTruthStory(self, result, diagnosis, tap).faults
        return row
    }

    struct CouldNotCapture: Error {}

    /// As far as a capture at that place can know: at the caller a confirmation counts when it came there.
    private func truth(_ result: TrialResult, _ tap: WorldCapture.Tap) -> SimTruthRow.Truth {
        if result.isSuccess { return .delivered }
        let receiver = result.answerer.report
        guard result.pages.received >= result.pages.sent, receiver.pagesReceived >= result.pages.sent,
            receiver.frames.contains(where: { $0.isSent && SimTruthStory.isConfirmation($0.octets) })
        else { return .failed }
        let cameBack = result.caller.report.frames.contains { !$0.isSent && SimTruthStory.isConfirmation($0.octets) }
        return tap == .answerer || cameBack ? .confirmed : .failed
    }

    private func verdictFaults(_ row: SimTruthRow) -> [String] {
        var faults: [String]
        switch row.truth {
        case .delivered: faults = faultsOfDelivered(row)
        case .confirmed:
            faults = row.outcome == "success" ? [] : ["received whole, and the outcome is \(row.outcome)"]
        case .failed: faults = faultsOfFailed(row)
        }
        for id in fault?.alwaysFound(by: party) ?? [] where !row.findings.contains(id) {
            faults.append("\(id) was not found")
        }
        return faults
    }

    private func faultsOfDelivered(_ row: SimTruthRow) -> [String] {
        var faults: [String] = []
        if row.outcome != "success" { faults.append("delivered, and the outcome is \(row.outcome)") }
        if let cause = row.rootCause, !isRefusal(cause) { faults.append("delivered, with root cause \(cause)") }
        for id in row.errors { faults.append("delivered, with error \(id)") }
        return faults
    }

    private func faultsOfFailed(_ row: SimTruthRow) -> [String] {
        var faults: [String] = []
        if row.outcome == "success" { faults.append("failed, and the outcome is success") }
        let cause = row.rootCause ?? "none"
        let causes = fault?.causes(on: transport, by: party, seenAt: row.tap, showsGap: row.showsGap) ?? []
        if !causes.contains(cause) { faults.append("failed, root cause \(cause)") }
        return faults
    }

    /// A fax that went on without T.38 names what refused it.
    private func isRefusal(_ cause: String) -> Bool {
        cause == "t38-refused" && fault?.catalogue.contains(cause) == true
    }
}
