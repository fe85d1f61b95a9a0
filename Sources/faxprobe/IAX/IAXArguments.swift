import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol
import FaxReport
import FaxWire
import Foundation

/// What both commands of `faxprobe iax` have in common.
struct IAXArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Our UDP port; 127.0.0.1:4569.", valueName: "address:port")) var listen =
        "127.0.0.1:4569"
    @Option(
        help: ArgumentHelp(
            "Its first line is the modem's secret; without it the environment's FAXPROBE_PASSWORD. Without either the "
                + "name alone is believed.", valueName: "file"))
    var passwordFile: String?
    @Option(
        help: ArgumentHelp("Address that may send anything here; repeatable; otherwise any may.", valueName: "address"))
    var allow: [String] = []
    @Option(
        help: ArgumentHelp("ulaw, alaw, slin, with commas, the preferred one first; all of them.", valueName: "names"))
    var codec = CodecList([.ulaw, .alaw, .slin])
    @Flag(help: "Refuse peers that do not know call tokens; IAXmodem does not.") var requireCallToken = false
    @Flag(help: "Take a secret as it is, too, not only as MD5 with our challenge.") var plaintext = false
    @Option(help: ArgumentHelp("A fixed delay for sound that comes; 60.", valueName: "ms")) var jitterBuffer = 60
    @Option(help: ArgumentHelp("14400 (default), 12000, 9600, 7200, 4800 or 2400.", valueName: "bit/s"))
    var maxRate: Int?
    @Flag(inversion: .prefixedNo, help: "Error correction mode.") var ecm = true
    @Option(help: ArgumentHelp("What this machine calls itself: TSI, CSI, caller id.", valueName: "number"))
    var id: String?
    @Option(help: ArgumentHelp("Write every packet as pcapng, and analyse it at the end.", valueName: "file"))
    var record: String?
    @Option(help: ArgumentHelp("Seconds for all of it.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Write events as JSON, one a line.") var json = false

    func validate() throws {
        guard EndpointText.endpoint(listen, port: IAX2Frame.port) != nil else {
            throw ValidationError("--listen wants an IP address and a port, such as 127.0.0.1:4569.")
        }
        for text in allow where IPAddress(text) == nil {
            throw ValidationError("--allow wants an IP address, not '\(text)'.")
        }
        guard (0...500).contains(jitterBuffer) else { throw ValidationError("--jitter-buffer wants 0 to 500 ms.") }
        if let maxRate, !FaxProfile.rates.contains(maxRate) {
            throw ValidationError("--max-rate wants 14400, 12000, 9600, 7200, 4800 or 2400.")
        }
        if let id, CallText.identificationProblem(id) != nil {
            throw ValidationError("--id wants at most 20 digits, blanks and plus signs.")
        }
        if let timeout, !(timeout > 0 && timeout <= 1e7) { throw ValidationError("--timeout wants seconds above 0.") }
    }

    func validateReceiving() throws {
        if let maxRate, !FaxProfile.receivingRates.contains(maxRate) {
            throw ValidationError("--max-rate \(maxRate): a receiver can keep to 14400, 9600, 4800 and 2400 only.")
        }
    }

    static func validate(name: String) throws {
        guard !name.isEmpty, name.utf8.count <= 80, !name.contains(where: { $0.isWhitespace || $0.isNewline }) else {
            throw ValidationError("The modem's name is what its configuration has as peername: one word.")
        }
    }

    func settings(_ name: String, _ machine: MachineArguments) throws -> IAX2EndpointSettings {
        let environment = ProcessInfo.processInfo.environment
        let secret = try passwordFile.map { try PasswordSource.file($0).read(environment) }
        let account = IAX2Account(name: name, secret: secret ?? environment["FAXPROBE_PASSWORD"])
        let place = EndpointText.endpoint(listen, port: IAX2Frame.port) ?? Endpoint(IPAddress(v4: 0x7F00_0001), 0)
        var settings = IAX2EndpointSettings(listen: place, account: account)
        settings.takesPlaintext = plaintext
        settings.callTokens = requireCallToken ? .required : .whenOffered
        settings.formats = codec.codecs.map(\.format)
        settings.callingNumber = id ?? ""
        settings.jitterBuffer = .milliseconds(jitterBuffer)
        settings.allowedCallers = allow.compactMap { IPAddress($0) }
        settings.recordPath = record
        settings.fax.identification = id ?? ""
        settings.fax.hasECM = ecm
        settings.fax.maxRate = maxRate ?? settings.fax.maxRate
        machine.apply(to: &settings.fax)
        if json { settings.progressInterval = .seconds(2) }
        return settings
    }

    /// Runs a command; `prepare` reads what it needs, and what is wrong with that ends it.
    func run(_ prepare: () throws -> (EndpointRun) -> EndpointRun.Status) throws {
        let body: (EndpointRun) -> EndpointRun.Status
        do {
            body = try prepare()
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
        let status = body(run)
        output.flush()
        if status != .confirmed { throw ExitCode(status.rawValue) }
    }
}

/// `ulaw,slin`.
struct CodecList: ExpressibleByArgument {
    enum Codec: String, CaseIterable {
        case ulaw, alaw, slin

        /// Its bit of `IAX2Format`.
        var format: UInt64 {
            switch self {
            case .ulaw: IAX2Format.muLaw
            case .alaw: IAX2Format.aLaw
            case .slin: IAX2Format.linear
            }
        }
    }

    let codecs: [Codec]

    init(_ codecs: [Codec]) { self.codecs = codecs }

    init?(argument: String) {
        let names = argument.split(separator: ",").map(String.init)
        codecs = names.compactMap { Codec(rawValue: $0) }
        guard !codecs.isEmpty, codecs.count == names.count else { return nil }
    }

    var defaultValueDescription: String { codecs.map(\.rawValue).joined(separator: ",") }
}
