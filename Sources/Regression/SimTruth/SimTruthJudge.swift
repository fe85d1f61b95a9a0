import FaxCore
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
    public var isSuccess: Bool
    public var outcome: String
    public var rootCause: String?
    /// Ids of findings that are errors.
    public var errors: [String]
    public var findings: [String]
    /// What does not fit, in words; empty: all is as it should be.
    public var disagreements: [String]
}

extension SimTruthCase {
    public func run(_ document: SimulatedDocument) throws -> SimTruthRow {
        let trial = try trial(document)
        let result = try trial.run()
        guard let capture = result.capture, let tap = trial.tap else { throw CouldNotCapture() }
        let diagnosis = TrialDiagnosis(capture)
        var row = SimTruthRow(
            name: name, transport: transport, seed: seed, tap: tap, isSuccess: result.isSuccess,
            outcome: diagnosis.outcome?.rawValue ?? "none", rootCause: diagnosis.rootCause,
            errors: diagnosis.call?.findings.filter { $0.severity == .error }.map(\.id) ?? [],
            findings: diagnosis.findings, disagreements: result.violations)
        row.disagreements += verdictFaults(row) + lossFaults(result, diagnosis, tap)
        return row
    }

    struct CouldNotCapture: Error {}

    private func verdictFaults(_ row: SimTruthRow) -> [String] {
        var faults: [String] = []
        let expected = fault?.expected ?? .init()
        if row.isSuccess {
            if row.outcome != "success" { faults.append("delivered, and the outcome is \(row.outcome)") }
            if let cause = row.rootCause, !isRefusal(cause) { faults.append("delivered, with root cause \(cause)") }
            // Of a refusal an error may remain: the fax went on without T.38, which is named.
            for id in row.errors where !expected.always.contains(id) { faults.append("delivered, with error \(id)") }
        } else {
            if row.outcome == "success" { faults.append("failed, and the outcome is success") }
            let cause = row.rootCause ?? "none"
            let isBehind = (row.tap == .caller) == (party == .caller)
            let causes = isBehind ? expected.causes + expected.beyond : expected.causes
            if !causes.contains(cause) { faults.append("failed, root cause \(cause)") }
        }
        for id in expected.always where !row.findings.contains(id) { faults.append("\(id) was not found") }
        return faults
    }

    /// A fax that went on without T.38 names what refused it.
    private func isRefusal(_ cause: String) -> Bool {
        cause == "t38-refused" && fault?.catalogue.contains(cause) == true
    }

    private func lossFaults(
        _ result: TrialResult, _ diagnosis: TrialDiagnosis, _ tap: WorldCapture.Tap
    ) -> [String] {
        guard !renumbers, let call = diagnosis.call?.call else { return [] }
        let far: Party = tap == .answerer ? .caller : .callee
        func lost(_ kind: MediaStream.Kind) -> Int {
            call.streams.filter { $0.direction == far && $0.kind == kind }.reduce(0) { $0 + ($1.statistics.lost ?? 0) }
        }
        var faults: [String] = []
        for (name, seen, truth) in [
            ("RTP", lost(.rtp), result.tapLoss.rtp), ("UDPTL", lost(.udptl), result.tapLoss.udptl),
        ] where seen != truth { faults.append("\(name): \(truth) packets were lost, the analysis counts \(seen)") }
        return faults
    }

    /// The numbers in the packets are part of the fault.
    private var renumbers: Bool { ["udptl-restarts", "udptl-port-moves"].contains(fault?.name) }
}
