import FaxCore
import Foundation
import Glibc

/// What this process costs the machine at one moment.
public struct ProcessFigures: Sendable {
    /// User and system time of all threads since the start.
    public var cpu: Duration
    /// Resident memory.
    public var residentKiB: Int
    public var descriptors: Int
    public var threads: Int

    public static var now: ProcessFigures {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func figure(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().compactMap { Int($0) }.first
                ?? 0
        }
        return ProcessFigures(
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime), residentKiB: figure("VmRSS"),
            descriptors: openDescriptors,
            threads: figure("Threads"))
    }

    /// Files and sockets; what the system's own event queues hold open is not counted: some are made once and kept.
    private static var openDescriptors: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.count { name in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            else {
                return false
            }
            return !target.hasPrefix("anon_inode:")
        }
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
    }

    /// Hundreds of calls want thousands of sockets: as many as the system lets this process have.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
