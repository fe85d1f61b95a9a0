import T30Analyzer

/// What of an analysis is shown, and how.
public struct ReportOptions: Sendable {
    public enum Form: Sendable {
        /// The whole story of each call.
        case text
        /// The same with every field and signal.
        case verbose
        /// One sentence a call.
        case quiet
        /// One line a call in columns.
        case calls
        /// The analysis document.
        case json
        /// The analysis document, a line a call.
        case jsonLines

        /// Calls in order of their numbers, not as they end.
        var isInOrder: Bool {
            switch self {
            case .text, .verbose, .quiet, .json: true
            case .calls, .jsonLines: false
            }
        }

        /// What calls show together, in their stories or behind them.
        var showsCapture: Bool { self != .calls }
    }

    public var form = Form.text
    public var usesColour = false
    /// Only the call with this number.
    public var call: Int?
    /// Leave out calls without a fax sign.
    public var isOnlyFax = false
    public var pages: PageFolder?
    public var recordings: RecordingFolder?
    public var pictures: PictureFolder?
    /// What the exports of the run need of the analyser.
    public var exports: ExportNeeds = []

    public init() {}

    /// Has the analyser make what the report needs, and no more.
    func ask(of analyzer: inout FaxAnalyzer.Options) {
        analyzer.decodePages = needsPages
        analyzer.describeFrames = needsFields
        analyzer.keepsSamples = needsSamples
        analyzer.rootCauseOnly = !needsFindings
    }

    /// Page pictures are needed for their rows and files only.
    public var needsPages: Bool {
        switch form {
        case .text, .verbose, .json, .jsonLines: true
        case .quiet, .calls: pages != nil || exports.contains(.pages)
        }
    }

    /// A list of calls names their root causes only.
    var needsFindings: Bool {
        switch form {
        case .text, .verbose, .quiet, .json, .jsonLines: true
        case .calls: pictures != nil || !exports.isEmpty
        }
    }

    /// Recordings and spectrograms need the samples themselves.
    public var needsSamples: Bool { recordings != nil || pictures != nil || exports.contains(.samples) }

    /// Whether anything of the output tells what the fields of T.30 frames mean and what SIP messages say.
    public var needsFields: Bool {
        switch form {
        case .text, .verbose, .json, .jsonLines: true
        case .quiet, .calls: pictures != nil || exports.contains(.fields)
        }
    }
}
