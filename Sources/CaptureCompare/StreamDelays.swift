import FaxCore
import PcapDecode

/// How long packets were on the way, and in which order they came.
extension StreamComparer {
    func delays(
        _ a: MarkedStream, _ b: MarkedStream, _ match: StreamMatch, _ result: inout StreamComparison
    ) {
        guard let clock = common.clock, !match.pairs.isEmpty else { return }
        let sign = result.upstream == .b ? -1.0 : 1.0
        let transits = match.pairs.map { sign * clock.residual(a.marks[$0.a].time, b.marks[$0.b].time) }
        guard let least = transits.min() else { return }
        let sorted = transits.sorted()
        func above(_ share: Double) -> Duration {
            let place = min(sorted.count - 1, Int(Double(sorted.count) * share))
            return .nanoseconds(Int64(clamping: (sorted[place] - least) * 1e9))
        }
        result.delays = .init(median: above(0.5), ninetyFifth: above(0.95), most: above(1))
        for (pair, transit) in zip(match.pairs, transits)
        where transit - least > Self.heldBackDelay.inSeconds && result.heldBack.count < CompareLimit.details {
            let (one, other) = (a.marks[pair.a], b.marks[pair.b])
            let delay = Duration.nanoseconds(Int64(clamping: (transit - least) * 1e9))
            result.heldBack.append(
                .init(a: one.frame, b: other.frame, time: one.time, delay: delay, what: "late"))
        }
        result.reordered = Self.outOfOrder(match, isFromB: result.upstream == .b)
    }

    /// Packets that came after one that was sent later.
    private static func outOfOrder(_ match: StreamMatch, isFromB: Bool) -> Int {
        let rows = isFromB ? match.pairs.map { (sent: $0.b, came: $0.a) } : match.pairs.map { (sent: $0.a, came: $0.b) }
        var highest = -1
        var count = 0
        for row in rows.sorted(by: { $0.sent < $1.sent }) {
            if row.came < highest { count += 1 }
            highest = max(highest, row.came)
        }
        return count
    }
}
