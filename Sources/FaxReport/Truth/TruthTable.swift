import FaxCore
import Foundation
import PcapDecode
import T30Analyzer

/// Every capture of a folder against its truth, as a table for people and as data for tests.
public struct TruthTable: Sendable {
    public struct Row: Sendable {
        public var name: String
        public var checks: [TruthCheck]
        /// The root cause that the truth names, and the one that was found.
        public var causes: JudgedCause?
        /// The capture could not be read.
        public var failure: String?

        public var wrongs: [String] {
            if let failure { return ["\(name): \(failure)"] }
            return checks.compactMap(words)
        }

        private func words(_ check: TruthCheck) -> String? {
            guard case .wrong(let expected, let found) = check.verdict else { return nil }
            return "\(name): \(check.topic.rawValue): expected \(expected), found \(found)"
        }

        /// Reasons why something was not judged, once each.
        public var notes: [String] {
            var notes: [String] = []
            for case .open(let note?) in checks.map(\.verdict) where !notes.contains(note) { notes.append(note) }
            return notes
        }
    }

    public private(set) var rows: [Row] = []

    public init() {}

    /// Analyses and judges one case.
    /// - Parameter analyze: reads a capture file into its calls.
    public static func row(_ truth: TruthCase, analyze: (URL) throws -> [AnalyzedCall]) -> Row {
        do {
            let calls = try analyze(truth.capture)
            let log = try truth.impairLog.map { try ImpairLog($0) }
            var comparison = TruthComparison(truth, calls: calls)
            comparison.impairLog = log
            var checks = try comparison.checks()
            let causes = comparison.judgedCause
            if calls.contains(where: \.call.isRecording) {
                return Row(name: truth.name, checks: checks, causes: causes)
            }
            let isUnimpaired = truth.truth.impairment?.isEmpty == true && truth.truth.derivedFrom == nil
            let atCapture = LossComparison(log: log, host: truth.truth.host, isUnimpaired: isUnimpaired)
            checks.append(TruthCheck(topic: .lossAtCapture, verdict: atCapture.verdict(calls)))
            if let other = truth.otherCaptures["A"] {
                let atCaller = LossComparison(log: log, host: "A", isUnimpaired: isUnimpaired)
                checks.append(TruthCheck(topic: .lossAtCaller, verdict: atCaller.verdict(try analyze(other))))
            }
            return Row(name: truth.name, checks: checks, causes: causes)
        } catch {
            return Row(name: truth.name, checks: [], failure: "\(error)")
        }
    }

    public mutating func append(_ row: Row) { rows.append(row) }

    public var wrongs: [String] { rows.flatMap(\.wrongs) }

    /// The table, the wrongs in words, and a summary line.
    public func text() -> String {
        let width = max(7, rows.map(\.name.count).max() ?? 0)
        var lines = [padded("capture", width) + TruthCheck.Topic.allCases.map { " " + padded($0.rawValue, 8) }.joined()]
        for row in rows {
            let marks = TruthCheck.Topic.allCases.map { " " + padded(mark(row, $0), 8) }.joined()
            lines.append(padded(row.name, width) + marks + row.notes.joined(separator: "; "))
        }
        if !wrongs.isEmpty { lines += ["", "Wrong:"] + wrongs.map { "  " + $0 } }
        let confusion = CauseConfusion(rows.compactMap(\.causes))
        if !confusion.isEmpty { lines += ["", "Root causes, the truth's against ours:"] + confusion.lines }
        let all = rows.flatMap(\.checks)
        let right = all.count { $0.verdict == .right }
        let bad = rows.count { !$0.wrongs.isEmpty }
        lines += [
            "",
            "\(rows.count) captures: \(right) statements right, \(wrongs.count) wrong (in \(bad) captures), "
                + "\(all.count - right - all.count(where: \.isWrong)) not judged",
            "causes: \(confusion.right) of \(confusion.judged)",
        ]
        return lines.map(trimmed).joined(separator: "\n") + "\n"
    }

    private func mark(_ row: Row, _ topic: TruthCheck.Topic) -> String {
        if row.failure != nil { return "✗" }
        guard let check = row.checks.first(where: { $0.topic == topic }) else { return "–" }
        switch check.verdict {
        case .right: return "✓"
        case .wrong: return "✗"
        case .open: return "–"
        }
    }

    private func trimmed(_ line: String) -> Substring {
        line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)]
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
