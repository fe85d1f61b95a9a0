import FaxCore
import Foundation

/// SIPp (Debian's `sip-tester`) at work on a scenario of ours; ports of its own.
public final class SIPp {
    public let port: UInt16
    private let program: ChildProgram
    /// How long a scenario may take.
    private static let patience = Duration.seconds(90)

    /// - Parameters:
    ///   - target: whom it calls; `nil`: it waits to be called.
    ///   - folder: for its files; it stays.
    public init(_ scenario: SIPpScenario, calling target: Endpoint? = nil, folder: URL) throws {
        port = LoopbackPort.free()
        let media = LoopbackPort.freeForMedia()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "scenario.xml")
        try Data(scenario.xml.utf8).write(to: file)
        var arguments = [
            "-sf", file.path, "-i", "127.0.0.1", "-p", "\(port)", "-mi", "127.0.0.1", "-mp", "\(media)",
            "-nostdin",
            "-m", "1", "-timeout", "85s", "-trace_err", "-error_file", folder.appending(path: "errors.log").path,
        ]
        if scenario.countsRepeats { arguments.append("-nr") }
        if let target { arguments.append("\(target)") }
        program = try ChildProgram("/usr/bin/sipp", arguments, folder: folder)
        // It has no word for being ready; INVITEs that come before are repeated.
        Thread.sleep(forTimeInterval: 0.5)
    }

    public var endpoint: Endpoint { Endpoint(LoopbackPort.address, port) }

    /// `nil`: the call went by the scenario. Otherwise what went wrong.
    public func end() -> String? {
        guard let status = program.wait(within: Self.patience) else { return "it did not come to an end" }
        guard status != 0 else { return nil }
        let errors = program.folder.appending(path: "errors.log")
        let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? program.output(last: 500)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("The following events") }
        return "status \(status): " + lines.prefix(12).joined(separator: " ").prefix(600)
    }

    public static var version: String { ChildProgram.version("/usr/bin/sipp", ["-v"]) }
}
