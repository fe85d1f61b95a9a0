import ArgumentParser

@main
struct Faxprobe: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "faxprobe", abstract: "Fax over IP, read and explained.",
        version: version,
        subcommands: [
            Analyze.self, Compare.self, Sanitize.self, Explain.self, Simulate.self, Regress.self, Merge.self, Send.self,
            Receive.self, Echo.self, Gateway.self, Register.self, Impair.self, Probe.self, Modem.self, ModemSend.self,
            ModemReceive.self, IAX.self, ATA.self, Server.self,
        ])

    /// Wrong usage is status 2 here (the parser's own would be 64); help and version are 0.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                Console.complain(fullMessage(for: error))
                Self.exit(withError: ExitCode(2))
            }
            Self.exit(withError: error)
        }
    }
}
