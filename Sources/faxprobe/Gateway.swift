import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol

struct Gateway: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Stand between T.38 and G.711: answer calls, make one to the target for each, join their media.",
        discussion: """
            The near side is the caller, the far side the target. One of them speaks T.38 (--side), the other one G.711;
            either may send the fax. Calls begin in audio, which is passed on packet by packet. When a fax is heard (CED or
            a V.21 preamble) the side that speaks T.38 is asked for it by re-INVITE; it may ask itself, and a caller may
            offer it in its INVITE. Where T.38 is refused the audio goes on. Only the target is ever called.

            EXAMPLES
              faxprobe gateway --to sip:192.0.2.20                    T.38 with whichever side takes it
              faxprobe gateway --listen 192.0.2.1:5060 --to sip:192.0.2.20:5070 --side far --allow 192.0.2.10
              faxprobe gateway --to sip:fax@127.0.0.1:5070 --side near --max-rate 9600 --no-ecm --json
              faxprobe gateway --to sip:192.0.2.20 --side far --offer invite --record calls.pcapng --calls 1

            EXIT STATUS
              0  the last page of every fax was confirmed
              1  at least one was not, or fewer calls came than wanted
              2  wrong usage
              3  no port, or the record could not be written
            """)

    @Option(help: SIPTransportArguments.listenHelp) var listen: [String] = []
    @Option(
        help: ArgumentHelp(
            "Whom to call; without a user the one that the caller dialled is put in.", valueName: "uri"))
    var to: String
    @OptionGroup(title: "Gateway") var gateway: GatewayArguments
    @Option(help: ArgumentHelp("Calls to take, one after the other or at once.", valueName: "n")) var calls: Int?
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @OptionGroup(title: "Cost of calls outside") var costs: CostArguments
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws {
        try ReceiveArguments.validate(endpoint, listen, calls, allow)
        if endpoint.transport != nil {
            throw ValidationError("--transport is not for a gateway: --side and --offer say where T.38 is spoken.")
        }
        if endpoint.id != nil {
            throw ValidationError("--id is not for a gateway: both sides keep what they call themselves.")
        }
    }

    func run() throws {
        if endpoint.dryRun { throw ValidationError("--dry-run is not for a gateway.") }
        try endpoint.run { choices in
            let ports = try ReceiveArguments.ports(endpoint, choices, listen)
            let target = try SIPTarget.destination(to)
            guard !ports.contains(target.path) else {
                throw ValidationError("--to leads back to the gateway itself.")
            }
            var settings = try endpoint.settings(choices, ports: ports)
            settings.costs = costs.limits
            settings.allowedCallers = allow.compactMap { IPAddress($0) }
            var profile = gateway.profile(to: target, maxRate: settings.fax.maxRate, hasECM: settings.fax.hasECM)
            profile.calls = calls
            settings.gateway = profile
            return { $0.gateway(settings) }
        }
    }
}
