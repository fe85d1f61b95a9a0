import ATADrivers
import ATALive
import ArgumentParser
import FaxEndpoint
import FaxReport

struct ATABackUp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Save all settings of a device.",
        discussion: """
            The file is for its owner alone: there may be passwords in it. An SPA of the older kind does not show passwords; they
            stay on the device when the backup is restored.

            EXAMPLES
              faxprobe ata backup http://192.0.2.20
              faxprobe ata backup http://192.0.2.20 --output spa2102.json

            EXIT STATUS
              0  written
              2  wrong usage
              3  the device does not answer or refuses, or the file is there already
            """)

    @OptionGroup var device: ATADeviceArguments
    @Option(name: [.short, .long], help: ArgumentHelp("The file; a name with model and time here unless given."))
    var output: String?

    func run() throws {
        try device.run { ata in
            let backup = try await ATABackup.take(of: ata.driver)
            let path = output ?? backup.fileName()
            try backup.write(to: path)
            let count = backup.configuration.entries.count
            device.tell(
                .object([.init("file", .string(path)), .init("settings", .integer(count))]),
                "\(path): \(count) settings\n")
        }
    }
}

struct ATARestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring back saved settings of a device.",
        discussion: """
            Only what differs is written. A backup of another device is refused unless --force says so.

            EXAMPLES
              faxprobe ata restore http://192.0.2.20 spa2102.json

            EXIT STATUS
              0  the settings are as in the backup
              2  wrong usage
              3  not restored
            """)

    @OptionGroup var device: ATADeviceArguments
    @Argument(help: ArgumentHelp("What backup wrote.", valueName: "file")) var file: String
    @Flag(help: "Even if it is of another device.") var force = false

    func run() throws {
        try device.run { ata in
            let backup = try ATABackup(try FileOctets.read(file, limit: ATABackup.sizeLimit))
            let identity = try await ata.driver.identify()
            if let objection = backup.objection(to: identity), !force {
                throw ATAFailure.unsuitable("\(objection); --force does it all the same")
            }
            let names = try await ata.restore(backup.configuration)
            device.tell(
                .object([.init("restored", .array(names.map { .string($0) }))]),
                names.isEmpty ? "nothing differs\n" : names.map { TerminalText.harmless($0) + "\n" }.joined())
        }
    }
}
