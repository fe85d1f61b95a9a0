import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import ServerDrivers

struct ServerReceive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Our endpoint sends a fax to the server, which then has to have it.",
        discussion: """
            The fax that the server lists afterwards is fetched and compared with the document. gofaxserver delivers it to
            --webhook instead.

            EXAMPLES
              faxprobe server receive hylafax://fax@127.0.0.1 page.pdf --to sip:200@127.0.0.1:5070
              faxprobe server receive hylafax://fax@192.0.2.1 page.pdf --to sip:200@192.0.2.1 --transport t38 --json
            """)

    @OptionGroup(title: "Server") var server: ServerArguments
    @Argument(help: ArgumentHelp("Documents; all become one fax.", valueName: "file")) var files: [String]
    @Option(help: ArgumentHelp("Where the server answers calls.", valueName: "uri")) var to: String
    @Option(help: ArgumentHelp("Where the INVITE goes instead of where the URI says.", valueName: "address:port"))
    var proxy: String?
    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments
    @OptionGroup(title: "Fax machine") var machine: MachineArguments
    @OptionGroup(title: "T.38 and G.711") var carriage: CarriageArguments
    @OptionGroup(title: "Cost") var costs: CostArguments

    func validate() throws {
        try endpoint.sip.validate(listen: listen)
        if endpoint.dryRun { throw ValidationError("--dry-run is not for servers.") }
        if files.isEmpty { throw ValidationError("A document is wanted.") }
    }

    func run() throws {
        let (driver, fax, destination, settings) = try ServerConsole.complaining {
            let choices = try endpoint.choices()
            let machine = try machine.over(choices.call)
            let pages = try files.flatMap { try DocumentImport.pages(of: $0, as: machine.form) }
            let destination = try SIPTarget.destination(to, proxy: proxy ?? choices.proxy)
            let ports = try endpoint.sip.ports(listen, choices, port: 0)
            var settings = try endpoint.settings(
                choices, ports: ports.isEmpty ? SIPTarget.anyPorts(for: [to], proxy: proxy ?? choices.proxy) : ports)
            machine.apply(to: &settings.fax)
            settings.media = try carriage.over(choices.call).profile()
            settings.costs = costs.limits
            return (try server.driver(), ServerFax(pages: pages, number: to), destination, settings)
        }
        let (check, output) = ServerConsole.check(driver, json: endpoint.json, timeout: endpoint.timeout)
        let outcome = try ServerConsole.complaining { try check.receives(fax, at: destination, settings, driver()) }
        try ServerConsole.end(outcome, json: endpoint.json, output)
    }
}
