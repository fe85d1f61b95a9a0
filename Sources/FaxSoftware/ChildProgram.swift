import Foundation
import Glibc

/// A program of others at work: what it writes goes to a file, and it is ended together with the programs it started.
final class ChildProgram {
    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is not installed (scripts/setup installs it)" }
    }

    private let process = Process()
    private let log: URL

    /// - Parameter log: what it says, on both outputs, is appended there.
    init(_ path: String, _ arguments: [String], in folder: URL, log: URL, environment: [String: String] = [:]) throws {
        guard access(path, X_OK) == 0 else { throw Missing(path: path) }
        self.log = log
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let output = try FileHandle(forWritingTo: log)
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    var isRunning: Bool { process.isRunning }

    /// `nil`: it still runs.
    var status: Int32? { process.isRunning ? nil : process.terminationStatus }

    /// Waits for its end. `nil`: it did not come in time.
    func wait(_ patience: Duration) -> Int32? {
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while process.isRunning, clock.now < limit { Thread.sleep(forTimeInterval: 0.05) }
        return status
    }

    /// Ends it and what it started, by their numbers: asks, and after two seconds insists.
    func end() {
        let family = Self.family(of: process.processIdentifier)
        guard process.isRunning else { return }
        for number in family { kill(number, SIGTERM) }
        if wait(.seconds(2)) == nil { for number in family { kill(number, SIGKILL) } }
        process.waitUntilExit()
    }

    /// The process and its descendants, as the system lists them.
    private static func family(of number: Int32) -> [Int32] {
        let path = "/proc/\(number)/task/\(number)/children"
        let children = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ") ?? []
        return [number] + children.compactMap { Int32($0) }.flatMap(family)
    }

    /// What it has said.
    var said: String { (try? String(contentsOf: log, encoding: .isoLatin1)) ?? "" }
}
