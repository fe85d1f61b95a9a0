import FaxCore
import Simulator

/// `faxprobe simulate --list-faults`, and the table of `docs/faults.md`.
public enum FaultList {
    /// A line a fault: name, what it imitates, and where it applies.
    public static var text: String {
        let width = FaultBook.faults.map(\.name.count).max() ?? 0
        let lines = FaultBook.faults.map { fault in
            fault.name + String(repeating: " ", count: width + 2 - fault.name.count) + fault.imitates
                + " (\(places(fault)))"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    public static var markdown: String {
        let lines = FaultBook.faults.map { fault in
            "| `\(fault.name)` | \(fault.imitates) | \(codes(fault.catalogue)) | \(places(fault)) | "
                + "\(fault.parties.map(\.rawValue).joined(separator: ", ")) | \(causes(fault.expected)) | "
                + "\(always(fault)) |"
        }
        return """
            | fault | imitates | catalogue | transports | whose | root cause of a call that fails | found in any case |
            |---|---|---|---|---|---|---|
            \(lines.joined(separator: "\n"))

            """
    }

    private static func causes(_ expected: SimulatedFault.Expectation) -> String {
        var parts = [codes(expected.causes)]
        if !expected.behindGateway.isEmpty { parts.append("behind a gateway also \(codes(expected.behindGateway))") }
        if !expected.withoutGap.isEmpty {
            parts.append("over T.38 without a gap in the numbers also \(codes(expected.withoutGap))")
        }
        if !expected.beyond.isEmpty {
            parts.append("where it strikes behind the capture also \(codes(expected.beyond))")
        }
        if !expected.reason.isEmpty { parts.append(expected.reason) }
        return parts.joined(separator: "; ")
    }

    private static func always(_ fault: SimulatedFault) -> String {
        let usual = fault.expected.alwaysOfUsual
        guard !usual.isEmpty, let party = fault.parties.first else { return codes(fault.expected.always) }
        return "\(codes(fault.expected.always + usual)) of the \(party.rawValue)"
    }

    private static func places(_ fault: SimulatedFault) -> String {
        fault.transports.count == CallScenario.Transport.allCases.count
            ? "all" : fault.transports.map(\.rawValue).joined(separator: ", ")
    }

    private static func codes(_ ids: [String]) -> String {
        ids.isEmpty ? "–" : ids.map { "`\($0)`" }.joined(separator: ", ")
    }
}
