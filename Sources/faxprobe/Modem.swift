import ArgumentParser
import FaxCore
import FaxEndpoint
import Foundation

struct Modem: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modem",
        abstract: "Soft modems for fax software: Class 1 on a terminal, SIP with G.711 or T.38 on the line.",
        discussion: """
            Each modem is a terminal that a link leads to. Fax software (HylaFAX, efax) opens the link as it would open a
            serial port, and dials: the number becomes a SIP URI. Calls that come in ring at the first modem that is idle and
            that software has open, or at the one whose --number is called. docs/modem.md has set-ups that work.

            EXAMPLES
              faxprobe modem --link /dev/ttyFAX --to 'sip:{number}@192.0.2.20'
              faxprobe modem --link /dev/ttyFAX --count 4 --listen 192.0.2.1:5060 --to 'sip:{number}@pbx.example.com'
              faxprobe modem --link /tmp/modem --to 'sip:{number}@127.0.0.1:5070' --transport t38 --record calls.pcapng
              faxprobe modem --link /tmp/modem --count 2 --number 5550100 --number 5550101 --to 'sip:{number}@192.0.2.20'

            EXIT STATUS
              0  stopped
              2  wrong usage
              3  no port, no terminal, no link, or the record could not be written
            """)

    @OptionGroup(title: "Modems") var modems: ModemArguments
    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws { try ReceiveArguments.validate(endpoint, listen, nil, allow) }

    func run() throws {
        if endpoint.dryRun { throw ValidationError("--dry-run is not for soft modems.") }
        try endpoint.run { choices in
            let ports = try ReceiveArguments.ports(endpoint, choices, listen)
            var settings = try endpoint.settings(choices, ports: ports)
            settings.allowedCallers = allow.compactMap { IPAddress($0) }
            settings.modems = try modems.settings()
            return { $0.modems(settings) }
        }
    }
}
