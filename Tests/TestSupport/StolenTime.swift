import Foundation

/// What the host of a virtual machine takes of its processors' time: a call in real time stands still meanwhile.
struct StolenTime: Sendable {
    /// In the unit of `/proc/stat`.
    private var stolen = 0.0
    private var all = 0.0

    static var now: StolenTime {
        var time = StolenTime()
        // cpu user nice system idle iowait irq softirq steal (proc(5)).
        let line = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.prefix { $0 != "\n" } ?? ""
        let figures = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard figures.count >= 8 else { return time }
        time.stolen = figures[7]
        time.all = figures.prefix(8).reduce(0, +)
        return time
    }

    /// Of all processors' time since `earlier`.
    func share(since earlier: StolenTime) -> Double {
        all > earlier.all ? (stolen - earlier.stolen) / (all - earlier.all) : 0
    }
}
