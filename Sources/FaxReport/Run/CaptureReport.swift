import FaxCore
import PcapDecode
import T30Analyzer

/// Turns the calls of one capture into the chosen form as they end. Holds the texts of a few calls at most.
public final class CaptureReport {
    /// What the exit status of `faxprobe analyze` tells (the contract in `docs/analysis-json.md`).
    public enum Verdict: Int32, Sendable, Comparable {
        case clean = 0
        case faxFailed = 1

        public static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }
    }

    private let options: ReportOptions
    private let files: [String]
    private let source: ReportSource
    private let exports: [any CallExport]
    private let write: (String) -> Void
    private let document: AnalysisDocument
    private let terminal: TerminalText
    private var shownCalls = 0
    /// Stories of calls that ended before one with a lower number; `nil`: not asked for.
    private var waiting: [Int: String?] = [:]
    private var nextID = 1
    static let orderLimit = 64
    private var allCalls = 0
    public private(set) var verdict = Verdict.clean
    /// The call asked for came.
    public private(set) var hasSeenCall = false
    /// The first failure to write a file beside the report; later ones are not tried.
    public private(set) var fileFailure: OutputFolder.Failure?

    /// `write` takes text for standard output; `exports` take the calls beside.
    public init(
        _ source: ReportSource, options: ReportOptions, exports: [any CallExport] = [],
        write: @escaping (String) -> Void
    ) {
        self.source = source
        files = source.files
        self.options = options
        self.exports = exports
        self.write = write
        document = AnalysisDocument(files: files)
        terminal = TerminalText(usesColour: options.usesColour)
    }

    public func begin() {
        switch options.form {
        case .json: write("{\n\"schema\": \"\(AnalysisDocument.schema)\",\n\"calls\": [")
        case .calls: write(CallLine.heading + "\n")
        case .text, .verbose, .quiet, .jsonLines: break
        }
    }

    public func add(_ analyzed: AnalyzedCall) {
        allCalls += 1
        if analyzed.call.id == options.call { hasSeenCall = true }
        guard isWanted(analyzed) else { return hand(out: nil, id: analyzed.call.id) }
        if analyzed.fax.outcome == .failed || analyzed.fax.outcome == .partial { verdict = .faxFailed }
        for export in exports { export.add(analyzed, of: source) }
        let images = writeFiles(analyzed)
        hand(out: text(of: analyzed, images: images), id: analyzed.call.id)
    }

    private func text(of analyzed: AnalyzedCall, images: [Int: String]) -> String {
        switch options.form {
        case .text, .verbose:
            CallText(terminal: terminal, isVerbose: options.form == .verbose, files: files)
                .text(analyzed, images: images)
        case .quiet:
            "call \(analyzed.call.id): \(TerminalText.harmless(OutcomeSentence.text(analyzed), limit: 400))\n"
        case .calls: CallLine.text(analyzed) + "\n"
        case .json: JSONWriter.text(document.call(analyzed, images: images), style: .indented)
        case .jsonLines:
            JSONWriter.text(document.line(call: document.call(analyzed, images: images)), style: .line) + "\n"
        }
    }

    // MARK: - Order

    /// Lines come as calls end. Stories come in order of the calls' numbers, as far as ``orderLimit`` of them may wait
    /// for one that is still going on.
    private func hand(out text: String?, id: Int) {
        guard options.form.isInOrder, id >= nextID else {
            if let text { show(text) }
            return
        }
        waiting.updateValue(text, forKey: id)
        if waiting.count > Self.orderLimit, let first = waiting.keys.min() { nextID = first }
        while let text = waiting.removeValue(forKey: nextID) {
            nextID += 1
            if let text { show(text) }
        }
    }

    private func show(_ text: String) {
        shownCalls += 1
        switch options.form {
        case .text, .verbose: write((shownCalls > 1 ? "\n" : "") + text)
        case .json: write((shownCalls > 1 ? ",\n" : "\n") + text)
        case .quiet, .calls, .jsonLines: write(text)
        }
    }

    private func showWaiting() {
        for (_, text) in waiting.sorted(by: { $0.key < $1.key }) {
            if let text { show(text) }
        }
        waiting = [:]
    }

    private func isWanted(_ analyzed: AnalyzedCall) -> Bool {
        if let call = options.call, call != analyzed.call.id { return false }
        if !options.isOnlyFax { return true }
        switch analyzed.fax.outcome {
        case .success, .partial, .failed: return true
        case .notFax: return false
        case .unknown: return !analyzed.fax.messages.isEmpty || analyzed.fax.signals.contains(where: \.isFax)
        }
    }

    /// - Returns: The pictures of pages, by number.
    private func writeFiles(_ analyzed: AnalyzedCall) -> [Int: String] {
        guard fileFailure == nil else { return [:] }
        do {
            let images = try options.pages?.write(analyzed, prefix: source.prefix)
            try options.recordings?.write(analyzed, prefix: source.prefix)
            try options.pictures?.write(analyzed, prefix: source.prefix)
            return images ?? [:]
        } catch {
            fileFailure = error
            return [:]
        }
    }

    public func end(_ summary: CaptureSummary) {
        showWaiting()
        for export in exports { export.end(summary, of: source) }
        switch options.form {
        case .text, .verbose:
            let text = CaptureText.text(summary, calls: allCalls, isVerbose: options.form == .verbose)
            write((shownCalls > 0 ? "\n" : "") + text)
        case .quiet: if allCalls == 0 { write("no calls\n") }
        case .calls: break
        case .json:
            let capture = JSONWriter.text(document.capture(summary), style: .indented)
            write((shownCalls > 0 ? "\n" : "") + "],\n\"capture\": \(capture)\n}\n")
        case .jsonLines: write(JSONWriter.text(document.line(capture: summary), style: .line) + "\n")
        }
    }
}
