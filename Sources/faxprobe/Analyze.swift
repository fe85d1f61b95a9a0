import ArgumentParser
import FaxCore
import FaxDSP
import FaxReport
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer

struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Read captures and tell, call by call, what happened to the fax.",
        discussion: """
            Reads pcap and pcapng, also gzip and zstd compressed, and recordings of a line (WAV, FLAC, AU, AIFF, Ogg and raw
            G.711) of any sample rate: of two channels the left one is the caller's, one channel holds both.

            EXAMPLES
              faxprobe analyze call.pcap                        the whole story of every call
              faxprobe analyze --calls *.pcapng                 one line a call
              faxprobe analyze --json call.pcap > call.json     the analysis document
              faxprobe analyze --pages out --format pdf call.pcap
              faxprobe analyze line.wav                         a recording instead of a capture
              faxprobe analyze --audio out call.pcap            what was heard, as WAV files
              faxprobe analyze --pictures out call.pcap         each call drawn
              faxprobe analyze --html report.html *.pcap        a report for a browser
              faxprobe analyze --markdown - call.pcap           to paste into a ticket
              faxprobe analyze --quiet --junit faxes.xml out/   for continuous integration
              tcpdump -w - port 5060 | faxprobe analyze --jsonl -

            EXIT STATUS
              0  read, and no fax call failed
              1  read, and at least one fax failed or arrived in part
              2  wrong usage
              3  nothing could be read, or a file could not be written

            FILES OF --audio AND --pictures
              call-N.wav           both directions, caller left, callee right
              call-N-gaps.txt      lost packets, as labels for Audacity
              call-N-signals.txt   signals and T.30 frames, as labels for Audacity
              call-N.svg           spectrogram, signals, frames, losses and SIP
              call-N-constellations.svg
                                   the symbols that the modems received

            WHAT STANDS WHERE PACKETS WERE LOST (--fill)
              What the receiver played there is not in the capture; each choice is
              the habit of some receivers. Without --fill, "repeat" is heard and,
              where packets are missing, "close" as well: of each signal that is kept
              of which more makes sense.
              repeat    the 20 ms before, up to 200 ms, then silence: how most
                        adapters begin to conceal a loss, and what harms a modem
                        least, as carrier and symbol clock go on
              hold      the last sample: a converter that runs dry
              silence   zeros: a jitter buffer without concealment
              noise     noise as loud as the 20 ms before: comfort noise
              close     nothing, the next packet follows at once: a gateway that
                        does not look at timestamps (in recordings silence, as
                        both directions keep in step)
            """)

    @Argument(help: ArgumentHelp("Captures, or folders of them; - is standard input.", valueName: "file"))
    var files: [String] = []

    @Flag(help: "Write the analysis document.") var json = false
    @Flag(help: "Write the analysis document as lines: one a call as it ends, the capture last.") var jsonl = false
    @Flag(help: "Every field of every T.30 frame, every signal.") var verbose = false
    @Flag(help: "One sentence a call.") var quiet = false
    @Flag(help: "One line a call, in columns.") var calls = false

    @Flag(help: "Leave audio undecoded: only its stream statistics.") var noAudio = false
    @Option(help: ArgumentHelp("Only the call with this number.", valueName: "n")) var call: Int?
    @Option(
        help: ArgumentHelp(
            "Only frames from this time: epoch seconds, or 2026-11-21T03:32:35 (UTC).", valueName: "time"))
    var from: String?
    @Option(help: ArgumentHelp("Only frames up to this time.", valueName: "time")) var to: String?
    @Flag(help: "Leave out calls without any sign of fax.") var onlyFax = false

    @Option(help: ArgumentHelp("Write the pages into this folder.", valueName: "folder")) var pages: String?
    @Option(help: "Form of the pages: tiff, pdf or png. May be repeated.") var format: [PageFolder.Format] = []
    @Option(help: ArgumentHelp("Write what was heard into this folder.", valueName: "folder")) var audio: String?
    @Option(help: ArgumentHelp("What stands where audio packets were lost: repeat, hold, silence, noise or close."))
    var fill: FillName?
    @Option(help: ArgumentHelp("Draw each call into this folder.", valueName: "folder")) var pictures: String?
    @Option(help: ArgumentHelp("Write a report for a browser: one file, all calls.", valueName: "file"))
    var html: String?
    @Option(help: ArgumentHelp("Write Markdown to paste into a ticket; - is standard output.", valueName: "file"))
    var markdown: String?
    @Option(help: ArgumentHelp("Write a line a call as CSV; - is standard output.", valueName: "file"))
    var csv: String?
    @Option(help: ArgumentHelp("Write a test case a fax call as JUnit XML; - is standard output.", valueName: "file"))
    var junit: String?
    @Option(help: ArgumentHelp("Write the findings as SARIF 2.1.0; - is standard output.", valueName: "file"))
    var sarif: String?
    @Flag(help: "Overwrite files that exist.") var force = false

    @Option(help: ArgumentHelp("Only packets that this BPF filter lets pass, as for tcpdump.", valueName: "expression"))
    var filter: String?
    @Flag(help: "Read all files as one capture in order of time, such as a tcpdump -C/-W ring.") var merge = false
    @Option(help: ArgumentHelp("Threads to use.", valueName: "n")) var jobs: Int = ProcessInfo.processInfo
        .activeProcessorCount

    @Option(
        help: ArgumentHelp("The files are raw G.711 at 8 kHz of this law: ulaw or alaw.", valueName: "law"))
    var raw: RawLaw?
    @Option(help: ArgumentHelp("Channels of raw files.", valueName: "n")) var channels: Int?
    @Flag(help: "The left channel of a recording is the callee's, not the caller's.") var swapChannels = false

    enum RawLaw: String, ExpressibleByArgument, CaseIterable { case ulaw, alaw }

    func validate() throws {
        if [json, jsonl, verbose, quiet, calls].count(where: \.self) > 1 {
            throw ValidationError("Only one of --json, --jsonl, --verbose, --quiet and --calls can be given.")
        }
        if jobs < 1 { throw ValidationError("--jobs needs a number of at least 1.") }
        if let channels, !(1...Recording.Limit.channels).contains(channels) {
            throw ValidationError("--channels needs a number from 1 to \(Recording.Limit.channels).")
        }
        if merge, raw != nil { throw ValidationError("Recordings cannot be merged.") }
        if let call, call < 1 { throw ValidationError("Calls count from 1.") }
        if pages == nil && !format.isEmpty { throw ValidationError("--format goes with --pages.") }
        if [markdown, csv, junit, sarif].count(where: { $0 == "-" }) + (writesForm ? 1 : 0) > 1 {
            throw ValidationError("Only one report can go to standard output.")
        }
        if html == "-" { throw ValidationError("--html needs the name of a file.") }
        if [pages, audio, pictures, html, markdown, csv, junit, sarif].allSatisfy({ $0 == nil }) && force {
            throw ValidationError("--force goes with options that write files, such as --pages and --html.")
        }
        if noAudio && audio != nil { throw ValidationError("--audio needs what --no-audio leaves out.") }
        for time in [from, to].compactMap(\.self) where TimeArgument.instant(time) == nil {
            throw ValidationError(
                "'\(time)' is no time: give epoch seconds, or a date such as 2026-11-21T03:32:35 (UTC).")
        }
    }

    func run() throws {
        // Not in `validate`: there it would hide what is wrong with an unknown option.
        if files.isEmpty { throw ValidationError("Name a capture to read, or - for standard input.") }
        LargePages.useForHeap()
        Console.catchSignals()
        let output = StandardOutput(flushesEachTime: Console.outputIsTerminal || files.contains("-"))
        let progress = ProgressLine()
        var run = AnalyzeRun(
            write: { text in
                progress.clear()
                output.write(text)
            },
            complain: { text in
                progress.clear()
                Console.complain("faxprobe: " + text)
            })
        run.report = reportOptions()
        run.isMerged = merge
        run.recordings = recordingOptions()
        run.analysis = analysisOptions(progress)
        do {
            try openFolders(&run.report)
            run.exports = try exports(run.write)
            if exportsToOutput { run.write = { _ in } }
            run.report.exports = run.exports.reduce([]) { $0.union($1.needs) }
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(AnalyzeRun.Status.unreadable.rawValue)
        }
        let status = run.run(files)
        progress.clear()
        output.flush()
        if let failure = output.failure, failure != EPIPE {
            Console.complain("faxprobe: cannot write the report: \(String(cString: strerror(failure)))")
            throw ExitCode(AnalyzeRun.Status.unreadable.rawValue)
        }
        if status != .clean { throw ExitCode(status.rawValue) }
    }

    private func openFolders(_ report: inout ReportOptions) throws {
        report.pages = try pages.map { try PageFolder(path: $0, formats: format, overwrites: force) }
        report.pictures = try pictures.map { try PictureFolder(path: $0, overwrites: force) }
        report.recordings = try audio.map { try RecordingFolder(path: $0, overwrites: force) }
    }

    /// A form of the report on standard output was asked for.
    private var writesForm: Bool { json || jsonl || verbose || quiet || calls }
    /// An export takes the place of the report on standard output.
    private var exportsToOutput: Bool { [markdown, csv, junit, sarif].contains("-") }

    /// `write`: to standard output.
    private func exports(_ write: @escaping (String) -> Void) throws -> [any CallExport] {
        func file(_ path: String) throws -> ExportFile { try ExportFile(path: path, overwrites: force) }
        var exports: [any CallExport] = []
        if let html { exports.append(HTMLReport(try file(html))) }
        if let markdown { exports.append(MarkdownExport(try file(markdown), write: write)) }
        if let csv { exports.append(CSVExport(try file(csv), write: write)) }
        if let junit { exports.append(JUnitExport(try file(junit), write: write)) }
        if let sarif { exports.append(SARIFExport(try file(sarif), version: Faxprobe.version, write: write)) }
        return exports
    }

    private func reportOptions() -> ReportOptions {
        var options = ReportOptions()
        options.form =
            json
            ? .json
            : jsonl
                ? .jsonLines
                : verbose ? .verbose : quiet || exportsToOutput ? .quiet : calls ? .calls : .text
        options.usesColour = Console.usesColour
        options.call = call
        options.isOnlyFax = onlyFax
        return options
    }

    private func recordingOptions() -> RecordingOptions {
        var options = RecordingOptions()
        switch raw {
        case .ulaw: options.raw = .muLaw
        case .alaw: options.raw = .aLaw
        case nil: break
        }
        options.channels = channels ?? 1
        options.swapsChannels = swapChannels
        return options
    }

    private func analysisOptions(_ progress: ProgressLine) -> AnalysisRunner.Options {
        var options = AnalysisRunner.Options()
        options.jobs = jobs
        options.decoder.keepsAudio = !noAudio
        options.analyzer.fill = fill?.fill
        options.filter = filter
        options.from = from.flatMap(TimeArgument.instant)
        options.to = to.flatMap(TimeArgument.instant)
        options.shouldStop = { Console.wasStopped }
        if Console.errorsAreTerminal { options.progress = { progress.show(frames: $0, octets: $1) } }
        return options
    }
}

extension PageFolder.Format: ExpressibleByArgument {}
