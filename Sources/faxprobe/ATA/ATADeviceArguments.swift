import ATADrivers
import ATALive
import ArgumentParser
import Dispatch
import FaxEndpoint
import FaxReport
import Foundation
import Synchronization

/// Which device is spoken to, and how.
struct ATADeviceArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The device's web server, such as http://192.0.2.20.", valueName: "url")) var url:
        String
    @OptionGroup var login: ATALoginArguments
    @Flag(help: "Write JSON.") var json = false

    func device() async throws -> ATADevice { try await login.device(url) }

    /// Runs what waits for the network, and turns what went wrong into a line and an exit status.
    func run(_ body: @escaping @Sendable (ATADevice) async throws -> Void) throws {
        try login.run(url) { try await body(try await device()) }
    }

    /// One document, or text for people.
    func tell(_ document: JSONValue, _ text: String) {
        let output = StandardOutput(flushesEachTime: false)
        output.write(json ? JSONWriter.text(document, style: .indented) + "\n" : text)
        output.flush()
    }
}

struct ATALoginArguments: ParsableArguments {
    @Option(help: "Who logs in.") var user = "admin"
    @Option(help: ArgumentHelp("First line: the password. Without it: FAXPROBE_ATA_PASSWORD.", valueName: "file"))
    var passwordFile: String?
    @Option(
        help: ArgumentHelp("spaPages (SPA2102 and kin), spaXML (SPA112, ATA19x) or grandstream.", valueName: "family"))
    var family: ATAFamily?
    @Option(help: ArgumentHelp("Seconds for the device to come back, or to register.", valueName: "seconds"))
    var patience = 180.0

    func validate() throws {
        guard (1...3_600).contains(patience) else { throw ValidationError("--patience wants 1 to 3600 seconds.") }
    }

    func device(_ url: String) async throws -> ATADevice {
        let credentials = DeviceCredentials(user: user, password: try password())
        let http = try DeviceHTTP(url, credentials)
        let origin = url.contains("://") ? url : "http://" + url
        var device = ATADevice(
            try await ATAProbe.driver(http, credentials, origin: origin, family: family))
        device.patience.comesBack = .seconds(patience)
        device.patience.registers = .seconds(patience)
        return device
    }

    private func password() throws(FileOctets.Failure) -> String? {
        guard let passwordFile else { return ProcessInfo.processInfo.environment["FAXPROBE_ATA_PASSWORD"] }
        let text = String(decoding: try FileOctets.read(passwordFile, limit: 4_096), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    func run(_ url: String, _ body: @escaping @Sendable () async throws -> Void) throws {
        Console.catchSignals(.both)
        do {
            try Waiting.run(body)
        } catch let error as ExitCode {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch {
            Console.complain("faxprobe: \(TerminalText.harmless(url)): \(error)")
            throw ExitCode(EndpointRun.Status.couldNotRun.rawValue)
        }
    }
}

/// From a thread of its own into tasks and back.
enum Waiting {
    static func run(_ body: @escaping @Sendable () async throws -> Void) throws {
        let box = Box()
        Task.detached { await box.run(body) }
        box.done.wait()
        try box.outcome()
    }

    private final class Box: Sendable {
        private let result = Mutex<Result<Void, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)

        func run(_ body: @Sendable () async throws -> Void) async {
            do {
                try await body()
                result.withLock { $0 = .success(()) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            done.signal()
        }

        func outcome() throws { try result.withLock { $0 }?.get() }
    }
}
