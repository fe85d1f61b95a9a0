import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxReport

struct Register: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Register with a SIP registrar, and keep the registration alive.",
        discussion: """
            Answers challenges by digest (SHA-256 before MD5), refreshes in time, tries again after failures, and takes the
            registration back in the end. The password comes from a file or the environment, never from the command line.

            EXAMPLES
              FAXPROBE_PASSWORD=secret faxprobe register sip:pbx.example.com --user 5551234
              faxprobe register "sip:pbx.example.com;transport=tls" --user 5551234 --password-file secret
              faxprobe register sip:192.0.2.1:5080 --user fax --password-file secret --once

            To register and take calls, use --register with receive and echo.

            EXIT STATUS
              0  the registrar took the registration
              1  it did not
              2  wrong usage
              3  there is no port, or a file cannot be read
            """)

    @Argument(help: ArgumentHelp("The registrar; without it that of the line.", valueName: "uri")) var uri: String?
    @Flag(help: "Register, take it back, and leave.") var once = false
    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws {
        try endpoint.sip.validate(listen: listen)
        if endpoint.register != nil { throw ValidationError("Name the registrar once, without --register.") }
        if uri == nil, endpoint.configuration.config == nil {
            throw ValidationError("Name a registrar, or a configuration whose line has one.")
        }
    }

    func run() throws {
        var endpoint = endpoint
        endpoint.register = uri
        endpoint.noDashboard = true
        if endpoint.dryRun {
            return try endpoint.plan("register") { [endpoint] choices, plan in
                plan.add("once", .bool(once))
                return try settings(endpoint, choices)
            }
        }
        try endpoint.run { [endpoint] choices in
            let settings = try settings(endpoint, choices)
            return { $0.register(once: once, settings) }
        }
    }

    private func settings(_ endpoint: EndpointArguments, _ choices: EndpointChoices) throws -> EndpointSettings {
        guard let uri = choices.registrar else { throw ValidationError("The line has no registrar.") }
        let ports = try endpoint.sip.ports(listen, choices, port: 0)
        return try endpoint.settings(
            choices, ports: ports.isEmpty ? SIPTarget.anyPorts(for: SIPTarget.destination(uri)) : ports)
    }
}
