import FaxCore
import PcapDecode
import T30Analyzer

/// `--junit`: a test case a fax call, a suite an input, as continuous integration reads it. A fax that failed or came in
/// part is a failure, one of which the capture does not tell the outcome is skipped; calls without fax are no test. What
/// several calls show follows: a test case a pair of numbers, and one a finding.
public final class JUnitExport: CallExport {
    private struct Case {
        var source: Int
        var id: Int
        var seconds: Double
        var outcome: FaxSession.Outcome
        var text: String
    }

    /// Of pairs, and of findings, of one input.
    static let limitOfSeveralCalls = 500

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
        let name = CaptureText.name(source.files)
        sources.append((source.number, name))
        for pair in PairText.told(summary.pairs).prefix(Self.limitOfSeveralCalls) { add(pair, source, name) }
        for found in summary.findings.prefix(Self.limitOfSeveralCalls) { add(found, source, name) }
    }

    public func finish() throws(OutputFolder.Failure) { try file.put(text, standardOutput: write) }

    /// The whole file.
    var text: String {
        let suites = sources.map { source in
            let own = cases.filter { $0.source == source.number }.enumerated()
                .sorted { ($0.element.id, $0.offset) < ($1.element.id, $1.offset) }.map(\.element)
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
        CallText.byWeight(analyzed.findings).map { escaped(line($0, place)) }.joined(separator: "\n")
    }

    private static func line(_ finding: Finding, _ place: CallPlace) -> String {
        let frames = finding.frames.compactMap { place.number($0) }.joined(separator: ", ")
        let evidence = frames.isEmpty ? "" : " (frames \(frames))"
        return "\(finding.severity.rawValue): \(finding.title) [\(finding.id)]: \(finding.because)\(evidence)"
    }

    // MARK: - Several calls

    /// A pair fails when one of its faxes did.
    private func add(_ pair: PairText, _ source: ReportSource, _ name: String) {
        let text = ([pair.result + " (\(pair.carriages))"] + pair.differences).joined(separator: "\n")
        let isFailed = pair.pair.failed > 0
        add(
            Self.element(
                class: name + ": pairs of numbers", name: "faxes \(pair.caller) → \(pair.callee)",
                failure: isFailed ? pair.pair.pattern.rawValue : nil, message: pair.result, text: text),
            isFailed: isFailed, source)
    }

    /// Errors fail.
    private func add(_ found: CaptureFinding, _ source: ReportSource, _ name: String) {
        let finding = found.finding
        let place = CallPlace(source, call: found.calls.first ?? 0)
        let calls = found.calls.prefix(20).map(String.init).joined(separator: ", ")
        let isFailed = finding.severity == .error
        add(
            Self.element(
                class: name + ": several calls", name: "\(finding.id): calls \(calls)",
                failure: isFailed ? finding.id : nil, message: finding.title, text: Self.line(finding, place)),
            isFailed: isFailed, source)
    }

    private func add(_ text: String, isFailed: Bool, _ source: ReportSource) {
        cases.append(
            Case(source: source.number, id: .max, seconds: 0, outcome: isFailed ? .failed : .success, text: text))
    }

    private static func element(class group: String, name: String, failure: String?, message: String, text: String)
        -> String
    {
        let start = "<testcase classname=\"\(escaped(group))\" name=\"\(escaped(name))\" time=\"0.000\">\n"
        let lines = text.split(separator: "\n").map { escaped(String($0)) }.joined(separator: "\n")
        let content =
            failure.map {
                "<failure message=\"\(escaped(message))\" type=\"\(escaped($0))\">\(lines)</failure>\n"
            } ?? "<system-out>\(lines)</system-out>\n"
        return start + content + "</testcase>\n"
    }

    /// Characters of one text; what is longer is cut.
    private static let textLimit = 1_000

    private static func escaped(_ text: String) -> String { MarkupText.escaped(text, limit: textLimit) }
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
