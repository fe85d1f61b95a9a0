import FaxCore
import FaxDSP
import PcapDecode
import T30Analyzer

/// `faxprobe analyze`: every input read, reported and summed up in an exit status.
public struct AnalyzeRun {
    public enum Status: Int32, Sendable {
        /// Read, and no fax call failed.
        case clean = 0
        /// Read, and at least one fax failed or was confirmed in part.
        case faxFailed = 1
        /// Wrong usage.
        case usage = 2
        /// Nothing could be read, or files could not be written.
        case unreadable = 3
    }

    public var report = ReportOptions()
    public var analysis = AnalysisRunner.Options()
    /// Read all inputs as one capture in order of time.
    public var isMerged = false
    /// How sound files are read; each is an analysis of its own.
    public var recordings = RecordingOptions()
    /// Files made of the calls of all inputs.
    public var exports: [any CallExport] = []
    /// Takes text for standard output.
    public var write: (String) -> Void
    /// Takes one line for standard error.
    public var complain: (String) -> Void
    /// Called before each input is read, with its name.
    public var willRead: (String) -> Void = { _ in }

    public init(write: @escaping (String) -> Void, complain: @escaping (String) -> Void) {
        self.write = write
        self.complain = complain
    }

    public func run(_ arguments: [String]) -> Status {
        let status = read(arguments)
        // What could not be read at all leaves no report behind.
        if status == .unreadable { return status }
        do {
            for export in exports { try export.finish() }
        } catch {
            complain("\(error)")
            return .unreadable
        }
        return status
    }

    private func read(_ arguments: [String]) -> Status {
        let inputs = InputPaths.expanded(arguments)
        if inputs.isEmpty {
            complain("no files in \(arguments.joined(separator: ", "))")
            return .unreadable
        }
        if isMerged, inputs.count > 1 { return runMerged(inputs) }
        var readAny = false
        var status = Status.clean
        for (index, input) in inputs.enumerated() {
            do {
                let place = (number: index, prefix: inputs.count > 1 ? "file-\(index + 1)-" : "")
                if let form = recordings.form(of: input.path) {
                    if inputs.count > 1 { nameTable(of: input.path, isFirst: !readAny) }
                    status = max(status, try read(recording: input.path, form, place))
                } else {
                    let source = try CaptureInput(path: input.path, filter: analysis.filter)
                    if inputs.count > 1 { nameTable(of: input.path, isFirst: !readAny) }
                    status = max(status, try read(source, place))
                }
                readAny = true
            } catch let CaptureError.badFilter(expression, reason) {
                complain(CaptureError.badFilter(expression: expression, reason: reason).description)
                return .usage
            } catch let error as RecordingError {
                complain(error.description)
            } catch let error as CaptureError {
                if !(input.isFromFolder && error.isNoCapture) { complain(error.description) }
            } catch {
                complain("\(input.path): \(error)")
            }
            if status == .unreadable || analysis.shouldStop() { break }
        }
        if !readAny && inputs.allSatisfy(\.isFromFolder) {
            complain("no captures in \(arguments.joined(separator: ", "))")
        }
        return readAny ? status : .unreadable
    }

    /// Of several tables each tells whose it is.
    private func nameTable(of path: String, isFirst: Bool) {
        guard report.form == .calls else { return }
        write((isFirst ? "" : "\n") + CaptureText.name([path]) + ":\n")
    }

    private func runMerged(_ inputs: [InputPaths.Input]) -> Status {
        do {
            return try read(CaptureInput(merging: inputs.map(\.path), filter: analysis.filter), (0, ""))
        } catch let CaptureError.badFilter(expression, reason) {
            complain(CaptureError.badFilter(expression: expression, reason: reason).description)
            return .usage
        } catch {
            complain("\(error)")
            return .unreadable
        }
    }

    private func read(_ source: CaptureInput, _ place: (number: Int, prefix: String)) throws -> Status {
        willRead(source.files.first ?? "")
        var options = analysis
        report.ask(of: &options.analyzer)
        options.decoder.describesSteps = report.needsFields
        options.comparesCalls = report.form.showsCapture || !exports.isEmpty
        options.waitsForLegs = report.form.isInOrder || !exports.isEmpty
        let origin = ReportSource(
            number: place.number, files: source.files, prefix: place.prefix, hasFrames: !source.files.contains("-"))
        let output = CaptureReport(origin, options: report, exports: exports, write: write)
        output.begin()
        let summary = try AnalysisRunner(options).run(source) { output.add($0) }
        output.end(summary)
        if let call = report.call, !output.hasSeenCall {
            complain("\(CaptureText.name(source.files)): there is no call \(call), only \(summary.calls)")
        }
        if let failure = output.fileFailure {
            complain(failure.description)
            return .unreadable
        }
        return output.verdict == .faxFailed ? .faxFailed : .clean
    }
}

extension AnalyzeRun.Status: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension CaptureError {
    /// The file can be read but holds no capture.
    var isNoCapture: Bool {
        switch self {
        case .notACapture, .empty: true
        case .notFound, .noPermission, .isFolder, .unreadable, .badFilter: false
        }
    }
}
