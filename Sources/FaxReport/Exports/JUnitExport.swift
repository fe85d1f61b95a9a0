import FaxCore
import PcapDecode
import T30Analyzer

/// `--junit`: a test case a fax call, a suite an input, as continuous integration reads it. A fax that failed or came in
/// part is a failure, one of which the capture does not tell the outcome is skipped; calls without fax are no test.
public final class JUnitExport: CallExport {
    private struct Case {
        var source: Int
        var id: Int
        var seconds: Double
        var outcome: FaxSession.Outcome
        var text: String
    }

    public var needs: ExportNeeds { [.pages] }
    private let file: ExportFile
    private let write: (String) -> Void
    private var cases: [Case] = []
    private var sources: [(number: Int, name: String)] = []

    /// `write` takes text for standard output.
    public init(_ file: ExportFile, write: @escaping (String) -> Void) {
        self.file = file
        self.write = write
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let outcome = analyzed.fax.outcome
        guard outcome != .notFax, analyzed.fax.isAttempted else { return }
        let seconds = (analyzed.call.lastTime - analyzed.call.firstTime).inSeconds
        cases.append(
            Case(
                source: source.number, id: analyzed.call.id, seconds: seconds, outcome: outcome,
                text: Self.element(analyzed, source, seconds)))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) {
        sources.append((source.number, CaptureText.name(source.files)))
    }

    public func finish() throws(OutputFolder.Failure) { try file.put(text, standardOutput: write) }

    /// The whole file.
    var text: String {
        let suites = sources.map { source in
            let own = cases.filter { $0.source == source.number }.sorted { $0.id < $1.id }
            return "<testsuite name=\"\(Self.escaped(source.name))\" \(Self.totals(own))>\n"
                + own.map(\.text).joined() + "</testsuite>\n"
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"faxprobe\" \(Self.totals(cases))>\n"
            + suites.joined() + "</testsuites>\n"
    }

    private static func totals(_ cases: [Case]) -> String {
        let failures = cases.count { $0.outcome.isFailure }
        let skipped = cases.count { $0.outcome == .unknown }
        let time = seconds(cases.reduce(0) { $0 + $1.seconds })
        return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"\(skipped)\" time=\"\(time)\""
    }

    private static func seconds(_ value: Double) -> String { Decimals.text(value, digits: 3) ?? "0" }

    // MARK: - Test case

    private static func element(_ analyzed: AnalyzedCall, _ source: ReportSource, _ seconds: Double) -> String {
        let row = OverviewRow(analyzed, CallPlace(source, call: analyzed.call.id))
        let name = "call \(row.id): \(row.caller) → \(row.callee)"
        let start =
            "<testcase classname=\"\(escaped(CaptureText.name(source.files)))\" name=\"\(escaped(name))\" "
            + "time=\"\(Self.seconds(seconds))\""
        let summary = escaped(row.summary)
        switch analyzed.fax.outcome {
        case .success: return "\(start)/>\n"
        case .failed, .partial:
            let type = escaped(row.cause.isEmpty ? analyzed.fax.outcome.rawValue : row.cause)
            let place = CallPlace(source, call: analyzed.call.id)
            return "\(start)>\n<failure message=\"\(summary)\" type=\"\(type)\">\(details(analyzed, place))</failure>\n"
                + "</testcase>\n"
        case .unknown, .notFax: return "\(start)>\n<skipped message=\"\(summary)\"/>\n</testcase>\n"
        }
    }

    /// A finding a line, the root cause first.
    private static func details(_ analyzed: AnalyzedCall, _ place: CallPlace) -> String {
        CallText.byWeight(analyzed.findings).map { finding in
            let frames = finding.frames.compactMap { place.number($0) }.joined(separator: ", ")
            let evidence = frames.isEmpty ? "" : " (frames \(frames))"
            return escaped(
                "\(finding.severity.rawValue): \(finding.title) [\(finding.id)]: \(finding.because)\(evidence)")
        }.joined(separator: "\n")
    }

    /// The same escapes as for HTML are right for XML 1.0: controls, which it does not allow, are shown as text.
    private static func escaped(_ text: String) -> String { HTMLWriter.escaped(text) }
}

extension FaxSession {
    /// A fax was tried, as far as the capture shows.
    var isAttempted: Bool {
        switch outcome {
        case .success, .partial, .failed: true
        case .notFax: false
        case .unknown: !messages.isEmpty || signals.contains(where: \.isFax)
        }
    }
}
