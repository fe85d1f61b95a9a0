import FaxCore
import Foundation

/// What the processors of the machine did, all programs together: figures of time want to know what went on beside.
public struct MachineTime: Sendable {
    /// In the unit of `/proc/stat`, of all processors.
    private var idle = 0.0
    private var stolen = 0.0
    private var all = 0.0
    private var ours = ProcessFigures.now.cpu
    private var processors = Double(ProcessInfo.processInfo.activeProcessorCount)

    public static var now: MachineTime { MachineTime() }

    private init() {
        // cpu user nice system idle iowait irq softirq steal guest guest_nice (proc(5)); guests are in user and nice.
        let line = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.prefix { $0 != "\n" } ?? ""
        let figures = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard figures.count >= 8 else { return }
        idle = figures[3] + figures[4]
        stolen = figures[7]
        all = figures.prefix(8).reduce(0, +)
    }

    /// Shares of all processors' time since `earlier`.
    public struct Shares: Sendable {
        /// Taken by the host of a virtual machine.
        public var stolen: Double
        /// Taken by other programs and the kernel's own work.
        public var others: Double
    }

    /// `nil`: the machine does not tell, or no time has gone by.
    public func since(_ earlier: MachineTime, _ elapsed: Duration) -> Shares? {
        let total = all - earlier.all
        guard total > 0, elapsed > .zero else { return nil }
        let stolen = (stolen - earlier.stolen) / total
        let busy = 1 - (idle - earlier.idle) / total - stolen
        return Shares(stolen: stolen, others: max(0, busy - (ours - earlier.ours) / elapsed / processors))
    }
}
