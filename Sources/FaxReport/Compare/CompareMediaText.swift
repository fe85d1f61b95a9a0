import CaptureCompare
import FaxCore
import PcapDecode
import T30Analyzer

/// Streams between the two places, and what of them was lost.
extension CompareText {
    func streams(_ pair: PairComparison) -> [String] {
        var table = TextTable([
            ("sender", .left), ("kind", .left), ("codec", .left), ("at A", .right), ("at B", .right),
            ("matched", .right), ("lost", .right), ("bursts", .right), ("longest", .right), ("altered", .right),
            ("put in", .right), ("late", .right), ("reord", .right), ("delay/ms 50 % 95 % most", .right),
            ("notes", .left),
        ])
        for stream in pair.streams {
            table.rows.append([
                stream.party?.rawValue ?? "?", stream.kind, codec(stream), "\(stream.packetsA)", "\(stream.packetsB)",
                "\(stream.matched)", stream.state == .uncovered ? "?" : "\(stream.lost)", "\(stream.bursts.count)",
                "\(stream.longestBurst)", "\(stream.altered.count)", "\(stream.injected.count)",
                "\(stream.heldBack.count)", "\(stream.reordered)", delays(stream), notes(stream),
            ])
        }
        return table.rows.isEmpty ? [] : table.lines(indent: 2)
    }

    private func codec(_ stream: StreamComparison) -> String {
        let codec = TerminalText.harmless(stream.codec ?? "?", limit: 20)
        guard let other = stream.otherCodec, other != stream.codec else { return codec }
        return codec + " → " + TerminalText.harmless(other, limit: 20)
    }

    private func delays(_ stream: StreamComparison) -> String {
        guard let delays = stream.delays else { return "-" }
        return [delays.median, delays.ninetyFifth, delays.most].map {
            Decimals.text($0.inMilliseconds, digits: 2) ?? "?"
        }.joined(separator: " ")
    }

    private func notes(_ stream: StreamComparison) -> String {
        var notes: [String] = []
        switch stream.state {
        case .both: break
        case .onlyOne: notes.append("at \(stream.packetsA > 0 ? "A" : "B") only")
        case .converted: notes.append("goes on in another form")
        case .uncovered: notes.append("the other capture does not cover it")
        }
        if let manner = stream.manner, manner != "numbers" {
            notes.append(manner == "content" ? "numbered anew" : "numbers + \(stream.shift)")
        }
        if let one = stream.ssrcA, let other = stream.ssrcB, one != other { notes.append("other SSRC") }
        if stream.rewritten > 0 { notes.append("repair data of \(stream.rewritten) rewritten") }
        if stream.missedByCapture > 0 { notes.append("\(stream.missedByCapture) missed by the upstream capture") }
        if stream.convertedPackets > 0 {
            notes.append("\(stream.convertedPackets) while the other place has another form")
        }
        if stream.outside > 0 { notes.append("\(stream.outside) outside the other capture") }
        return notes.joined(separator: ", ")
    }

    func bursts(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
        var lines: [String] = []
        for stream in pair.streams where !stream.bursts.isEmpty {
            let isFromB = stream.upstream == .b
            let (files, others) =
                isFromB ? (comparison.b.files, comparison.a.files) : (comparison.a.files, comparison.b.files)
            let point = isFromB ? "B" : "A"
            for burst in stream.bursts.prefix(limit) {
                let time = isFromB ? pair.clock?.onA(burst.time) ?? burst.time : burst.time
                let offset = Clock.seconds(time - pair.a.call.firstTime, digits: 3).padded(to: 9, true)
                let first = Self.number(burst.first, files)
                let span = burst.packets == 1 ? first : "\(first)–\(Self.number(burst.last, files))"
                let gap = "\(Self.number(burst.before, others)) and \(Self.number(burst.after, others))"
                let hits = burst.hits.isEmpty ? "" : ": " + TerminalText.harmless(burst.hits.joined(separator: ", "))
                let who = stream.party.map { " of the \($0.rawValue)" } ?? ""
                lines.append(
                    "  \(offset) s  \(burst.packets) \(stream.kind)\(who), frames \(span) of \(point), missing between "
                        + "\(gap) of \(isFromB ? "A" : "B")\(hits)")
            }
            if stream.bursts.count > limit { lines.append("  … \(stream.bursts.count - limit) more bursts") }
        }
        return lines
    }
}
