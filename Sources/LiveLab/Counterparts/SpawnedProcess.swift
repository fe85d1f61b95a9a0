import Foundation
import Glibc
import Synchronization

/// A process of another program, waited for by its number alone. Foundation's `Process` waits until every process is gone
/// that has inherited its socket, those too that a server leaves behind: it would wait for ever.
final class SpawnedProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let program: String
        let code: Int32
        var description: String { "\(program) cannot be started: \(String(cString: strerror(code)))" }
    }

    let number: pid_t
    /// As a shell has it: the exit status, or 128 and the signal; `nil` while it runs.
    private let ending = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - program: an absolute path.
    ///   - folder: its current directory.
    ///   - output: the file that gets what it writes.
    init(_ program: String, _ arguments: [String], folder: String, output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        for descriptor in Self.descriptors { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.hearSignals(&attributes)
        // `env` goes to the folder and becomes the program.
        let line = [Self.env, "-C", folder, program] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var child: pid_t = 0
        let code = posix_spawn(&child, Self.env, &actions, &attributes, words, environ)
        guard code == 0 else { throw Failure(program: program, code: code) }
        number = child
    }

    private static let env = "/usr/bin/env"

    /// Of this process, beyond the first three: sockets of calls are not the program's business.
    private static var descriptors: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { $0 > STDERR_FILENO }
    }

    /// A program keeps the signals blocked that the thread has blocked which starts it, and threads of the library's pools have all:
    /// HylaFAX's scheduler would never hear of the end of its children.
    private static func hearSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    }

    /// `nil`: it runs.
    var status: Int32? {
        ending.withLock { ending in
            if let ending { return ending }
            var raw: Int32 = 0
            guard waitpid(number, &raw, WNOHANG) != 0 else { return nil }
            let signal = raw & 0x7F
            ending = signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
            return ending
        }
    }

    /// Waits so long at most.
    func wait(_ patience: Duration) -> Int32? {
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while status == nil, clock.now < limit { Thread.sleep(forTimeInterval: 0.02) }
        return status
    }

    func send(_ signal: Int32) {
        // Its number is another process's as soon as its end was seen.
        if status == nil { kill(number, signal) }
    }

    /// It and what it has started, and what those have, as far as they are still below it.
    var family: [pid_t] {
        guard status == nil else { return [] }
        var family = [number]
        var next = 0
        while next < family.count {
            family += Self.children(of: family[next])
            next += 1
        }
        return family
    }

    private static func children(of process: pid_t) -> [pid_t] {
        let path = "/proc/\(process)/task/\(process)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }
}
