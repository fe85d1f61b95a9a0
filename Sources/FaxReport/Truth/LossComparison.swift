import FaxCore
import PcapDecode
import T30Analyzer

/// Judges the loss that streams show by what the network says it dropped on the way to the capture point.
struct LossComparison {
    let log: ImpairLog?
    /// The host whose own frames were captured before any loss.
    let host: String?
    /// No impairment was set at all, so nothing may be missing.
    let isUnimpaired: Bool

    func verdict(_ calls: [AnalyzedCall]) -> TruthCheck.Verdict {
        let streams = calls.flatMap(\.call.streams).filter { $0.statistics.lost != nil }
        if streams.isEmpty { return .open("no stream") }
        guard log != nil || isUnimpaired else { return .open(nil) }
        var differences: [(expected: String, found: String)] = []
        for stream in streams {
            let expected = dropped(of: stream)
            let found = stream.statistics.lost ?? 0
            if expected == found { continue }
            let name = "\(stream.kind.rawValue) \(stream.from.port)>\(stream.to.port)"
            differences.append(("\(name) \(expected)", "\(found)"))
        }
        if differences.isEmpty { return .right }
        return .wrong(
            expected: differences.map(\.expected).joined(separator: ", "),
            found: differences.map(\.found).joined(separator: ", "))
    }

    /// Drops of the stream's packets between its first and last seen; what was dropped before or after leaves no gap.
    private func dropped(of stream: MediaStream) -> Int {
        let own = host.flatMap { ImpairLog.hosts.firstIndex(of: $0) }
        return (log?.drops ?? []).count { drop in
            drop.sender != own && drop.from == stream.from.port && drop.to == stream.to.port
                && drop.time > stream.firstTime && drop.time < stream.lastTime
        }
    }
}
