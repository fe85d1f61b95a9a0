import ATADrivers
import ArgumentParser

struct ATA: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ata", abstract: "Look after analogue telephone adapters.",
        discussion: """
            URL is the address of the device's web server, such as http://192.0.2.20. The password comes from a file or from
            FAXPROBE_ATA_PASSWORD, and is tried once. Nothing is written unless a command says so; before anything is written a
            backup is made, and what did not work is taken back. docs/ata.md tells which devices are known.
            """,
        subcommands: [
            ATAIdentify.self, ATAAudit.self, ATAGet.self, ATASet.self, ATABackUp.self, ATARestore.self, ATAReboot.self,
            ATAWatchCommand.self, ATAGuide.self, ATAEmulate.self,
        ])
}

extension FaxAudit.Goal: ExpressibleByArgument {}
extension ATAFamily: ExpressibleByArgument {}
