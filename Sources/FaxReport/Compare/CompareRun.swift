import CaptureCompare
import PcapDecode

/// `faxprobe compare`: both captures read, compared, reported and summed up in an exit status.
public struct CompareRun {
    public enum Status: Int32, Sendable {
        /// Nothing was lost, changed or put in between the two places.
        case same = 0
        case different = 1
        /// Wrong usage.
        case usage = 2
        /// A capture could not be read, or they have no call in common.
        case unreadable = 3
    }

    public enum Form: Sendable { case text, verbose, json }

    public var form = Form.text
    public var usesColour = false
    public var filter: String?
    public var options = CaptureComparison.Options()
    /// Takes text for standard output.
    public var write: (String) -> Void
    /// Takes one line for standard error.
    public var complain: (String) -> Void

    public init(write: @escaping (String) -> Void, complain: @escaping (String) -> Void) {
        self.write = write
        self.complain = complain
    }

    public func run(_ a: String, _ b: String) -> Status {
        do {
            let comparison = try CaptureComparison(try source(a), try source(b), options: options)
            if options.shouldStop() { complain("stopped before the end: what was read so far is compared") }
            switch form {
            case .text, .verbose:
                write(
                    CompareText(terminal: TerminalText(usesColour: usesColour), isVerbose: form == .verbose)
                        .text(comparison))
            case .json: write(JSONWriter.text(CompareDocument(comparison).value, style: .indented) + "\n")
            }
            return comparison.isClean ? .same : .different
        } catch let CaptureError.badFilter(expression, reason) {
            complain(CaptureError.badFilter(expression: expression, reason: reason).description)
            return .usage
        } catch {
            complain("\(error)")
            return .unreadable
        }
    }

    private func source(_ path: String) throws -> PointSource {
        let inputs = InputPaths.expanded([path])
        let paths = inputs.map(\.path).filter { input in
            guard inputs.count > 1 || inputs.first?.isFromFolder == true else { return true }
            do {
                _ = try CaptureReader(path: input)
                return true
            } catch {
                return !((error as? CaptureError)?.isNoCapture ?? false)
            }
        }
        if paths.isEmpty { throw CaptureError.empty(path: path) }
        return PointSource(paths: paths, filter: filter)
    }
}
