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
        var testCase: JUnitPage.Case
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
        guard analyzed.fax.outcome != .notFax, analyzed.fax.isAttempted else { return }
        cases.append(Case(source: source.number, id: analyzed.call.id, testCase: Self.testCase(analyzed, source)))
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
                .sorted { ($0.element.id, $0.offset) < ($1.element.id, $1.offset) }
            return JUnitPage.Suite(name: source.name, cases: own.map(\.element.testCase))
        }
        return JUnitPage(name: "faxprobe", suites: suites).text
    }

    // MARK: - Test case

    private static func testCase(_ analyzed: AnalyzedCall, _ source: ReportSource) -> JUnitPage.Case {
        let place = CallPlace(source, call: analyzed.call.id)
        let row = OverviewRow(analyzed, place)
        return JUnitPage.Case(
            group: CaptureText.name(source.files), name: "call \(row.id): \(row.caller) → \(row.callee)",
            seconds: (analyzed.call.lastTime - analyzed.call.firstTime).inSeconds, verdict(analyzed, row, place))
    }

    private static func verdict(
        _ analyzed: AnalyzedCall, _ row: OverviewRow, _ place: CallPlace
    ) -> JUnitPage.Verdict {
        switch analyzed.fax.outcome {
        case .success: .passed([])
        case .failed, .partial:
            .failed(
                type: row.cause.isEmpty ? analyzed.fax.outcome.rawValue : row.cause, message: row.summary,
                lines: CallText.byWeight(analyzed.findings).map { line($0, place) })
        case .unknown, .notFax: .skipped(message: row.summary)
        }
    }

    private static func line(_ finding: Finding, _ place: CallPlace) -> String {
        let frames = finding.frames.compactMap { place.number($0) }.joined(separator: ", ")
        let evidence = frames.isEmpty ? "" : " (frames \(frames))"
        return "\(finding.severity.rawValue): \(finding.title) [\(finding.id)]: \(finding.because)\(evidence)"
    }

    // MARK: - Several calls

    /// A pair fails when one of its faxes did.
    private func add(_ pair: PairText, _ source: ReportSource, _ name: String) {
        let lines = [pair.result + " (\(pair.carriages))"] + pair.differences
        add(
            JUnitPage.Case(
                group: name + ": pairs of numbers", name: "faxes \(pair.caller) → \(pair.callee)",
                pair.pair.failed > 0
                    ? .failed(type: pair.pair.pattern.rawValue, message: pair.result, lines: lines) : .passed(lines)),
            source)
    }

    /// Errors fail.
    private func add(_ found: CaptureFinding, _ source: ReportSource, _ name: String) {
        let finding = found.finding
        let place = CallPlace(source, call: found.calls.first ?? 0)
        let calls = found.calls.prefix(20).map(String.init).joined(separator: ", ")
        let lines = [Self.line(finding, place)]
        add(
            JUnitPage.Case(
                group: name + ": several calls", name: "\(finding.id): calls \(calls)",
                finding.severity == .error
                    ? .failed(type: finding.id, message: finding.title, lines: lines) : .passed(lines)),
            source)
    }

    private func add(_ testCase: JUnitPage.Case, _ source: ReportSource) {
        cases.append(Case(source: source.number, id: .max, testCase: testCase))
    }
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
