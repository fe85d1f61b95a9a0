import ArgumentParser
import FaxEndpoint

struct Echo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A fax-back number: answer, keep the fax, call back with it.",
        discussion: """
            Each fax that came whole is sent back in a call of its own to where it came from: a cover page that tells how it
            came, and its pages. The cover page is drawn by gs (Ghostscript) or pdftoppm (poppler).

            EXAMPLES
              faxprobe echo --dir inbox
              faxprobe echo --listen 192.0.2.1:5060 --dir inbox --transport t38 --record calls.pcapng

            EXIT STATUS
              0  every fax came whole and was sent back
              1  at least one was not, or fewer came than wanted
              2  wrong usage
              3  no port, no folder, or the record could not be written
            """)

    @Option(help: ArgumentHelp("Where to listen for SIP over UDP.", valueName: "address:port"))
    var listen = "127.0.0.1:5060"
    @Option(help: ArgumentHelp("Folder for faxes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: ArgumentHelp("Faxes to echo.", valueName: "n")) var calls: Int?
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @OptionGroup(title: "Cost of calls outside") var costs: CostArguments
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws { try ReceiveArguments.validate(listen, calls, allow) }

    func run() throws {
        try endpoint.run {
            var settings = try ReceiveArguments.settings(endpoint, listen, dir, calls, allow, echoes: true)
            settings.costs = costs.limits
            return { $0.receive(settings) }
        }
    }
}
