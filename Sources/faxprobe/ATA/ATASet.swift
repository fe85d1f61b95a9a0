import ATADrivers
import ATALive
import ArgumentParser
import FaxEndpoint
import FaxReport

struct ATAGet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Read settings of a device.",
        discussion: """
            Settings have one name for all devices (t38.enable, jitter.level …); --native shows the device's own. Without names
            all that are known are shown. Passwords never are.

            EXAMPLES
              faxprobe ata get http://192.0.2.20
              faxprobe ata get http://192.0.2.20 t38.enable fax.passthrough.method --line 2
              faxprobe ata get http://192.0.2.20 --native --json

            EXIT STATUS
              0  read
              2  wrong usage
              3  the device does not answer, or refuses
            """)

    @OptionGroup var device: ATADeviceArguments
    @Argument(help: ArgumentHelp("Names of settings.", valueName: "setting")) var names: [String] = []
    @Option(help: "From 1 on.") var line = 1
    @Flag(help: "Everything by the device's own names.") var native = false

    func validate() throws {
        for name in names where ATASetting(rawValue: name) == nil { throw ATASet.unknown(name) }
    }

    func run() throws {
        try device.run { ata in
            let configuration = try await ata.driver.readConfiguration().redacted
            if native {
                let entries = configuration.entries
                return device.tell(
                    .object(entries.map { .init($0.name, .string($0.value)) }),
                    entries.map { "\(TerminalText.harmless($0.name)) = \(TerminalText.harmless($0.value))\n" }.joined())
            }
            let view = try ata.view(configuration, line: line)
            let chosen = names.isEmpty ? ATASetting.allCases : names.compactMap { ATASetting(rawValue: $0) }
            device.tell(
                .object(chosen.map { .init($0.rawValue, Self.document(view[$0])) }),
                chosen.map { "\($0.rawValue) = \(Self.text(view[$0]))\n" }.joined())
        }
    }

    private static func document(_ value: SettingView.Value) -> JSONValue {
        switch value {
        case .known(let text), .strange(let text): .string(text)
        case .absent: .null
        }
    }

    private static func text(_ value: SettingView.Value) -> String {
        switch value {
        case .known(let text): TerminalText.harmless(text)
        case .strange(let text): "\(TerminalText.harmless(text)) (a value of which nothing is known)"
        case .absent: "unknown: the device has or shows no such setting"
        }
    }
}

struct ATASet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change settings of a device.",
        discussion: """
            A backup of all settings is written first, settings are written only while no call stands and read back after, and
            when one did not stick all are put back.

            EXAMPLES
              faxprobe ata set http://192.0.2.20 t38.enable=yes t38.redundancy=3
              faxprobe ata set http://192.0.2.20 jitter.level=very-high --line 2 --backup before.json
              faxprobe ata set http://192.0.2.20 t38.enable=no --serve 192.0.2.10:8080    by a profile that it fetches

            EXIT STATUS
              0  set, or nothing was to be changed
              2  wrong usage
              3  not set; the old settings are in force unless the message says otherwise
            """)

    static let backupHelp = ArgumentHelp(
        "Where the backup goes; a name with model and time here unless given.", valueName: "file")

    @OptionGroup var device: ATADeviceArguments
    @Argument(help: ArgumentHelp("name=value.", valueName: "setting")) var settings: [String]
    @Option(help: "From 1 on.") var line = 1
    @Option(help: Self.backupHelp) var backup: String?
    @Option(
        help: ArgumentHelp(
            "Serve a profile there and have the device fetch it, instead of filling in its form.",
            valueName: "address:port"))
    var serve: String?
    @Flag(help: "Wait until the line is registered again.") var waitRegistered = false

    func validate() throws {
        guard (1...SettingDialect.lineLimit).contains(line) else {
            throw ValidationError("--line wants a number from 1 to \(SettingDialect.lineLimit).")
        }
        for text in settings { _ = try Self.pair(text) }
        if let serve, EndpointText.endpoint(serve, port: 8_080) == nil {
            throw ValidationError("--serve wants an address of this machine and a port, such as 192.0.2.10:8080.")
        }
    }

    static func unknown(_ name: String) -> ValidationError {
        ValidationError(
            "there is no setting '\(name)'; known are \(ATASetting.allCases.map(\.rawValue).joined(separator: ", ")).")
    }

    static func pair(_ text: String) throws -> (setting: ATASetting, value: String) {
        guard let sign = text.firstIndex(of: "=") else {
            throw ValidationError("'\(text)': wanted is name=value, such as t38.enable=yes.")
        }
        let name = String(text[..<sign])
        guard let setting = ATASetting(rawValue: name) else { throw unknown(name) }
        return (setting, String(text[text.index(after: sign)...]))
    }

    /// Writes the backup, and says where.
    static func keep(_ old: ATABackup, _ path: String?) throws {
        let path = path ?? old.fileName()
        try old.write(to: path)
        Console.complain("backup: \(path)")
    }

    func run() throws {
        let wanted = try settings.map { try Self.pair($0) }
        try device.run { ata in
            var ata = ata
            let old = try await ATABackup.take(of: ata.driver)
            let entries = try ata.entries(wanted, line: line, of: old.configuration)
            if !entries.isEmpty {
                try Self.keep(old, backup)
                var server: ProvisioningServer?
                if let serve, let listen = EndpointText.endpoint(serve, port: 8_080) {
                    let opened = try await ProvisioningServer(listen: listen)
                    server = opened
                    var driver = ResyncDriver(ata.driver, opened)
                    driver.patience = ata.patience.comesBack
                    let patience = ata.patience
                    ata = ATADevice(driver)
                    ata.patience = patience
                }
                try await ata.write(entries, old: old.configuration)
                await server?.close()
            }
            if waitRegistered { try await ata.waitUntilRegistered(line: line) }
            device.tell(
                .object([
                    .init(
                        "changed",
                        .array(
                            entries.map { entry in
                                .object([
                                    .init("name", .string(entry.name)),
                                    .init(
                                        "before",
                                        .optional(
                                            ATAConfiguration.isSecret(entry.name) ? nil : old.configuration[entry.name])
                                    ),
                                    .init(
                                        "value", .optional(ATAConfiguration.isSecret(entry.name) ? nil : entry.value)),
                                ])
                            }))
                ]),
                entries.isEmpty
                    ? "nothing to change\n"
                    : ATAConfiguration(entries).redacted.entries.map {
                        "\($0.name) = \(TerminalText.harmless($0.value))\n"
                    }
                    .joined())
        }
    }
}
