import ArgumentParser
import FaxCore
import FaxEndpoint
import PlacedText

/// Many faxes, and what is done when one does not get through.
struct JobArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Faxes to send, in CSV or YAML, as docs/jobs.md describes them.", valueName: "list"))
    var jobs: String?
    @Option(
        help: ArgumentHelp(
            "What became of them; with it a run goes on where another one ended. The list's name with .journal.",
            valueName: "file"))
    var journal: String?
    @Option(help: ArgumentHelp("Destinations called at a time; 1.", valueName: "n")) var concurrency: Int?
    @Option(help: ArgumentHelp("Calls begun in a minute, at most.", valueName: "n")) var callsPerMinute: Double?
    @Option(help: ArgumentHelp("Calls begun in a second, at most.", valueName: "n")) var callsPerSecond: Double?
    @Option(help: ArgumentHelp("Calls of one fax, at most; 3 with a list, else 1.", valueName: "n")) var tries: Int?
    @Option(help: ArgumentHelp("Between them; otherwise each reason has its own.", valueName: "time"))
    var retryPause: String?
    @Flag(help: "Make calls again whose end is not known.") var retryUnknown = false
    @Flag(help: "Give faxes that failed for good their tries anew.") var retryFailed = false
    @Option(help: ArgumentHelp("When stopped, let calls that run end by themselves so long; 0.", valueName: "time"))
    var drain: String?
    @Option(help: ArgumentHelp("t38-only, audio-only, t38-then-audio, flip-flop.", valueName: "kind"))
    var policy: FaxPolicy.Kind?
    @Option(help: ArgumentHelp("How long flip-flop goes by what it remembers; 15m.", valueName: "time"))
    var policyExpiry: String?
    @Option(help: ArgumentHelp("Failures over T.38 after which flip-flop stays with audio; 3.", valueName: "n"))
    var permanentAfter: Int?
    @Option(help: ArgumentHelp("What flip-flop remembers, from run to run.", valueName: "file"))
    var policyMemory: String?

    func validate() throws {
        for (name, value, limit) in [("--concurrency", concurrency, 500), ("--tries", tries, 100)] {
            if let value, !(1...limit).contains(value) { throw ValidationError("\(name) wants 1 to \(limit).") }
        }
        if let permanentAfter, !(1...1_000).contains(permanentAfter) {
            throw ValidationError("--permanent-after wants 1 to 1000.")
        }
        for (name, text) in [
            ("--retry-pause", retryPause), ("--drain", drain), ("--policy-expiry", policyExpiry),
        ] {
            if let text, CallText.seconds(text).map({ $0 <= 31_536_000 }) != true {
                throw ValidationError("\(name) wants a time such as 90s, 15m or 24h.")
            }
        }
        if callsPerMinute != nil, callsPerSecond != nil {
            throw ValidationError("Give --calls-per-minute or --calls-per-second.")
        }
        if let rate, !(rate > 0 && rate <= 60_000) {
            throw ValidationError("Calls are limited to a number above 0, and at most 1000 a second.")
        }
        if journal != nil || retryUnknown || retryFailed, jobs == nil {
            throw ValidationError("A journal is kept of a list: --jobs FILE.")
        }
    }

    private var rate: Double? { callsPerMinute ?? callsPerSecond.map { $0 * 60 } }

    private static func duration(_ text: String?) -> Duration? {
        text.flatMap { CallText.seconds($0) }.map { .nanoseconds(Int64($0 * 1e9)) }
    }

    /// What the command line says.
    var given: CallChoices {
        var choices = CallChoices()
        choices.policy = policy
        choices.policyExpiry = Self.duration(policyExpiry)
        choices.permanentAfter = permanentAfter
        choices.tries = tries
        choices.retryPause = Self.duration(retryPause)
        choices.concurrency = concurrency
        choices.callsPerMinute = rate
        return choices
    }

    /// - Parameter commandLine: what it says of calls, with what is given here.
    func settings(_ choices: EndpointChoices, commandLine: CallChoices) -> JobSettings {
        var settings = JobSettings()
        settings.choices = choices.call
        settings.given = commandLine
        settings.destinations = choices.destinations
        settings.number = choices.number ?? ""
        settings.ours = choices.number ?? choices.ownUser
        settings.proxy = choices.proxy
        settings.retriesUnknown = retryUnknown
        settings.retriesFailed = retryFailed
        settings.drain = Self.duration(drain) ?? .zero
        settings.memory = policyMemory.map { PolicyMemoryFile(path: $0) }
        return settings
    }

    var journalPath: String? { jobs.map { journal ?? "\($0).journal" } }

    /// The faxes of the list; what is wrong in it is told with file, line and column.
    func list() throws -> [FaxJob] {
        guard let jobs else { return [] }
        let text = String(decoding: try FileOctets.read(jobs, limit: 64 << 20), as: UTF8.self)
        let folder = jobs.lastIndex(of: "/").map { String(jobs[..<$0]) } ?? "."
        do {
            return try JobListReader.read(text, JobListReader.Form(name: jobs), folder: folder.isEmpty ? "/" : folder)
        } catch {
            throw ValidationError("\(jobs):\(error)")
        }
    }
}

extension FaxPolicy.Kind: ExpressibleByArgument {}
