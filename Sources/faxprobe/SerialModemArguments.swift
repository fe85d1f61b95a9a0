import ArgumentParser
import FaxDSP
import FaxEndpoint

/// A modem at a serial port, and the fax machine that it is part of.
struct SerialModemArguments: ParsableArguments {
    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("1, 1.0, 2 or 2.0: how the modem is spoken to (+FCLASS).", valueName: "class"))
    var serviceClass = SerialModemSettings.ServiceClass.one
    @Option(help: ArgumentHelp("rtscts, xonxoff or none.", valueName: "way"))
    var flowControl = SerialModemSettings.FlowControl.rtscts
    @Option(help: ArgumentHelp("Of the serial port; no matter with USB.", valueName: "bit/s")) var speed = 115_200
    @Option(help: ArgumentHelp("Command for the modem before +FCLASS; repeatable.", valueName: "command"))
    var initString: [String] = []
    @Option(help: ArgumentHelp("Pause after CONNECT for modems that say it too early, such as 400.", valueName: "ms"))
    var connectDelay = 0
    @Option(help: ArgumentHelp("What this machine calls itself (TSI, CSI).", valueName: "digits")) var id = ""
    @Flag(inversion: .prefixedNo, help: "With error correction.") var ecm = true
    @Option(help: ArgumentHelp("14400, 12000, 9600, 7200, 4800 or 2400.", valueName: "bit/s")) var maxRate = 14_400
    @Flag(help: "Write JSON lines; the last one is the result.") var json = false

    func validate() throws {
        guard SerialPort.speeds.contains(speed) else {
            throw ValidationError(
                "--speed wants one of \(SerialPort.speeds.map(String.init).joined(separator: ", ")).")
        }
        guard FaxProfile.rates.contains(maxRate) else {
            throw ValidationError("--max-rate wants 14400, 12000, 9600, 7200, 4800 or 2400.")
        }
        guard FaxAbilities.isAddress(id) else { throw ValidationError("--id wants at most 20 digits and blanks.") }
        guard (0...5_000).contains(connectDelay) else { throw ValidationError("--connect-delay wants 0 to 5000.") }
        for command in initString where !command.uppercased().hasPrefix("AT") || !command.allSatisfy(\.isASCII) {
            throw ValidationError("--init-string wants a command that begins with AT.")
        }
    }

    func settings(patience: Int) -> SerialModemSettings {
        var settings = SerialModemSettings()
        settings.serviceClass = serviceClass
        settings.flowControl = flowControl
        settings.extraCommands = initString
        settings.connectDelay = .milliseconds(connectDelay)
        settings.patience = patience
        return settings
    }

    var profile: FaxProfile {
        var profile = FaxProfile()
        profile.identification = id
        profile.hasECM = ecm
        profile.maxRate = maxRate
        return profile
    }

    /// A port, and faxes through it; what is wrong with it is a complaint and status 3.
    func fax(on device: String, patience: Int, _ profile: FaxProfile, _ teller: SerialFaxTeller) throws -> SerialFax {
        Console.catchSignals(.both)
        let port = try teller.complaining { try SerialPort(device, speed: speed, flowControl: flowControl) }
        let showsProgress = !json && Console.errorsAreTerminal
        return SerialFax(
            port, settings(patience: patience), profile, isStopped: { Console.wasStopped },
            onProgress: { teller.note($0, showsProgress) })
    }
}

extension SerialModemSettings.ServiceClass: ExpressibleByArgument {}
extension SerialModemSettings.FlowControl: ExpressibleByArgument {}
