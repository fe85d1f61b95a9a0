import ArgumentParser
import FaxEndpoint

struct IAX: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iax",
        abstract: "The exchange that an IAXmodem registers with: takes its faxes, and sends it faxes.",
        discussion: """
            IAXmodem is a soft modem for HylaFAX and efax whose line is IAX2 (RFC 5456, UDP 4569). Its configuration names a
            server, a peername and a secret: let the server be this command, and it is probed end to end. docs/iax.md has
            set-ups that work.

            EXAMPLES
              faxprobe iax receive --user fax0 --password-file secret --dir inbox --calls 1
              faxprobe iax send fax0 page.pdf --password-file secret --record call.pcapng

            EXIT STATUS
              0  every fax was confirmed, and as many came as were wanted
              1  at least one was not, fewer came, or nobody registered
              2  wrong usage
              3  no port, no folder, no document, or the record could not be written
            """,
        subcommands: [IAXReceive.self, IAXSend.self])
}

struct IAXReceive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Wait for an IAXmodem to register and to call, and keep the faxes that come.",
        discussion: """
            EXAMPLES
              faxprobe iax receive --user fax0 --password-file secret --dir inbox              until Ctrl-C
              faxprobe iax receive --user fax0 --password-file secret --dir inbox --calls 1 --timeout 120 --json
              faxprobe iax receive --listen 192.0.2.1:4569 --allow 192.0.2.10 --user fax0 --password-file secret --dir inbox
            """)

    @Option(help: ArgumentHelp("Name that the modem registers with and calls as.", valueName: "name")) var user: String
    @Option(help: ArgumentHelp("Folder for faxes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: ArgumentHelp("Calls to take.", valueName: "n")) var calls: Int?
    @Option(help: ArgumentHelp("What each fax becomes: tiff, pdf, png, with commas.", valueName: "formats"))
    var format = FormatList([.tiff])
    @OptionGroup(title: "IAX2") var peer: IAXArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments

    func validate() throws {
        try IAXArguments.validate(name: user)
        if let calls, calls < 1 { throw ValidationError("--calls wants a number of at least 1.") }
        try peer.validateReceiving()
    }

    func run() throws {
        try peer.run {
            var settings = try peer.settings(user, machine)
            var answering = Answering(folder: try ReceptionFolder(path: dir))
            answering.folder.formats = format.formats
            answering.calls = calls
            settings.answering = answering
            return { [settings] in $0.receive(settings) }
        }
    }
}

struct IAXSend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Wait for an IAXmodem to register, call it, and send it documents as one fax.",
        discussion: """
            The fax software behind the modem has to answer: faxgetty of HylaFAX, or efax with -w. A modem that is busy is
            called again every 4 seconds, up to --tries times: IAXmodem is busy for some seconds after its start and behind
            each call.

            EXAMPLES
              faxprobe iax send fax0 page.pdf --password-file secret --timeout 180
              faxprobe iax send fax0 page.tif --password-file secret --codec slin --record call.pcapng
            """)

    @Argument(help: ArgumentHelp("Name that the modem registers with.", valueName: "name")) var name: String
    @Argument(help: ArgumentHelp("TIFF, PDF, PNG, JPEG or text; all become one fax.", valueName: "file"))
    var files: [String]
    @Option(help: ArgumentHelp("Called number, as the modem tells its software; the name.", valueName: "number"))
    var number: String?
    @Option(help: ArgumentHelp("A line at the head of each page.", valueName: "text")) var header: String?
    @Option(help: ArgumentHelp("Calls that a busy modem gets; 10.", valueName: "n")) var tries = 10
    @OptionGroup(title: "IAX2") var peer: IAXArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments

    func validate() throws {
        try IAXArguments.validate(name: name)
        guard (1...1_000).contains(tries) else { throw ValidationError("--tries wants 1 to 1000.") }
        guard !files.isEmpty else { throw ValidationError("Name a document to send.") }
    }

    func run() throws {
        try peer.run {
            var settings = try peer.settings(name, machine)
            settings.tries = tries
            settings.fax.pageHeader = header ?? ""
            let form = machine.form
            let document = try OutgoingDocument(try files.flatMap { try DocumentImport.pages(of: $0, as: form) })
            let fax = OutgoingIAX2Fax(document, calledNumber: number ?? name)
            return { [settings] in $0.send([fax], settings) }
        }
    }
}
