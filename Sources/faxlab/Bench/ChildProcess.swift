import Foundation
import Glibc

/// Runs another program to its end with its output thrown away, and tells what it cost.
enum ChildProcess {
    struct Cost {
        var status: Int32
        /// User and system time of the process and its threads.
        var cpu: Duration
        var wall: Duration
        /// The most memory it held at one time.
        var peakKiB: Int
    }

    /// - Parameter showsErrors: its standard error is ours.
    static func run(_ arguments: [String], showsErrors: Bool = false) throws -> Cost {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in showsErrors ? [STDOUT_FILENO] : [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { words.forEach { free($0) } }
        let clock = ContinuousClock()
        let start = clock.now
        var child: pid_t = 0
        let code = posix_spawnp(&child, arguments[0], &actions, nil, words, environ)
        guard code == 0 else { throw LabError("cannot run \(arguments[0]): \(String(cString: strerror(code)))") }
        var status: Int32 = 0
        var usage = rusage()
        let sampler = PeakSampler(child)
        while wait4(child, &status, 0, &usage) != child {
            guard errno == EINTR else { throw LabError("cannot wait for \(arguments[0])") }
        }
        let wall = clock.now - start
        let peakKiB = sampler.finish()
        return Cost(
            status: status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F),
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime), wall: wall,
            peakKiB: peakKiB)
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
    }
}
