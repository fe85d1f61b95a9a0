import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxReport
import Foundation

/// What commands that hold calls of their own have in common.
struct EndpointArguments: ParsableArguments {
    @Option(help: ArgumentHelp("t38, g711, or auto (default): T.38 where it is taken.", valueName: "kind"))
    var transport: FaxTransport?
    @Option(
        help: ArgumentHelp(
            "14400 (default), 12000, 9600, 7200, 4800 or 2400; 12000 and 7200 to send only.", valueName: "bit/s"))
    var maxRate: Int?
    @Flag(inversion: .prefixedNo, help: "Error correction mode; with it unless told otherwise.") var ecm: Bool?
    @Option(help: ArgumentHelp("What this machine calls itself: TSI, CSI.", valueName: "number")) var id: String?
    @Option(help: ArgumentHelp("User part of our address, and name for authentication.", valueName: "name"))
    var user: String?
    @Option(help: ArgumentHelp("Host part of our address.", valueName: "name")) var domain: String?
    @Option(
        help: ArgumentHelp(
            "Its first line is the password; without it the environment's FAXPROBE_PASSWORD.", valueName: "file"))
    var passwordFile: String?
    @Option(help: ArgumentHelp("Where to register, such as sip:pbx.example.com.", valueName: "uri"))
    var register: String?
    @Option(help: ArgumentHelp("UDP ports for media; 20000-29999.", valueName: "first-last")) var mediaPorts: String?
    @Option(help: ArgumentHelp("Address in Contact and SDP, behind address translation.", valueName: "address"))
    var advertise: String?
    @Option(help: ArgumentHelp("Write every packet as pcapng, and analyse it at the end.", valueName: "file"))
    var record: String?
    @Option(help: ArgumentHelp("Seconds for all of it.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Write events as JSON, one a line.") var json = false
    @Flag(help: "Say what would be done, and do nothing.") var dryRun = false
    @Flag(help: "On a terminal, too: events line by line.") var noDashboard = false
    @OptionGroup(title: "SIP transports") var sip: SIPTransportArguments
    @OptionGroup(title: "Configuration") var configuration: ConfigurationArguments

    func validate() throws {
        if let maxRate, !FaxProfile.rates.contains(maxRate) {
            throw ValidationError("--max-rate wants 14400, 12000, 9600, 7200, 4800 or 2400.")
        }
        if let id, CallText.identificationProblem(id) != nil {
            throw ValidationError("--id wants at most 20 digits, blanks and plus signs.")
        }
        if let mediaPorts, EndpointText.ports(mediaPorts) == nil {
            throw ValidationError("--media-ports wants two ports, such as 20000-29999.")
        }
        if let advertise, IPAddress(advertise) == nil {
            throw ValidationError("--advertise wants an IP address.")
        }
        if let timeout, !(timeout > 0 && timeout <= 1e7) { throw ValidationError("--timeout wants seconds above 0.") }
    }

    /// What the command line says.
    var given: EndpointChoices {
        var choices = EndpointChoices()
        choices.call.transport = transport
        choices.call.maxRate = maxRate
        choices.call.hasECM = ecm
        choices.call.identification = id
        choices.user = user
        choices.domain = domain
        choices.registrar = register
        choices.mediaPorts = mediaPorts.flatMap { EndpointText.ports($0) }
        choices.advertise = advertise.flatMap { IPAddress($0) }
        choices.password = passwordFile.map { .file($0) }
        return choices
    }

    /// Command line before profile before line.
    func choices() throws -> EndpointChoices { try given.over(configuration.choices()) }

    /// `nil`: no password was given.
    private func password(_ choices: EndpointChoices) throws -> String? {
        let environment = ProcessInfo.processInfo.environment
        return try choices.password?.read(environment) ?? environment["FAXPROBE_PASSWORD"]
    }

    func registration(_ choices: EndpointChoices) throws -> RegistrationRequest? {
        try choices.registrar.map { RegistrationRequest(registrar: try SIPTarget.destination($0)) }
    }

    func settings(listen: Endpoint) throws -> EndpointSettings {
        try settings(choices(), ports: [SIPPath(.udp, listen), SIPPath(.tcp, listen)])
    }

    /// - Parameter ports: where SIP is listened to.
    func settings(_ choices: EndpointChoices, ports: [SIPPath]) throws -> EndpointSettings {
        var settings = EndpointSettings(ports: ports)
        settings.tls = try sip.over(choices.call).settings
        settings.user = choices.ownUser
        settings.domain = choices.domain ?? choices.registrar.flatMap { SIPTarget.host(of: $0) }
        if let password = try password(choices) {
            settings.credentials = [SIPCredentials(username: settings.user, password: password)]
        }
        settings.transport = choices.call.plainTransport
        settings.fax = choices.profile
        settings.mediaPorts = choices.mediaPorts ?? settings.mediaPorts
        settings.advertised = choices.advertise
        settings.recordPath = record
        if json { settings.progressInterval = Self.progressOfJSON }
        if showsDashboard { settings.progressInterval = Dashboard.interval }
        return settings
    }

    private static let progressOfJSON = Duration.seconds(2)
    private var showsDashboard: Bool { !json && !noDashboard && Console.outputIsTerminal && Console.canMove }

    /// A DIS names modems, not rates: a receiver can keep to some of the rates only.
    static func validateReceiving(_ choices: EndpointChoices) throws {
        guard let rate = choices.call.maxRate, !FaxProfile.receivingRates.contains(rate) else { return }
        throw ValidationError(
            "--max-rate \(rate): a receiver says which modems it has (T.30 Table 2), not a rate between those of "
                + "two modems; 14400 (V.17), 9600 (V.29), 4800 and 2400 (V.27ter) are possible.")
    }

    /// What is wrong before anything began, as a complaint and an exit status.
    private func complaining<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ValidationError {
            throw error
        } catch let error as SIPTarget.Failure where error.isUsage {
            throw ValidationError("\(error)")
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(EndpointRun.Status.couldNotRun.rawValue)
        }
    }

