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
    private let log: URL

    /// - Parameters:
    ///   - program: an absolute path.
    ///   - folder: made when missing; it becomes the program's current directory.
    ///   - log: the file in it that is made anew for what the program writes.
    public init(_ program: String, _ arguments: [String], folder: URL, log name: String = "output.log") throws {
        guard FileManager.default.isExecutableFile(atPath: program) else { throw Missing(program: program) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        log = folder.appending(path: name)
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try Self.hearingSignals { try process.run() }
        try? output.close()
    }

    /// A program keeps the signals blocked that the thread has blocked which starts it, and threads of the library's pools have all:
    /// HylaFAX's scheduler would never hear of the end of its children.
    private static func hearingSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
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

    /// Ends it and what it has started, which would go on without it: politely, then by force.
    public func endFamily() {
        var family: [pid_t] = process.isRunning ? [process.processIdentifier] : []
        var next = 0
        while next < family.count {
            family += Self.children(of: family[next])
            next += 1
        }
        for member in family { kill(member, SIGTERM) }
        end()
        let clock = ContinuousClock()
        let limit = clock.now + .seconds(2)
        while clock.now < limit, family.contains(where: { kill($0, 0) == 0 }) { Thread.sleep(forTimeInterval: 0.02) }
        for member in family.dropFirst() { kill(member, SIGKILL) }
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
