/// The steps of the timestamps from one packet to the next: the commonest, and how often it changed for good.
struct PacketTime: Sendable {
    private struct Count: Sendable {
        var ticks: Int
        var packets: Int
    }

    /// Different steps that are told apart.
    private static let stepLimit = 16
    /// A new step counts as a change when it holds this long.
    private static let changeRun = 5

    private var counts: [Count] = []
    private var current = 0
    private var currentRun = 0
    /// The step that holds.
    private var settled = 0
    private(set) var changes = 0

    var commonest: Int {
        var best = Count(ticks: current, packets: currentRun)
        for count in counts {
            let packets = count.packets + (count.ticks == current ? currentRun : 0)
            if packets > best.packets { best = Count(ticks: count.ticks, packets: packets) }
        }
        return best.ticks
    }

    /// `ticks`: from the packet before, whose number is one lower. A talk spurt begins after a pause of any length.
    @inline(__always)
    mutating func add(_ ticks: Int, isSpurtStart: Bool) {
        guard ticks > 0, !isSpurtStart else { return }
        if ticks == current {
            currentRun += 1
            if currentRun == Self.changeRun, settled != current {
                if settled != 0 { changes += 1 }
                settled = current
            }
            return
        }
        settleRun()
        current = ticks
        currentRun = 1
    }

    private mutating func settleRun() {
        guard currentRun > 0 else { return }
        if let index = counts.firstIndex(where: { $0.ticks == current }) {
            counts[index].packets += currentRun
        } else if counts.count < Self.stepLimit {
            counts.append(Count(ticks: current, packets: currentRun))
        }
    }
}
