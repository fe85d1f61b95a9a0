import FaxCore
import Foundation
import Glibc

/// Another program at work beside this one: started in a folder of its own, its output kept there, ended by its number.
public final class ChildProgram {
    public struct Missing: Error, CustomStringConvertible {
        public let program: String
        public var description: String { "\(program) is not installed: run scripts/setup" }
    }

    public let folder: URL
    private let process = Process()
    private var log: URL { folder.appending(path: "output.log") }

    /// - Parameters:
    ///   - program: an absolute path.
    ///   - folder: made when missing; it becomes the program's current directory.
    public init(_ program: String, _ arguments: [String], folder: URL) throws {
        guard FileManager.default.isExecutableFile(atPath: program) else { throw Missing(program: program) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        _ = FileManager.default.createFile(atPath: folder.appending(path: "output.log").path, contents: nil)
        let output = try FileHandle(forWritingTo: folder.appending(path: "output.log"))
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try? output.close()
    }

    public var number: Int32 { process.processIdentifier }
    public var isRunning: Bool { process.isRunning }

    /// What it has written so far, the end of it.
    public func output(last octets: Int = 4_000) -> String {
        guard let all = try? Data(contentsOf: log) else { return "" }
        return String(decoding: all.suffix(octets), as: UTF8.self)
    }

    /// Its status when it ends in time by itself; `nil`: it was made to end.
    public func wait(within patience: Duration) -> Int32? {
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while process.isRunning, clock.now < limit { Thread.sleep(forTimeInterval: 0.02) }
        guard process.isRunning else { return process.terminationStatus }
        end()
        return nil
    }

    /// Ends it: politely, then by force. Its folder stays.
    public func end() {
        guard process.isRunning else { return }
        process.terminate()
        let clock = ContinuousClock()
        let limit = clock.now + .seconds(3)
        while process.isRunning, clock.now < limit { Thread.sleep(forTimeInterval: 0.02) }
        if process.isRunning {
            // Whoever ends a program by force has to end the processes that it made, too: kamailio leaves its own behind.
            let children = Self.children(of: process.processIdentifier)
            for process in children + [process.processIdentifier] { kill(process, SIGKILL) }
        }
        process.waitUntilExit()
    }

    private static func children(of process: pid_t) -> [pid_t] {
        let path = "/proc/\(process)/task/\(process)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }

    /// What the program says of its version, the first line that has a digit.
    public static func version(_ program: String, _ arguments: [String]) -> String {
        let folder = URL.temporaryDirectory.appending(path: "faxlab-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        guard let child = try? ChildProgram(program, arguments, folder: folder) else { return "not installed" }
        _ = child.wait(within: .seconds(5))
        let lines = child.output().split(separator: "\n").map { $0.filter { $0.isASCII && $0 >= " " } }
        let line = lines.first { $0.contains(where: \.isNumber) }
        return line.map { String($0.drop { $0 == " " }.prefix(80)) } ?? "unknown"
    }
}
