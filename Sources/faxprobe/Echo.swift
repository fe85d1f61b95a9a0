import ArgumentParser
import FaxEndpoint

struct Echo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "A fax-back number: answer, keep the fax, call back with it.",
        discussion: """
            Each fax that came whole is sent back: on the same call to who polls for it (send --poll), else in a call of its
            own to where it came from: a cover page that tells how it came, and its pages. The cover page is drawn by gs (Ghostscript) or pdftoppm (poppler).

            EXAMPLES
              faxprobe echo --dir inbox
              faxprobe echo --listen 192.0.2.1:5060 --dir inbox --transport t38 --record calls.pcapng

            EXIT STATUS
              0  every fax came whole and was sent back
              1  at least one was not, or fewer came than wanted
              2  wrong usage
              3  no port, no folder, or the record could not be written
            """)

    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @Option(help: ArgumentHelp("Folder for faxes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: ArgumentHelp("Faxes to echo.", valueName: "n")) var calls: Int?
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @Option(help: ArgumentHelp("What each fax becomes: tiff, pdf, png, with commas.", valueName: "formats"))
    var format = FormatList([.tiff])
    @Option(help: ArgumentHelp("A document for who polls; repeatable: all become one.", valueName: "file"))
    var offer: [String] = []
    @OptionGroup(title: "Cost of calls outside") var costs: CostArguments
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments
    @OptionGroup(title: "T.38 and G.711") var carriage: CarriageArguments

    func validate() throws { try ReceiveArguments.validate(endpoint, listen, calls, allow) }

    func run() throws {
        let receiving = ReceiveArguments(
            endpoint: endpoint, machine: machine, carriage: carriage, listen: listen, dir: dir, calls: calls,
            allow: allow, offer: offer, formats: format.formats, echoes: true)
        if endpoint.dryRun { return try receiving.plan("echo") }
        try endpoint.run { choices in
            var settings = try receiving.settings(choices)
            settings.costs = costs.limits
            return { $0.receive(settings) }
        }
    }
}
