import Foundation
import Synchronization

/// Looks now and then at how much memory a running process has held at most (VmHWM), without taking a core from it.
/// (`ru_maxrss` would count what the process that made it held at that time.)
final class PeakSampler: Sendable {
    private let process: pid_t
    private let peak = Mutex(0)
    private let isDone = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    private static let interval = DispatchTimeInterval.milliseconds(25)

    init(_ process: pid_t) {
        self.process = process
        Thread.detachNewThread { [self] in
            repeat { look() } while isDone.wait(timeout: .now() + Self.interval) == .timedOut
            ended.signal()
        }
    }

    /// In KiB, of all looks so far; stops looking.
    func finish() -> Int {
        isDone.signal()
        ended.wait()
        return peak.withLock { $0 }
    }

    private func look() {
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let held = line?.split(separator: " ").dropFirst().compactMap({ Int($0) }).first else { return }
        peak.withLock { $0 = max($0, held) }
    }
}