    /// Says what the command would do.
    /// - Parameter fill: adds what is of this command, and gives the settings of the machine.
    func plan(
        _ command: String, registers: Bool = true,
        _ fill: (EndpointChoices, inout DryRunPlan) throws -> EndpointSettings
    ) throws {
        let text = try complaining {
            let choices = try choices()
            var (machine, rest) = (DryRunPlan(command), DryRunPlan(command))
            let settings = try fill(choices, &rest)
            let request = try registers ? registration(choices) : nil
            machine.add(settings, password: choices.password, registration: request)
            machine.add(rest)
            return machine.text(json: json)
        }
        StandardOutput(flushesEachTime: true).write(text)
    }

    /// Runs a command; `prepare` reads what it needs, and what is wrong with that ends it.
    /// - Parameter registers: keeps the machine registered meanwhile, where a registrar is given.
    func run(registers: Bool = true, _ prepare: (EndpointChoices) throws -> (EndpointRun) -> EndpointRun.Status) throws
    {
        let (body, request) = try complaining {
            let choices = try choices()
            return (try prepare(choices), try registers ? registration(choices) : nil)
        }
        Console.catchSignals(.both)
        let output = StandardOutput(flushesEachTime: true)
        var run = EndpointRun(write: { output.write($0) }, complain: { Console.complain("faxprobe: " + $0) })
        run.timeout = timeout.map { .seconds($0) }
        run.writesJSON = json
        run.usesColour = Console.usesColour
        run.shouldStop = { Console.wasStopped }
        run.registration = request
        let screen = showsDashboard ? DashboardScreen(write: { output.write($0) }) : nil
        if let screen { screen.attach(to: &run) }
        let status = body(run)
        screen?.leave()
        output.flush()
        if status != .confirmed { throw ExitCode(status.rawValue) }
    }
}

extension FaxTransport: ExpressibleByArgument {}
