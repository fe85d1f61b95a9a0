import FaxCore
import PcapDecode
import T30Analyzer

/// Turns the calls of one capture into the chosen form as they end. Holds at most one call.
public final class CaptureReport {
    /// What the exit status of `faxprobe analyze` tells (the contract in `docs/analysis-json.md`).
    public enum Verdict: Int32, Sendable, Comparable {
        case clean = 0
        case faxFailed = 1

        public static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }
    }

    private let options: ReportOptions
    private let files: [String]
    private let pagePrefix: String
    private let write: (String) -> Void
    private let document: AnalysisDocument
    private let terminal: TerminalText
    private var shownCalls = 0
    private var allCalls = 0
    public private(set) var verdict = Verdict.clean
    /// The first failure to write pages; later pages are not tried.
    public private(set) var pageFailure: PageFolder.Failure?

    /// `pagePrefix`: see ``PageFolder/write(_:prefix:)``. `write` takes text for standard output.
    public init(
        files: [String], options: ReportOptions, pagePrefix: String = "", write: @escaping (String) -> Void
    ) {
        self.files = files
        self.options = options
        self.pagePrefix = pagePrefix
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
        guard isWanted(analyzed) else { return }
        shownCalls += 1
        if analyzed.fax.outcome == .failed || analyzed.fax.outcome == .partial { verdict = .faxFailed }
        let images = writePages(analyzed)
        switch options.form {
        case .text, .verbose:
            let text = CallText(terminal: terminal, isVerbose: options.form == .verbose, files: files)
            write((shownCalls > 1 ? "\n" : "") + text.text(analyzed, images: images))
        case .quiet:
            write("call \(analyzed.call.id): \(TerminalText.harmless(OutcomeSentence.text(analyzed), limit: 400))\n")
        case .calls: write(CallLine.text(analyzed) + "\n")
        case .json:
            let text = JSONWriter.text(document.call(analyzed, images: images), style: .indented)
            write((shownCalls > 1 ? ",\n" : "\n") + text)
        case .jsonLines:
            let line = document.line(call: document.call(analyzed, images: images))
            write(JSONWriter.text(line, style: .line) + "\n")
        }
    }

    private func isWanted(_ analyzed: AnalyzedCall) -> Bool {
        if let call = options.call, call != analyzed.call.id { return false }
        if !options.isOnlyFax { return true }
        switch analyzed.fax.outcome {
        case .success, .partial, .failed: return true
        case .notFax: return false
        case .unknown: return !analyzed.fax.messages.isEmpty || !analyzed.fax.signals.isEmpty
        }
    }

    private func writePages(_ analyzed: AnalyzedCall) -> [Int: String] {
        guard let folder = options.pages, pageFailure == nil else { return [:] }
        do {
            return try folder.write(analyzed, prefix: pagePrefix)
        } catch {
            pageFailure = error
            return [:]
        }
    }

    public func end(_ summary: CaptureSummary) {
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
