import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxReport

struct Receive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Answer calls over SIP and keep the faxes that come.",
        discussion: """
            Each fax becomes a TIFF file in the folder: under a temporary name while it comes, under its own when it is
            whole and flushed to the disk, and only then told as received. Pages that were confirmed to the sender are kept
            whatever becomes of the call.

            EXAMPLES
              faxprobe receive --dir inbox                      on 127.0.0.1:5060, until Ctrl-C
              faxprobe receive --listen 0.0.0.0:5060 --dir inbox --allow 192.0.2.10
              faxprobe receive --dir inbox --calls 1 --timeout 60 --json
              faxprobe receive --listen 0.0.0.0:5060 --listen tls:0.0.0.0:5061 --tls-cert fax.pem --tls-key fax.key --dir inbox
              faxprobe receive --dir inbox --transport g711 --record call.pcapng --calls 1
              faxprobe receive --dir inbox --format pdf,png --require-password 1234
              faxprobe receive --dir inbox --offer price-list.pdf         and a document for who polls

            EXIT STATUS
              0  every fax was received whole
              1  at least one was not, or fewer calls came than wanted
              2  wrong usage
              3  no port, no folder, or the record could not be written
            """)

    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @Option(help: ArgumentHelp("Folder for faxes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: ArgumentHelp("Calls to take, one after the other or at once.", valueName: "n")) var calls: Int?
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @Flag(help: "The same as --format tiff,pdf.") var pdf = false
    @Option(help: ArgumentHelp("What each fax becomes: tiff, pdf, png, with commas.", valueName: "formats"))
    var format = FormatList([.tiff])
    @Option(help: ArgumentHelp("A document for who polls; repeatable: all become one.", valueName: "file"))
    var offer: [String] = []
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments
    @OptionGroup(title: "T.38 and G.711") var carriage: CarriageArguments

    func validate() throws { try ReceiveArguments.validate(endpoint, listen, calls, allow) }

    func run() throws {
        let receiving = ReceiveArguments(
            endpoint: endpoint, machine: machine, carriage: carriage, listen: listen, dir: dir, calls: calls,
            allow: allow, offer: offer,
            formats: format.formats + (pdf && !format.formats.contains(.pdf) ? [.pdf] : []), echoes: false)
        if endpoint.dryRun { return try receiving.plan("receive") }
        try endpoint.run { choices in
            let settings = try receiving.settings(choices)
            return { $0.receive(settings) }
        }
    }
}

/// What commands that answer calls have in common.
struct ReceiveArguments {
    let endpoint: EndpointArguments
    let machine: MachineArguments
    let carriage: CarriageArguments
    let listen: [String]
    let dir: String
    let calls: Int?
    let allow: [String]
    let offer: [String]
    let formats: [ReceptionFolder.Format]
    let echoes: Bool

    static func validate(
        _ endpoint: EndpointArguments, _ listen: [String], _ calls: Int?, _ allow: [String]
    ) throws {
        try endpoint.sip.validate(listen: listen)
        if let calls, calls < 1 { throw ValidationError("--calls wants a number of at least 1.") }
        for text in allow where IPAddress(text) == nil {
            throw ValidationError("--allow wants an IP address, not '\(text)'.")
        }
    }

    /// Where to listen: on loopback unless told otherwise.
    static func ports(
        _ endpoint: EndpointArguments, _ choices: EndpointChoices, _ listen: [String]
    ) throws -> [SIPPath] {
        let ports = try endpoint.sip.ports(listen, choices, port: 5_060)
        return ports.isEmpty ? EndpointText.paths("127.0.0.1:5060", port: 5_060) ?? [] : ports
    }

    /// Says what would be done; the folder is not made.
    func plan(_ command: String) throws {
        try endpoint.plan(command) { choices, plan in
            if let problem = DryRunPlan.folderProblem(dir) { throw FileOctets.Failure(description: problem) }
            let settings = try machineSettings(choices)
            _ = try document(choices)
            plan.add(calls: settings)
            plan.add(dir, calls: calls, settings: settings)
            plan.add("offer", .array(offer.map { .string($0) }))
            return settings
        }
    }

    func settings(_ choices: EndpointChoices) throws -> EndpointSettings {
        var settings = try machineSettings(choices)
        var answering = Answering(folder: try ReceptionFolder(path: dir))
        answering.folder.formats = formats
        answering.calls = calls
        answering.echoes = echoes
        answering.offer = try document(choices)
        settings.answering = answering
        return settings
    }

    /// Without a word of how calls are answered.
    private func machineSettings(_ choices: EndpointChoices) throws -> EndpointSettings {
        try EndpointArguments.validateReceiving(choices)
        var settings = try endpoint.settings(choices, ports: Self.ports(endpoint, choices, listen))
        settings.allowedCallers = allow.compactMap { IPAddress($0) }
        try machine.over(choices.call).apply(to: &settings.fax)
        settings.media = try carriage.over(choices.call).profile()
        return settings
    }

    private func document(_ choices: EndpointChoices) throws -> OutgoingDocument? {
        guard !offer.isEmpty else { return nil }
        let form = try machine.over(choices.call).form
        return try OutgoingDocument(try offer.flatMap { try DocumentImport.pages(of: $0, as: form) })
    }
}

/// `tiff,pdf,png`.
struct FormatList: ExpressibleByArgument {
    let formats: [ReceptionFolder.Format]

    init(_ formats: [ReceptionFolder.Format]) { self.formats = formats }

    init?(argument: String) {
        let names = argument.split(separator: ",").map(String.init)
        let formats = names.compactMap { ReceptionFolder.Format(rawValue: $0) }
        guard !formats.isEmpty, formats.count == names.count else { return nil }
        self.formats = formats
    }

    var defaultValueDescription: String { formats.map(\.rawValue).joined(separator: ",") }
}
