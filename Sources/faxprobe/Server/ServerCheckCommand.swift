import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import ServerDrivers

struct ServerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "The server sends a fax to our endpoint; all views are compared.",
        discussion: """
            The server has to reach us at the number: over its line, its gateway, or a registrar (--register).

            EXAMPLES
              faxprobe server check hylafax://fax@127.0.0.1 page.pdf --number 200 --dir inbox
              faxprobe server check hylafax://fax@192.0.2.1 page.pdf --number 200 --listen 0.0.0.0:5060 --dir inbox \\
                --transport t38 --record call.pcapng --json
            """)

    @OptionGroup(title: "Server") var server: ServerArguments
    @Argument(help: ArgumentHelp("Documents; all become one fax.", valueName: "file")) var files: [String]
    @Option(help: ArgumentHelp("The number that the server dials: ours.", valueName: "number")) var number: String
    @Option(help: ArgumentHelp("Who sends, where the server asks for it.", valueName: "number"))
    var callerNumber = ""
    @Option(help: ArgumentHelp("Folder for what comes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments
    @OptionGroup(title: "T.38 and G.711") var carriage: CarriageArguments

    func validate() throws {
        try ReceiveArguments.validate(endpoint, listen, nil, allow)
        if endpoint.dryRun { throw ValidationError("--dry-run is not for servers.") }
        try server.validateSending()
        if files.isEmpty { throw ValidationError("A document is wanted.") }
    }

    func run() throws {
        let (driver, fax, settings, registration) = try ServerConsole.complaining {
            let choices = try endpoint.choices()
            let pages = try files.flatMap { try DocumentImport.pages(of: $0, as: machine.over(choices.call).form) }
            let receiving = ReceiveArguments(
                endpoint: endpoint, machine: machine, carriage: carriage, listen: listen, dir: dir, calls: nil,
                allow: allow, offer: [], formats: [.tiff], echoes: false)
            return (
                try server.driver(), ServerFax(pages: pages, number: number, callerNumber: callerNumber),
                try receiving.settings(choices), try endpoint.registration(choices)
            )
        }
        var (check, output) = ServerConsole.check(driver, json: endpoint.json, timeout: endpoint.timeout)
        check.registration = registration
        let outcome = try ServerConsole.complaining { try check.sends(fax, settings) }
        try ServerConsole.end(outcome, json: endpoint.json, output)
    }
}
