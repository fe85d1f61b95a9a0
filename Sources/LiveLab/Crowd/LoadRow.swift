import FaxCore
import FaxEndpoint

/// One step of the load curve.
public struct LoadRow: Sendable {
    public let wanted: Int
    public let outcome: CrowdOutcome
    /// Of the 99th percentile of lateness.
    public let limit: Duration

    public init(wanted: Int, outcome: CrowdOutcome, limit: Duration) {
        self.wanted = wanted
        self.outcome = outcome
        self.limit = limit
    }

    public var isInTime: Bool { outcome.times.lateness.quantile(0.99).map { $0 <= limit } ?? false }
    public var areWhole: Bool { outcome.whole == outcome.total && outcome.total > 0 }
    public var isGood: Bool { isInTime && areWhole && outcome.troubles.isEmpty && outcome.filesLeft.isEmpty }

    /// What a curve shows of it, in the order of ``heads``.
    public var cells: [String] {
        func ms(_ time: Duration?) -> String { time.map { LabText.number($0.inMilliseconds, 1) } ?? "–" }
        let (lateness, turns) = (outcome.times.lateness, outcome.times.turns)
        return [
            "\(wanted)", "\(outcome.total)", "\(outcome.whole)", ms(lateness.quantile(0.5)),
            ms(lateness.quantile(0.99)), ms(lateness.quantile(0.999)), ms(lateness.count > 0 ? lateness.longest : nil),
            ms(turns.quantile(0.999)), ms(turns.count > 0 ? turns.longest : nil),
            LabText.number(outcome.cores, 2), LabText.number(outcome.cores * 1_000 / Double(max(1, wanted)), 2),
            "\(outcome.residentKiB >> 10)", isGood ? "yes" : "no",
        ]
    }

    public static let heads = [
        "at once", "calls", "whole and equal", "late p50 ms", "late p99 ms", "late p99.9 ms", "late most ms",
        "turn p99.9 ms", "turn most ms", "cores", "millicores a call", "RSS MB", "good",
    ]

    public var line: String {
        zip(Self.heads, cells).map { "\($0) \($1)" }.joined(separator: ", ")
    }

    /// What was not as it should be.
    public var problems: [String] {
        var found = outcome.troubles
        if !isInTime {
            found.append("packets left later than \(LabText.number(limit.inMilliseconds, 1)) ms at the 99th percentile")
        }
        for call in outcome.calls where !call.isWhole {
            let sent = call.sent.map { $0.reason ?? "sent" } ?? "never ended"
            let received = call.received.map { $0.reason ?? "received" } ?? "never told"
            let equal = call.areEqual.map { $0 ? "equal" : "different" } ?? "nothing to compare"
            found.append("\(call.callID): sender: \(sent); receiver: \(received); pages: \(equal)")
        }
        let left = outcome.filesLeft
        if !left.isEmpty { found.append("\(left.count) left open: \(left.prefix(8).joined(separator: ", "))") }
        return found
    }
}

/// Figures as reports have them: with a point, whatever the language.
public enum LabText {
    public static func number(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        guard value.isFinite, abs(value) * scale < 1e15 else { return "–" }
        let scaled = Int((abs(value) * scale).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let whole = Int(scale)
        return "\(sign)\(scaled / whole).\(String(whole + scaled % whole).dropFirst())"
    }

    public static func table(_ heads: [String], _ rows: [[String]]) -> String {
        let lines = [heads, heads.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }
}
