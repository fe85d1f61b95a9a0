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
                + "\(fault.parties.map(\.rawValue).joined(separator: ", ")) | \(codes(fault.expected.causes)) | "
                + "\(codes(fault.expected.always)) |"
        }
        return """
            | fault | imitates | catalogue | transports | whose | root cause of a call that fails | found in any case |
            |---|---|---|---|---|---|---|
            \(lines.joined(separator: "\n"))

            """
    }

    private static func places(_ fault: SimulatedFault) -> String {
        fault.transports.count == CallScenario.Transport.allCases.count
            ? "all" : fault.transports.map(\.rawValue).joined(separator: ", ")
    }

    private static func codes(_ ids: [String]) -> String {
        ids.isEmpty ? "–" : ids.map { "`\($0)`" }.joined(separator: ", ")
    }
}
