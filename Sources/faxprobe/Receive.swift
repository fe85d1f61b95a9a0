import ArgumentParser
import FaxCore
import FaxEndpoint

struct Receive: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer calls over SIP and keep the faxes that come.",
        discussion: """
            Each fax becomes a TIFF file in the folder: under a temporary name while it comes, under its own when it is
            whole and flushed to the disk, and only then told as received. Pages that were confirmed to the sender are kept
            whatever becomes of the call.

            EXAMPLES
              faxprobe receive --dir inbox                      on 127.0.0.1:5060, until Ctrl-C
              faxprobe receive --listen 0.0.0.0:5060 --dir inbox --allow 192.0.2.10
              faxprobe receive --dir inbox --calls 1 --timeout 60 --json
              faxprobe receive --dir inbox --transport g711 --record call.pcapng --calls 1

            EXIT STATUS
              0  every fax was received whole
              1  at least one was not, or fewer calls came than wanted
              2  wrong usage
              3  no port, no folder, or the record could not be written
            """)

    @Option(help: ArgumentHelp("Where to listen for SIP over UDP.", valueName: "address:port"))
    var listen = "127.0.0.1:5060"
    @Option(help: ArgumentHelp("Folder for faxes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: ArgumentHelp("Calls to take, one after the other or at once.", valueName: "n")) var calls: Int?
    @Option(help: ArgumentHelp("Address that may call; repeatable; otherwise anyone may.", valueName: "address"))
    var allow: [String] = []
    @Flag(help: "Write each fax as PDF, too.") var pdf = false
    @OptionGroup(title: "Calls") var endpoint: EndpointArguments

    func validate() throws { try ReceiveArguments.validate(listen, calls, allow) }

    func run() throws {
        try endpoint.run {
            var settings = try ReceiveArguments.settings(endpoint, listen, dir, calls, allow, echoes: false)
            settings.answering?.folder.writesPDF = pdf
            return { $0.receive(settings) }
        }
    }
}

/// What commands that answer calls have in common.
enum ReceiveArguments {
    static func validate(_ listen: String, _ calls: Int?, _ allow: [String]) throws {
        guard EndpointArguments.endpoint(listen, port: 5_060) != nil else {
            throw ValidationError("--listen wants an IP address and a port, such as 127.0.0.1:5060.")
        }
        if let calls, calls < 1 { throw ValidationError("--calls wants a number of at least 1.") }
        for text in allow where IPAddress(text) == nil {
            throw ValidationError("--allow wants an IP address, not '\(text)'.")
        }
    }

    static func settings(
        _ endpoint: EndpointArguments, _ listen: String, _ dir: String, _ calls: Int?, _ allow: [String], echoes: Bool
    ) throws -> EndpointSettings {
        let place = EndpointArguments.endpoint(listen, port: 5_060) ?? Endpoint(IPAddress(v4: 0x7F00_0001), 5_060)
        var settings = try endpoint.settings(listen: place)
        settings.allowedCallers = allow.compactMap { IPAddress($0) }
        var answering = Answering(folder: try ReceptionFolder(path: dir))
        answering.calls = calls
        answering.echoes = echoes
        settings.answering = answering
        return settings
    }
}
