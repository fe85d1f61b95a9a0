import ATADrivers
import ATALive
import ArgumentParser
import FaxReport

struct ATAIdentify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify", abstract: "Tell what a device is, and the state of its lines.",
        discussion: """
            EXAMPLES
              faxprobe ata identify http://192.0.2.20
              faxprobe ata identify 192.0.2.20 --password-file secret --json

            EXIT STATUS
              0  it is known
              2  wrong usage
              3  it does not answer, refuses, or is not known
            """)

    @OptionGroup var device: ATADeviceArguments

    func run() throws {
        try device.run { ata in
            let identity = try await ata.driver.identify()
            let status = try await ata.driver.status()
            device.tell(
                .object([.init("identity", identity.document), .init("status", status.document)]),
                Self.text(identity) + ATAWatch.Event.status(status).text)
        }
    }

    private static func text(_ identity: ATAIdentity) -> String {
        let rows: [(String, String?)] = [
            ("device", "\(identity.vendor) \(identity.model)"), ("firmware", identity.firmware),
            ("hardware", identity.hardware), ("serial number", identity.serialNumber),
            ("MAC address", identity.macAddress), ("spoken to as", identity.family.rawValue),
        ]
        return rows.map { "\($0.0): \(TerminalText.harmless($0.1 ?? "unknown"))\n" }.joined()
    }
}

struct ATAReboot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reboot", abstract: "Restart a device, and wait until it is registered again.",
        discussion: """
            Refused while a call stands.

            EXAMPLES
              faxprobe ata reboot http://192.0.2.20 --line 1

            EXIT STATUS
              0  it answers and is registered again
              2  wrong usage
              3  it is busy, refuses, does not come back or does not register
            """)

    @OptionGroup var device: ATADeviceArguments
    @Option(help: "The line that has to be registered again; 0: none.") var line = 1

    func validate() throws {
        guard (0...SettingDialect.lineLimit).contains(line) else {
            throw ValidationError("--line wants a number from 0 to \(SettingDialect.lineLimit).")
        }
    }

    func run() throws {
        try device.run { ata in
            try await ata.reboot()
            if line > 0 { try await ata.waitUntilRegistered(line: line) }
            device.tell(
                .object([.init("rebooted", .bool(true)), .init("registered_line", line > 0 ? .integer(line) : .null)]),
                line > 0 ? "restarted; line \(line) is registered\n" : "restarted\n")
        }
    }
}
