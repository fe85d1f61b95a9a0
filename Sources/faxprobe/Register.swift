import ArgumentParser
import FaxCore
import FaxEndpoint

struct Register: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Register with a SIP registrar, and keep the registration alive.",
        discussion: """
            Answers challenges by digest (SHA-256 before MD5), refreshes in time, tries again after failures, and takes the
            registration back in the end. The password comes from a file or the environment, never from the command line.

            EXAMPLES
              FAXPROBE_PASSWORD=secret faxprobe register sip:pbx.example.com --user 5551234
              faxprobe register sip:192.0.2.1:5080 --user fax --password-file secret --once

            To register and take calls, use --register with receive and echo.

            EXIT STATUS
              0  the registrar took the registration
              1  it did not
              2  wrong usage
              3  there is no port, or a file cannot be read
            """)

    @Argument(help: ArgumentHelp("The registrar.", valueName: "uri")) var uri: String
    @Flag(help: "Register, take it back, and leave.") var once = false
    @Option(help: ArgumentHelp("Our address for SIP; port 0 is any free one.", valueName: "address:port"))
    var listen: String?
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws {
        if let listen, EndpointArguments.endpoint(listen, port: 0) == nil {
            throw ValidationError("--listen wants an IP address and a port, such as 127.0.0.1:5060.")
        }
        if endpoint.register != nil { throw ValidationError("Name the registrar once, without --register.") }
    }

    func run() throws {
        var endpoint = endpoint
        endpoint.register = uri
        try endpoint.run { [endpoint] in
            let registrar = try SIPTarget.resolve(uri)
            let place = listen.flatMap { EndpointArguments.endpoint($0, port: 0) }
            let settings = try endpoint.settings(listen: place ?? SIPTarget.anyPort(for: registrar))
            return { $0.register(once: once, settings) }
        }
    }
}
