import Simulator

/// What was put in against what was named.
public struct SimTruthTable: Sendable {
    public var rows: [SimTruthRow]

    public init(_ rows: [SimTruthRow]) { self.rows = rows }

    public var disagreeing: [SimTruthRow] { rows.filter { !$0.disagreements.isEmpty } }

    public var summary: String {
        let failed = rows.count { $0.truth != .delivered }
        let share = rows.isEmpty ? 0 : Double(rows.count - disagreeing.count) / Double(rows.count)
        return
            "\(rows.count) calls, \(failed) of them not delivered to both sides' content; \(disagreeing.count) do not "
            + "agree with the simulator (agreement \(Self.percent(share)))"
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded(.down))
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// What became of the fax, by the simulator and by the analysis.
    public var outcomes: String {
        let names = ["success", "partial", "failed", "unknown", "not-fax", "none"]
        let known = names + Tally(rows.map(\.outcome)).sorted.map(\.name).filter { !names.contains($0) }
        let lines = SimTruthRow.Truth.allCases.map { truth in
            let rows = rows.filter { $0.truth == truth }
            let counts = known.map { name in "\(rows.count { $0.outcome == name })" }
            return "| \(truth.rawValue) | \(counts.joined(separator: " | ")) |"
        }
        return """
            | simulator \\ analysis | \(known.joined(separator: " | ")) |
            |---|\(known.map { _ in "--:|" }.joined())
            \(lines.joined(separator: "\n"))

            """
    }

    /// A line a fault and transport: how many were delivered, what was named as root cause of those that failed, and how
    /// many calls disagree.
    public var confusion: String {
        var names: [String] = []
        var groups: [String: [SimTruthRow]] = [:]
        for row in rows {
            let name = "`\(row.name)` | \(row.transport.rawValue)"
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(row)
        }
        let lines = names.map { name in
            let rows = groups[name] ?? []
            let causes = Tally(rows.filter { $0.truth != .delivered }.map { $0.rootCause ?? "none" }).sorted
            let named = causes.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
            return
                "| \(name) | \(rows.count) | \(rows.count { $0.truth == .delivered }) | \(named.isEmpty ? "–" : named) | "
                + "\(rows.count { !$0.disagreements.isEmpty }) |"
        }
        return """
            | fault | transport | calls | delivered | root causes of the others | disagree |
            |---|---|--:|--:|---|--:|
            \(lines.joined(separator: "\n"))

            """
    }

    /// Those that disagree without a known reason.
    public var unexplained: [SimTruthRow] { disagreeing.filter { $0.explanation == nil } }

    /// Each with what is needed to run it again, and why it disagrees.
    public var disagreements: String {
        disagreeing.map { row in
            "- `\(row.name)` \(row.transport.rawValue), seed \(row.seed), capture at the \(row.tap.rawValue): "
                + row.disagreements.joined(separator: "; ") + " (found: \(row.findings.joined(separator: ", "))). "
                + (row.explanation.map { "Why: \($0)." } ?? "Not explained.") + "\n"
        }.joined()
    }
}
