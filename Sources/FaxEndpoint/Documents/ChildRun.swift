import Foundation

/// A program of the system, run to its end with limits on processor time, memory, wall clock and what it may write.
struct ChildRun {
    struct Outcome: Sendable {
        var status: Int32
        var output: [UInt8]
        /// The beginning of what it said on standard error.
        var errors: String
    }

    private let path: String
    private let arguments: [String]
    private let outputLimit: Int

    private static let errorLimit = 65_536

    init(_ path: String, _ arguments: [String], outputLimit: Int) {
        self.path = path
        self.arguments = arguments
        self.outputLimit = outputLimit
    }

    /// Where a program lies, by PATH.
    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    func run() throws(DocumentProblem) -> Outcome {
        let process = Process()
        let limits =
            "ulimit -t \(Int(DocumentImport.Limit.time.components.seconds)); "
            + "ulimit -v \(DocumentImport.Limit.memoryKB); exec \"$@\""
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", limits, "sh", path] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw DocumentProblem("cannot be drawn: \(error.localizedDescription)")
        }
        let said = Collector(errors.fileHandleForReading, limit: Self.errorLimit, isCut: true)
        let written = Collector(output.fileHandleForReading, limit: outputLimit, isCut: false)
        let isTimely = written.wait(for: DocumentImport.Limit.time)
        // Not politely: a program in trouble need not listen, and it has nothing to tidy up.
        if !isTimely || written.isOverfull { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        if !isTimely {
            throw DocumentProblem("takes longer than \(DocumentImport.Limit.time.components.seconds) s to draw")
        }
        if written.isOverfull { throw DocumentProblem("is too large to be drawn") }
        _ = said.wait(for: .seconds(1))
        return Outcome(
            status: process.terminationStatus, output: written.octets,
            errors: String(decoding: said.octets, as: UTF8.self))
    }
}

/// Reads a pipe on a thread of its own.
private final class Collector: @unchecked Sendable {
    // Written by its thread only, read by others after `done`.
    private(set) var octets: [UInt8] = []
    private(set) var isOverfull = false
    private let done = MonotonicSemaphore()

    /// - Parameter isCut: what is beyond the limit is thrown away; otherwise reading ends there.
    init(_ handle: FileHandle, limit: Int, isCut: Bool) {
        let descriptor = handle.fileDescriptor
        Thread.detachNewThread { [self] in
            var part = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                if octets.count + count <= limit {
                    octets += part[..<count]
                } else if !isCut {
                    isOverfull = true
                    break
                }
            }
            withExtendedLifetime(handle) {}
            done.signal()
        }
    }

    /// `false`: the pipe is still open.
    func wait(for patience: Duration) -> Bool { done.wait(for: patience) }
}
