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
            descriptors: OpenFiles().count,
            threads: figure("Threads"))
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

/// Files and sockets that this process has open at one moment. Without the event queues of the system itself: some are made
/// once and kept.
public struct OpenFiles: Sendable {
    /// A path, or what the system calls it, by number.
    private let targets: [Int: String]

    public init() {
        let folder = "/proc/self/fd/"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var targets: [Int: String] = [:]
        for name in names {
            guard let number = Int(name),
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + name),
                !target.hasPrefix("anon_inode:")
            else { continue }
            targets[number] = target
        }
        self.targets = targets
    }

    public var count: Int { targets.count }

    /// What was not open then, in the order of its numbers.
    public func since(_ earlier: OpenFiles) -> [String] {
        targets.filter { earlier.targets[$0.key] != $0.value }.sorted { $0.key < $1.key }.map(\.value)
    }
}
