import ArgumentParser
import FaxCore
import FaxEndpoint

struct Send: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Call a fax machine over SIP and send it documents.",
        discussion: """
            All files become one fax, in their order.

            EXAMPLES
              faxprobe send sip:5551234@192.0.2.20 page.tif
              faxprobe send sip:fax@127.0.0.1:5070 a.tif b.tif --transport t38 --record call.pcapng
              faxprobe send sip:5551234@192.0.2.20 page.tif --transport g711 --max-rate 9600 --no-ecm --json
              faxprobe send sip:faxback@192.0.2.20 page.tif --await-callback 15m

            EXIT STATUS
              0  every page was confirmed
              1  the fax failed
              2  wrong usage
              3  a document cannot be read, there is no port, or the record could not be written
            """)

    @Argument(help: ArgumentHelp("Whom to call.", valueName: "uri")) var uri: String
    @Argument(help: ArgumentHelp("What to send.", valueName: "file")) var files: [String] = []
    @Option(help: ArgumentHelp("Our address for SIP; port 0 is any free one.", valueName: "address:port"))
    var listen: String?
    @Option(help: ArgumentHelp("Where the INVITE goes instead of where the URI says.", valueName: "address:port"))
    var proxy: String?
    @Option(help: ArgumentHelp("Printed at the head of each page, with date and number.", valueName: "text"))
    var header = ""
    @OptionGroup(title: "A call-back") var callback: CallbackArguments
    @OptionGroup(title: "Cost of calls outside") var costs: CostArguments
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws {
        for (name, text) in [("--listen", listen), ("--proxy", proxy)] {
            if let text, EndpointArguments.endpoint(text, port: 5_060) == nil {
                throw ValidationError("\(name) wants an IP address and a port, such as 127.0.0.1:5060.")
            }
        }
        guard header.utf8.count <= 50 else { throw ValidationError("--header wants at most 50 characters.") }
    }

    func run() throws {
        if files.isEmpty { throw ValidationError("Name a document to send.") }
        try endpoint.run {
            let peer = try proxy.flatMap { EndpointArguments.endpoint($0, port: 5_060) } ?? SIPTarget.resolve(uri)
            let document = try OutgoingDocument(try files.flatMap { try DocumentImport.pages(of: $0) })
            let fax = OutgoingFax(document, to: SIPTarget.destination(uri, at: peer))
            let place = listen.flatMap { EndpointArguments.endpoint($0, port: 0) }
            var settings = try endpoint.settings(listen: place ?? SIPTarget.anyPort(for: peer))
            settings.fax.pageHeader = header
            settings.costs = costs.limits
            let wait = try callback.prepare(&settings, sent: document.pages, peers: peers(peer))
            return { run in
                var run = run
                run.callback = wait
                return run.send([fax], settings)
            }
        }
    }

    /// Who may call back: where the INVITE goes, where the URI says, and the registrar.
    private func peers(_ peer: Endpoint) -> [IPAddress] {
        let others = [uri, endpoint.register].compactMap(\.self).compactMap { try? SIPTarget.resolve($0) }
        return ([peer] + others).map(\.address)
    }
}
