import FaxCore
import PcapDecode
import T30Analyzer

/// What is told of a capture as a whole, after its calls.
public enum CaptureText {
    public static let warningLimit = 20

    /// Lines with line feeds.
    public static func text(_ summary: CaptureSummary, calls: Int, isVerbose: Bool) -> String {
        let lines =
            notes(summary, calls: calls, isVerbose: isVerbose) + findings(summary, isVerbose: isVerbose)
            + rates(summary.pairs, isVerbose: isVerbose)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What was read, and what of it was odd.
    static func notes(_ summary: CaptureSummary, calls: Int, isVerbose: Bool) -> [String] {
        var lines = [totals(summary, calls: calls)]
        let limit = isVerbose ? summary.warnings.count : warningLimit
        for warning in summary.warnings.prefix(limit) {
            lines.append("  warning: " + TerminalText.harmless(warning.description, limit: 300))
        }
        let hidden = summary.warnings.count - min(limit, summary.warnings.count) + summary.warningsDropped
        if hidden > 0 { lines.append("  … \(hidden) more warnings") }
        return lines
    }

    static let findingLimit = 20
    static let pairLimit = 20

    // MARK: - Several calls

    private static func findings(_ summary: CaptureSummary, isVerbose: Bool) -> [String] {
        if summary.findings.isEmpty { return [] }
        let limit = isVerbose ? summary.findings.count : findingLimit
        var lines = ["", "What several calls or legs show"]
        for found in summary.findings.prefix(limit) {
            let finding = found.finding
            let calls = found.calls.prefix(8).map(String.init).joined(separator: ", ")
            let more = found.calls.count > 8 ? " …" : ""
            lines.append(
                "  \(finding.severity.rawValue): \(finding.title)  [\(finding.id), \(finding.certainty.rawValue) · "
                    + "call\(found.calls.count == 1 ? "" : "s") \(calls)\(more)]")
            lines.append("    " + TerminalText.harmless(finding.because, limit: 600))
            lines.append("    → " + finding.remedy)
        }
        if summary.findings.count > limit { lines.append("  … \(summary.findings.count - limit) more findings") }
        return lines
    }

    /// Pairs that failed at least once and had more than one fax.
    private static func rates(_ pairs: [CallPairRates], isVerbose: Bool) -> [String] {
        let told = pairs.filter { $0.faxes > 1 && (isVerbose || $0.failed > 0) }.map(PairText.init)
        if told.isEmpty { return [] }
        var lines = ["", "Faxes by caller and callee"]
        for pair in told.prefix(isVerbose ? told.count : pairLimit) {
            lines.append("  \(pair.caller) → \(pair.callee): \(pair.result) (\(pair.carriages))")
            lines += pair.differences.map { "    " + $0 }
        }
        if !isVerbose, told.count > pairLimit { lines.append("  … \(told.count - pairLimit) more pairs") }
        return lines
    }

    private static func totals(_ summary: CaptureSummary, calls: Int) -> String {
        let name = name(summary.files)
        if let recording = summary.recording { return totals(recording, name, summary) }
        var parts = ["\(summary.frames) frames (\(summary.format)\(links(summary)))"]
        if let first = summary.firstTime, let last = summary.lastTime {
            parts.append("\(Clock.seconds(last - first)) s from \(Clock.date(first))")
        }
        parts.append("\(calls) call\(calls == 1 ? "" : "s")")
        let stopped = summary.isInterrupted ? "; stopped before its end" : ""
        return "\(name): " + parts.joined(separator: ", ") + stopped
    }

    /// What was read.
    static func name(_ files: [String]) -> String {
        let names = files.map { $0 == "-" ? "standard input" : $0 }
        let name = names.count > 3 ? "\(names.count) files" : names.joined(separator: ", ")
        return TerminalText.harmless(name, limit: 300)
    }

    private static func totals(_ recording: RecordingSummary, _ name: String, _ summary: CaptureSummary) -> String {
        let channels = "\(recording.channels) channel\(recording.channels == 1 ? "" : "s")"
        let what = TerminalText.harmless(recording.format, limit: 100)
        let stopped = summary.isInterrupted ? "; stopped before its end" : ""
        return "\(name): \(Clock.seconds(recording.duration)) s of sound"
            + " (\(what), \(recording.sampleRate) Hz, \(channels))" + stopped
    }

    private static func links(_ summary: CaptureSummary) -> String {
        summary.linkTypes.isEmpty ? "" : ", " + summary.linkTypes.joined(separator: "/")
    }
}
