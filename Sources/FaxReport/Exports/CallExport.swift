import T30Analyzer

/// One input of an analysis, as reports of several inputs tell them apart.
public struct ReportSource: Sendable {
    /// Its place among the inputs, from 0.
    public var number: Int
    /// Names of the files read as one capture; `FrameRef.file` counts in them.
    public var files: [String]
    /// Put before names of calls when there are several inputs: `file-2-`.
    public var prefix: String
    /// Its frames can be read once more: files of packets, not standard input and no sound.
    public var hasFrames: Bool

    public init(number: Int = 0, files: [String], prefix: String = "", hasFrames: Bool = false) {
        self.number = number
        self.files = files
        self.prefix = prefix
        self.hasFrames = hasFrames
    }
}

/// Takes the calls of all inputs as they end and makes one file of them.
public protocol CallExport: AnyObject {
    /// What the analyser must make for it.
    var needs: ExportNeeds { get }
    func add(_ analyzed: AnalyzedCall, of source: ReportSource)
    func end(_ summary: CaptureSummary, of source: ReportSource)
    /// Writes the file, once all inputs have been read.
    func finish() throws(OutputFolder.Failure)
}

/// Work of the analyser that not every report wants.
public struct ExportNeeds: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Pictures of pages, and with them the rows that came damaged.
    public static let pages = ExportNeeds(rawValue: 1)
    /// What the fields of frames mean, what SIP messages say.
    public static let fields = ExportNeeds(rawValue: 2)
    /// Samples of audio.
    public static let samples = ExportNeeds(rawValue: 4)
}
