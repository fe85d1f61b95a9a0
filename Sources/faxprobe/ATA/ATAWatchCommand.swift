import ATADrivers
import ATALive
import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxReport

struct ATAWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow the lines, calls and log of a device.",
        discussion: """
            Asks for the device's state every second and tells what changed: registration, hook, and of each call its codec,
            fax mode, packets, losses and jitter. With --syslog it takes the device's log as well: the device needs
            log.syslog (and log.debug with log.level=3 for SIP) set to that address.

            EXAMPLES
              faxprobe ata watch http://192.0.2.20
              faxprobe ata watch http://192.0.2.20 --syslog 192.0.2.10:5514 --json --timeout 120

            EXIT STATUS
              0  stopped, or its time was over
              2  wrong usage
              3  the device refuses, or the port cannot be had
            """)

    @OptionGroup var device: ATADeviceArguments
    @Option(help: ArgumentHelp("Take syslog (UDP) there.", valueName: "address:port")) var syslog: String?
    @Option(help: ArgumentHelp("Between two questions.", valueName: "seconds")) var every = 1.0
    @Option(help: ArgumentHelp("For all of it.", valueName: "seconds")) var timeout: Double?

    func validate() throws {
        if let syslog, EndpointText.endpoint(syslog, port: 514) == nil {
            throw ValidationError("--syslog wants an address and a port, such as 192.0.2.10:514.")
        }
        guard (0.2...3_600).contains(every) else { throw ValidationError("--every wants 0.2 to 3600 seconds.") }
        if let timeout, !(timeout > 0 && timeout <= 1e7) { throw ValidationError("--timeout wants seconds above 0.") }
    }

    func run() throws {
        try device.run { ata in
            var receiver: SyslogReceiver?
            if let syslog, let listen = EndpointText.endpoint(syslog, port: 514) {
                receiver = try await SyslogReceiver(listen: listen)
            }
            let output = StandardOutput(flushesEachTime: true)
            var watch = ATAWatch(ata.driver, syslog: receiver)
            watch.step = .seconds(every)
            let limit = timeout.map { ContinuousClock.now + .seconds($0) }
            let writesJSON = device.json
            try await watch.run {
                Console.wasStopped || limit.map { ContinuousClock.now >= $0 } ?? false
            } _: { event in
                output.write(writesJSON ? JSONWriter.text(event.document, style: .line) + "\n" : event.text)
            }
            await receiver?.close()
        }
    }
}

struct ATAGuide: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guide", abstract: "What to dial on a telephone at a device whose web server is closed.",
        discussion: """
            EXAMPLES
              faxprobe ata guide                        the SPA family
              faxprobe ata guide --family grandstream
            """)

    @Option(help: ArgumentHelp("spaPages, spaXML, grandstream or generic.", valueName: "family"))
    var family = ATAFamily.spaPages
    @Flag(help: "Write JSON.") var json = false

    func run() {
        let steps = ManualGuide.steps(family)
        if json {
            let document = JSONValue.array(
                steps.map { .object([.init("dial", .string($0.dial)), .init("text", .string($0.text))]) })
            return print(JSONWriter.text(document, style: .indented))
        }
        for (number, step) in steps.enumerated() {
            let dial = step.dial.isEmpty ? "" : "dial \(step.dial)  "
            print("\(number + 1). \(dial)\(step.text)")
        }
    }
}
