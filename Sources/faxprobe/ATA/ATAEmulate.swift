import ATADrivers
import ATALive
import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxReport
import Foundation

struct ATAEmulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulate",
        abstract: "Be an ATA: its web server, its SIP, its gateway, and a fax machine behind it.",
        discussion: """
            An emulated device is configured over its web pages like a real one, registers, and faxes over G.711 or T.38 as its
            fax settings say. Faxes that come go into the folder; --send dials. Several at once: --count, each with ports of
            its own, one above the other. docs/ata.md tells what is emulated and what is made up.

            EXAMPLES
              faxprobe ata emulate spa2102 --http 127.0.0.1:8080 --registrar sip:5551@127.0.0.1:5060 --dir inbox
              faxprobe ata emulate spa112 --http 127.0.0.1:8081 --set t38.enable=yes --fault password=secret --dir inbox
              faxprobe ata emulate spa2102 --http 127.0.0.1:8080 --registrar sip:5551@127.0.0.1:5060 --dir inbox \\
                --send letter.pdf --to 4711

            EXIT STATUS
              0  ran until it was stopped, or its time was over, and every fax of --send was confirmed
              1  a fax of --send was not
              2  wrong usage
              3  no port, no folder or no document
            """)

    @Argument(help: ArgumentHelp("spa2102 or spa112.", valueName: "model")) var model: EmulatedModel
    @Option(help: ArgumentHelp("Its web server; port 0: any free one.", valueName: "address:port"))
    var http = "127.0.0.1:0"
    @Option(help: ArgumentHelp("Its SIP; port 0: any free one.", valueName: "address:port")) var sip = "127.0.0.1:0"
    @Option(help: ArgumentHelp("Where line 1 registers, as whom: sip:user@address:port.", valueName: "uri"))
    var registrar: String?
    @Option(help: ArgumentHelp("Settings from the start, by common names.", valueName: "name=value"))
    var set: [String] = []
    @Option(help: ArgumentHelp(stringLiteral: EmulatedFaults.names.joined(separator: ", "))) var fault: [String] = []
    @Option(help: ArgumentHelp("Folder for faxes that come.", valueName: "folder")) var dir: String
    @Option(help: "How many devices.") var count = 1
    @Option(help: ArgumentHelp("A document that the fax machine sends once registered.", valueName: "file"))
    var send: String?
    @Option(help: ArgumentHelp("The number it dials.", valueName: "number")) var to: String?
    @Option(help: ArgumentHelp("Seconds for all of it.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Write JSON, one line for each thing that happens.") var json = false

    func validate() throws {
        for (name, text) in [("--http", http), ("--sip", sip)] where EndpointText.endpoint(text, port: 0) == nil {
            throw ValidationError("\(name) wants an IP address and a port, such as 127.0.0.1:8080.")
        }
        guard (1...100).contains(count) else { throw ValidationError("--count wants 1 to 100.") }
        if (send == nil) != (to == nil) { throw ValidationError("--send and --to go together.") }
        if let timeout, !(timeout > 0 && timeout <= 1e7) { throw ValidationError("--timeout wants seconds above 0.") }
        do {
            _ = try faults()
            _ = try preset()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private func faults() throws -> EmulatedFaults {
        var faults = EmulatedFaults()
        for text in fault { try faults.add(text) }
        return faults
    }

    private func preset() throws -> [(setting: ATASetting, value: String)] {
        var preset = try set.map { try ATASet.pair($0) }
        if let registrar {
            let parts = registrar.dropFirst(registrar.hasPrefix("sip:") ? 4 : 0).split(separator: "@")
            guard parts.count == 2 else {
                throw ValidationError("--registrar wants sip:user@address:port, such as sip:5551@127.0.0.1:5060.")
            }
            preset += [(.proxy, String(parts[1])), (.user, String(parts[0]))]
        }
        return preset
    }

    private func settings(_ place: Int) throws -> EmulatedUnit.Settings {
        var settings = EmulatedUnit.Settings(folder: count > 1 ? "\(dir)/\(place + 1)" : dir)
        settings.model = model
        func above(_ text: String) -> Endpoint? {
            EndpointText.endpoint(text, port: 0).map {
                Endpoint($0.address, $0.port == 0 ? 0 : UInt16(clamping: Int($0.port) + place))
            }
        }
        settings.web = above(http) ?? settings.web
        settings.sip = above(sip) ?? settings.sip
        settings.preset = try preset()
        settings.faults = try faults()
        settings.seed = UInt64(place + 1)
        return settings
    }

    func run() throws {
        Console.catchSignals(.both)
        do {
            if count > 1 { _ = try ReceptionFolder(path: dir) }
            try Waiting.run { try await emulate() }
        } catch let error as ExitCode {
            throw error
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(EndpointRun.Status.couldNotRun.rawValue)
        }
    }

    private func emulate() async throws {
        let document = try send.map { try OutgoingDocument(try DocumentImport.pages(of: $0)) }
        var units: [EmulatedUnit] = []
        defer { for unit in units { Task { await unit.close() } } }
        for place in 0..<count {
            let unit = try await EmulatedUnit(try settings(place))
            units.append(unit)
            tell(
                [
                    .init("event", .string("listening")), .init("unit", .integer(place + 1)),
                    .init("web", .string("http://\(unit.webAddress)")), .init("sip", .string("\(unit.sipAddress)")),
                    .init("mac_address", .string(unit.macAddress)),
                ], "unit \(place + 1): http://\(unit.webAddress), SIP on \(unit.sipAddress), MAC \(unit.macAddress)")
        }
        let isConfirmed = try await follow(units, document)
        for unit in units { await unit.close() }
        units = []
        if !isConfirmed { throw ExitCode(EndpointRun.Status.failed.rawValue) }
    }

    /// `false`: a fax that was to be sent was not confirmed.
    private func follow(_ units: [EmulatedUnit], _ document: OutgoingDocument?) async throws -> Bool {
        let limit = timeout.map { ContinuousClock.now + .seconds($0) }
        var waiting = document == nil ? 0 : units.count
        var unsent = Array(units.indices)
        var isConfirmed = true
        while !Console.wasStopped, limit.map({ ContinuousClock.now < $0 }) ?? true {
            if let document, let to {
                for place in unsent where units[place].isRegistered {
                    try units[place].send(document, to: to)
                    unsent.removeAll { $0 == place }
                }
            }
            for (place, unit) in units.enumerated() {
                for result in unit.takeResults() {
                    tell(result, place + 1)
                    guard result.isCaller, document != nil else { continue }
                    waiting -= 1
                    if !result.isSuccess { isConfirmed = false }
                }
            }
            if document != nil, waiting == 0 { return isConfirmed }
            try? await Task.sleep(for: .milliseconds(200))
        }
        return isConfirmed && waiting == 0
    }

    private func tell(_ result: FaxResult, _ unit: Int) {
        let text = result.isSuccess ? "\(result.pagesConfirmed) pages" : result.reason ?? "failed"
        tell(
            [
                .init("event", .string("fax")), .init("unit", .integer(unit)), .init("sent", .bool(result.isSender)),
                .init("confirmed", .bool(result.isSuccess)), .init("reason", .optional(result.reason)),
                .init("files", .array(result.files.map { .string($0) })), .init("network", result.carriage.document),
            ],
            "unit \(unit): fax \(result.isSender ? "sent" : "received"): \(TerminalText.harmless(text)) "
                + result.files.joined(separator: " "))
    }

    private func tell(_ members: [JSONValue.Member], _ text: String) {
        let output = StandardOutput(flushesEachTime: true)
        output.write((json ? JSONWriter.text(.object(members), style: .line) : text) + "\n")
        output.flush()
    }
}

extension EmulatedModel: ExpressibleByArgument {}
