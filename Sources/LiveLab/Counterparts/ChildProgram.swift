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
    private let process: SpawnedProcess
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
        process = try SpawnedProcess(program, arguments, folder: folder.path, output: log.path)
    }

    public var number: Int32 { process.number }
    public var isRunning: Bool { process.status == nil }

    /// What it has written so far, the end of it.
    public func output(last octets: Int = 4_000) -> String {
        guard let all = try? Data(contentsOf: log) else { return "" }
        return String(decoding: all.suffix(octets), as: UTF8.self)
    }

    /// Its status when it ends in time by itself; `nil`: it was made to end.
    public func wait(within patience: Duration) -> Int32? {
        if let status = process.wait(patience) { return status }
        end()
        return nil
    }

    /// Ends it: politely, then by force, and then what it has started, too, which servers leave behind. Its folder stays.
    public func end() { end(politely: [process.number]) }

    /// Ends it and what it has started, which would go on without it: politely, then by force.
    public func endFamily() { end(politely: process.family) }

    private func end(politely members: [pid_t]) {
        // Who belongs to it is not to be found any more when it is gone.
        let family = process.family
        guard !family.isEmpty else { return }
        for member in members { kill(member, SIGTERM) }
        let clock = ContinuousClock()
        let limit = clock.now + .seconds(3)
        while clock.now < limit, isRunning || family.contains(where: { kill($0, 0) == 0 }) {
            Thread.sleep(forTimeInterval: 0.02)
        }
        process.send(SIGKILL)
        for member in family.dropFirst() { kill(member, SIGKILL) }
        _ = process.wait(.seconds(5))
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
