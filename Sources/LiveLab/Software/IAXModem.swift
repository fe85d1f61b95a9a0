import FaxCore
import Foundation

/// IAXmodem (Debian's `iaxmodem`): a soft modem on a pseudo-terminal whose line is IAX2. It registers with an exchange.
final class IAXModem {
    struct Failure: Error, CustomStringConvertible { let description: String }

    enum Codec: String, Sendable, CaseIterable {
        case ulaw, alaw, slinear
    }

    private let program: ChildProgram
    /// A link to its pseudo-terminal.
    private let device: String

    private static let path = "/usr/bin/iaxmodem"

    static var version: String { ChildProgram.version("/usr/bin/dpkg-query", ["-W", "iaxmodem"]) }

    init(
        at server: Endpoint, name: String, secret: String, codec: Codec = .ulaw, refresh: Int = 60, in folder: URL
    ) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        device = folder.appending(path: "ttyIAX").path
        let lines = [
            "device \(device)", "owner uucp:uucp", "mode 660", "port \(LoopbackPort.free())", "refresh \(refresh)",
            "server \(server)", "peername \(name)", "secret \(secret)", "cidname A fax", "cidnumber 5550200",
            "codec \(codec.rawValue)",
        ]
        let file = folder.appending(path: "modem.conf")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        // It looks for its configuration in /etc/iaxmodem only: from there the name leads to any other place.
        program = try ChildProgram(Self.path, ["../.." + file.path], folder: folder, log: "iaxmodem.log")
    }

    deinit { end() }

    /// What fax software opens. HylaFAX calls a modem by the name of its device, and wants one below `/dev`.
    func terminal(until limit: ContinuousClock.Instant) throws -> String {
        repeat {
            let target = URL(filePath: device).resolvingSymlinksInPath().path
            if target.hasPrefix("/dev/") { return target }
            Thread.sleep(forTimeInterval: 0.1)
        } while ContinuousClock.now < limit && program.isRunning
        throw Failure(description: "iaxmodem makes no terminal: \(program.output(last: 500))")
    }

    func end() { program.endFamily() }

    var story: String { program.output(last: 20_000) }
}
