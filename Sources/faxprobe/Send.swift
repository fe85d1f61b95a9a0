import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxReport
import Foundation

struct Send: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Call a fax machine over SIP and send it documents.",
        discussion: """
            All files become one fax, in their order. With --jobs many faxes are sent, each from a row of a list.

            EXAMPLES
              faxprobe send sip:5551234@192.0.2.20 page.tif
              faxprobe send sip:fax@127.0.0.1:5070 a.tif b.tif --transport t38 --record call.pcapng
              faxprobe send sip:5551234@192.0.2.20 page.tif --transport g711 --max-rate 9600 --no-ecm --json
              faxprobe send sip:faxback@192.0.2.20 page.tif --await-callback 15m
              faxprobe send "sip:5551234@pbx.example.com;transport=tls" page.tif --tls-ca our-authority.pem
              faxprobe send sip:5551234@example.com page.tif --proxy tcp:192.0.2.1:5060
              faxprobe send sip:5551234@192.0.2.20 page.tif --sub 42 --sid 1234 --resolution superfine
              faxprobe send sip:info@192.0.2.20 --poll --dir inbox --sep 7 --pwd 1234        fetches a document
              faxprobe send sip:echo@192.0.2.20 page.tif --poll --dir inbox     and takes back what the call offers
              faxprobe send sip:5551234@192.0.2.20 page.tif --t38-ec fec --t38-offer invite
              faxprobe send sip:5551234@192.0.2.20 page.tif --policy t38-then-audio
              faxprobe send --jobs faxes.csv --concurrency 4 --calls-per-minute 30 --tries 5
              faxprobe send --jobs faxes.csv --config faxprobe.yaml --line office --policy flip-flop \
                --policy-memory memory.json

            EXIT STATUS
              0  every page of every fax was confirmed
              1  a fax failed, or it is not known what became of it
              2  wrong usage
              3  a document cannot be read, there is no port, the journal is in use, or something could not be written
            """)

    @Argument(help: ArgumentHelp("Whom to call.", valueName: "uri")) var uri: String?
    @Argument(help: ArgumentHelp("What to send.", valueName: "file")) var files: [String] = []
    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @Option(
        help: ArgumentHelp(
            "Where the INVITE goes instead of where the URI says; a SIP URI, or with udp:, tcp: or tls: before it.",
            valueName: "host:port"))
    var proxy: String?
    @Option(help: ArgumentHelp("Printed at the head of each page, with date and number.", valueName: "text"))
    var header: String?
    @Flag(help: "Fetch a document (T.30 polling), on the same call behind the files where there are any.")
    var poll = false
    @Option(help: ArgumentHelp("Folder for what is fetched; made when missing.", valueName: "folder")) var dir: String?
    @Option(help: ArgumentHelp("What a fetched fax becomes: tiff, pdf, png, with commas.", valueName: "formats"))
    var format = FormatList([.tiff])
    @OptionGroup(title: "A call-back") var callback: CallbackArguments
    @OptionGroup(title: "Cost of calls outside") var costs: CostArguments
    @OptionGroup(title: "Many faxes, several calls") var many: JobArguments
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments
    @OptionGroup(title: "T.38 and G.711") var carriage: CarriageArguments

    func validate() throws {
        try endpoint.sip.validate(listen: listen)
        if let proxy, let problem = SIPTarget.proxyProblem(proxy) { throw ValidationError("--proxy: \(problem).") }
        if let header, CallText.headerProblem(header) != nil {
            throw ValidationError("--header wants at most 50 characters.")
        }
        if poll != (dir != nil) { throw ValidationError("--poll and --dir belong together.") }
        if poll, callback.awaitCallback != nil {
            throw ValidationError("--poll and --await-callback are two ways to get a fax back: one of them.")
        }
        if many.policy != nil, endpoint.transport != nil {
            throw ValidationError("--policy and --transport exclude each other.")
        }
        if many.jobs != nil {
            if uri != nil { throw ValidationError("Give a list (--jobs), or a destination and its files.") }
            if poll || callback.awaitCallback != nil {
                throw ValidationError("A list sends: --poll and --await-callback are for one call.")
            }
        } else if uri == nil {
            throw ValidationError("Name a destination and a document to send, or a list: --jobs FILE.")
        } else if files.isEmpty, !poll {
            throw ValidationError("Name a document to send.")
        }
    }

    func run() throws {
        if endpoint.dryRun { return try plan() }
        // A call that goes out needs no registration, unless one is asked for.
        try endpoint.run(registers: endpoint.register != nil) { given in
            let choices = choices(given)
            let jobSettings = try jobSettings(choices)
            guard let uri else { return try runList(choices, jobSettings) }
            if poll { return try runPoll(uri, choices, jobSettings) }
            if jobSettings.isOneCall(uri) || callback.awaitCallback != nil {
                return try runOneCall(uri, choices, jobSettings)
            }
            let job = FaxJob(key: "fax", label: "fax", destination: uri, files: files)
            try JobFiles.check([job], [:], list: nil)
            let settings = try settings(choices, jobSettings, [uri])
            return { $0.send([job], jobSettings.forOneFax(uri), journal: nil, settings) }
        }
    }

    // MARK: - What is sent

    private func runOneCall(
        _ uri: String, _ choices: EndpointChoices, _ jobSettings: JobSettings
    ) throws -> (EndpointRun) -> EndpointRun.Status {
        guard jobSettings.isOneCall(uri) else {
            throw ValidationError("A fax that is called back has one call: no --tries, t38-then-audio or flip-flop.")
        }
        let destination = try SIPTarget.destination(uri, proxy: jobSettings.proxy)
        let document = try document(jobSettings)
        var settings = try settings(choices, jobSettings, [uri])
        let others = [uri, choices.registrar].compactMap(\.self).compactMap { try? SIPTarget.destination($0) }
        // Who may call back: where the INVITE goes, where the URI says, and the registrar.
        let peers = ([destination] + others).flatMap(SIPTarget.addresses)
        let wait = try callback.prepare(&settings, sent: document.pages, peers: peers)
        return { [settings] run in
            var run = run
            run.callback = wait
            return run.send([OutgoingFax(document, to: destination)], settings)
        }
    }

    private func runPoll(
        _ uri: String, _ choices: EndpointChoices, _ jobSettings: JobSettings
    ) throws -> (EndpointRun) -> EndpointRun.Status {
        guard jobSettings.isOneCall(uri) else {
            throw ValidationError("A poll is one call: no --tries, t38-then-audio or flip-flop.")
        }
        var folder = try ReceptionFolder(path: dir ?? ".")
        folder.formats = format.formats
        let destination = try SIPTarget.destination(uri, proxy: jobSettings.proxy)
        let document = files.isEmpty ? nil : try document(jobSettings)
        let settings = try settings(choices, jobSettings, [uri])
        return { $0.poll([PollRequest(destination, into: folder, after: document)], settings) }
    }

    private func runList(
        _ choices: EndpointChoices, _ jobSettings: JobSettings
    ) throws -> (EndpointRun) -> EndpointRun.Status {
        let jobs = try many.list()
        let settings = try settings(choices, jobSettings, jobs.map(\.destination))
        let journal = try many.journalPath.map { try JobJournal(path: $0) }
        try JobFiles.check(jobs, journal?.records ?? [:], list: many.jobs)
        return { $0.send(jobs, jobSettings, journal: journal, settings) }
    }

    private func document(_ jobSettings: JobSettings) throws -> OutgoingDocument {
        try OutgoingDocument(try files.flatMap { try DocumentImport.pages(of: $0, as: jobSettings.form) })
    }

    // MARK: - How

    private var commandLine: CallChoices {
        var choices = many.given.over(endpoint.given.call)
        choices.pageHeader = header
        return choices
    }

    private func choices(_ given: EndpointChoices) -> EndpointChoices {
        var choices = given
        choices.call = commandLine.over(given.call)
        choices.proxy = proxy ?? choices.proxy
        return choices
    }

    private func jobSettings(_ choices: EndpointChoices) throws -> JobSettings {
        var settings = many.settings(choices, commandLine: commandLine)
        let machine = try machine.over(choices.call)
        settings.form = machine.form
        machine.apply(to: &settings.fax)
        return settings
    }

    /// - Parameter uris: of all destinations.
    private func settings(
        _ choices: EndpointChoices, _ jobSettings: JobSettings, _ uris: [String]
    ) throws -> EndpointSettings {
        let ports = try endpoint.sip.ports(listen, choices, port: 0)
        var settings = try endpoint.settings(
            choices, ports: ports.isEmpty ? SIPTarget.anyPorts(for: uris, proxy: jobSettings.proxy) : ports)
        // Of a list each fax brings its own.
        let towards = uri.map { jobSettings.choices(towards: $0) } ?? jobSettings.choices
        settings.transport = towards.plainTransport
        settings.fax = jobSettings.profile(towards)
        settings.media = try carriage.over(choices.call).profile()
        settings.costs = costs.limits
        // Whoever asks for several at a time has been told so.
        if costs.parallelDestinations == nil {
            settings.costs.parallelDestinations = max(settings.costs.parallelDestinations, jobSettings.concurrency)
        }
        return settings
    }

    private func plan() throws {
        try endpoint.plan("send", registers: endpoint.register != nil) { given, plan in
            let choices = choices(given)
            var jobSettings = try jobSettings(choices)
            var jobs = try many.list()
            if let uri {
                jobs = [FaxJob(key: "fax", label: "fax", destination: uri, files: files)]
                jobSettings = jobSettings.forOneFax(uri)
            }
            let records = try many.journalPath.map { try JobJournal.look($0) } ?? [:]
            try JobFiles.check(jobs, records, list: many.jobs)
            let settings = try settings(choices, jobSettings, jobs.map(\.destination))
            plan.add("journal", .optional(many.journalPath))
            if let dir { plan.add("polls_into", .string(dir)) }
            let now = Instant(seconds: Date.now.timeIntervalSince1970)
            try plan.add(jobs, jobSettings, records, isList: many.jobs != nil, now: now)
            return settings
        }
    }
}
