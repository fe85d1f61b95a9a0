import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxReport
import Foundation

/// What commands that hold calls of their own have in common.
struct EndpointArguments: ParsableArguments {
    @Option(help: ArgumentHelp("t38, g711, or auto: T.38 where the other side takes it.", valueName: "kind"))
    var transport = FaxTransport.auto
    @Option(help: ArgumentHelp("14400, 9600 or 4800.", valueName: "bit/s")) var maxRate = 14_400
    @Flag(help: "Without error correction mode.") var noEcm = false
    @Option(help: ArgumentHelp("What this machine calls itself: TSI, CSI.", valueName: "number")) var id = ""
    @Option(help: ArgumentHelp("User part of our address, and name for authentication.", valueName: "name"))
    var user = "faxprobe"
    @Option(help: ArgumentHelp("Host part of our address.", valueName: "name")) var domain: String?
    @Option(
        help: ArgumentHelp(
            "Its first line is the password; without it the environment's FAXPROBE_PASSWORD.", valueName: "file"))
    var passwordFile: String?
    @Option(help: ArgumentHelp("Where to register, such as sip:pbx.example.com.", valueName: "uri"))
    var register: String?
    @Option(help: ArgumentHelp("UDP ports for media.", valueName: "first-last")) var mediaPorts = "20000-29999"
    @Option(help: ArgumentHelp("Address in Contact and SDP, behind address translation.", valueName: "address"))
    var advertise: String?
    @Option(help: ArgumentHelp("Write every packet as pcapng, and analyse it at the end.", valueName: "file"))
    var record: String?
    @Option(help: ArgumentHelp("Seconds for all of it.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Write events as JSON, one a line.") var json = false

    func validate() throws {
        guard FaxProfile.rates.contains(maxRate) else { throw ValidationError("--max-rate wants 14400, 9600 or 4800.") }
        guard id.utf8.count <= 20, id.allSatisfy({ "0123456789+ ".contains($0) }) else {
            throw ValidationError("--id wants at most 20 digits, blanks and plus signs.")
        }
        guard range != nil else { throw ValidationError("--media-ports wants two ports, such as 20000-29999.") }
        if let advertise, IPAddress(advertise) == nil {
            throw ValidationError("--advertise wants an IP address.")
        }
        if let timeout, !(timeout > 0 && timeout <= 1e7) { throw ValidationError("--timeout wants seconds above 0.") }
    }

    private var range: ClosedRange<UInt16>? {
        let parts = mediaPorts.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first >= 1_024, first < last,
            last - first >= 4
        else { return nil }
        return first...last
    }

    /// `nil`: no password was given.
    private func password() throws(FileOctets.Failure) -> String? {
        guard let passwordFile else { return ProcessInfo.processInfo.environment["FAXPROBE_PASSWORD"] }
        let text = String(decoding: try FileOctets.read(passwordFile, limit: 4_096), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).first.map(String.init)
    }

    func registration() throws -> RegistrationRequest? {
        try register.map { uri in
            RegistrationRequest(registrar: SIPTarget.destination(uri, at: try SIPTarget.resolve(uri)))
        }
    }

    func settings(listen: Endpoint) throws -> EndpointSettings {
        var settings = EndpointSettings(listen: listen)
        settings.user = user
        settings.domain = domain ?? register.flatMap { SIPTarget.host(of: $0) }
        if let password = try password() { settings.credentials = [SIPCredentials(username: user, password: password)] }
        settings.transport = transport
        settings.fax.maxRate = maxRate
        settings.fax.hasECM = !noEcm
        settings.fax.identification = id
        settings.mediaPorts = range ?? settings.mediaPorts
        settings.advertised = advertise.flatMap { IPAddress($0) }
        settings.recordPath = record
        return settings
    }

    /// Runs a command; `prepare` reads what it needs, and what is wrong with that ends it.
    func run(_ prepare: () throws -> (EndpointRun) -> EndpointRun.Status) throws {
        let body: (EndpointRun) -> EndpointRun.Status
        let request: RegistrationRequest?
        do {
            body = try prepare()
            request = try registration()
        } catch let error as SIPTarget.Failure where error.isUsage {
            throw ValidationError("\(error)")
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(EndpointRun.Status.couldNotRun.rawValue)
        }
        Console.catchSignals(.both)
        let output = StandardOutput(flushesEachTime: true)
        var run = EndpointRun(write: { output.write($0) }, complain: { Console.complain("faxprobe: " + $0) })
        run.timeout = timeout.map { .seconds($0) }
        run.writesJSON = json
        run.usesColour = Console.usesColour
        run.shouldStop = { Console.wasStopped }
        run.registration = request
        let status = body(run)
        output.flush()
        if status != .confirmed { throw ExitCode(status.rawValue) }
    }

    /// `ADDRESS:PORT`, `[ADDRESS]:PORT`, or an address alone.
    static func endpoint(_ text: String, port: UInt16) -> Endpoint? {
        if let address = IPAddress(text), !text.hasPrefix("[") || text.hasSuffix("]") { return Endpoint(address, port) }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            let address = IPAddress(text[..<colon])
        else { return nil }
        return Endpoint(address, port)
    }
}

extension FaxTransport: ExpressibleByArgument {}
