import FaxCore
import FaxDSP
import FaxStation

// The drawing: from what is known to lines, nothing else.
extension Dashboard {
    /// At most `rows` lines of at most `columns` characters.
    public func lines(columns: Int, rows: Int, now: Instant) -> [DashboardLine] {
        guard rows > 0, columns > 0 else { return [] }
        var lines = [head(columns, now)]
        if began <= 1 {
            lines += calls.first.map { detail($0, columns, now) } ?? [DashboardLine("waits for a call", .faint)]
        } else {
            lines += table(room: max(1, rows - lines.count - Self.roomOfEvents(rows)), now)
        }
        let room = rows - lines.count - 1
        if room >= 2 {
            lines.append(DashboardLine(""))
            lines += recent.suffix(min(room, 8)).map { DashboardLine($0, .faint) }
        }
        return lines.prefix(rows).map { $0.cut(to: columns) }
    }

    /// Of a tall window a few lines are for events.
    private static func roomOfEvents(_ rows: Int) -> Int { rows >= 16 ? 6 : 0 }

    private func head(_ columns: Int, _ now: Instant) -> DashboardLine {
        var text = title + (listening.isEmpty ? "" : "  \(listening)")
        if began > 1 {
            text += "  \(running) of \(began) calls, \(confirmed) confirmed, \(failed) failed, \(pages) pages"
        }
        let time = Column.time(now - (start ?? now))
        let gap = columns - text.count - time.count
        return DashboardLine(gap > 0 ? text + String(repeating: " ", count: gap) + time : text, .strong)
    }

    // MARK: - One call

    private func detail(_ call: Call, _ columns: Int, _ now: Instant) -> [DashboardLine] {
        let time = Column.time((call.ended ?? now) - call.began)
        var lines = [
            DashboardLine("call    \(call.isIncoming ? "from" : "to") \(call.party), \(call.state), \(time)", call.tone)
        ]
        guard let progress = call.progress else { return lines }
        let fax = progress.fax
        lines.append(DashboardLine("carried \(Self.name(progress.media)), \(fax.isSending ? "sending" : "receiving")"))
        lines.append(DashboardLine("phase   \(fax.phase.rawValue.uppercased())  \(fax.phase.words)"))
        lines.append(DashboardLine("modem   " + Self.modem(fax)))
        lines.append(DashboardLine("page    " + Self.page(fax, columns)))
        if let t38 = progress.carriage.t38 {
            lines.append(DashboardLine("in      " + Self.packets(t38), t38.unrecovered > 0 ? .bad : .plain))
            lines.append(DashboardLine("out     " + Self.correction(t38)))
        } else if let audio = progress.carriage.audio {
            lines.append(DashboardLine("in      " + Self.packets(audio), audio.lost + audio.late > 0 ? .bad : .plain))
            lines.append(DashboardLine("buffer  " + Self.buffer(audio)))
        }
        if let result = call.result {
            lines.append(DashboardLine("result  " + EventText.text(result), result.isSuccess ? .good : .bad))
        }
        return lines
    }

    private static func name(_ media: FaxCall.Media?) -> String {
        switch media {
        case .t38: "T.38"
        case .audio: "G.711"
        case nil: "nothing yet"
        }
    }

    private static func modem(_ fax: FaxProgress) -> String {
        guard let modem = fax.modem else { return "not known yet" }
        return [modem + " bit/s", fax.hasECM == true ? "ECM" : "no ECM", fax.coding ?? ""].filter { !$0.isEmpty }
            .joined(separator: ", ") + (fax.ecmRetries > 0 ? ", \(fax.ecmRetries) frames sent again" : "")
    }

    private static func page(_ fax: FaxProgress, _ columns: Int) -> String {
        let isOver = fax.phase == .e
        let number = isOver ? "\(fax.pagesDone)" : "\(fax.pagesDone + 1)"
        var text = number + (fax.pagesInAll.map { " of \($0)" } ?? "") + (isOver ? " done" : "")
        guard !isOver, let octets = fax.octets else { return text }
        if let share = fax.share {
            let percent = Int(share * 100)
            let width = min(30, max(8, columns - 60))
            let full = Int(share * Double(width))
            text += "  [" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
            text += Column.right("\(percent)", 4) + " %"
        }
        text += "  " + Column.grouped(octets) + (fax.octetsInAll.map { " of " + Column.grouped($0) } ?? "") + " octets"
        if let rows = fax.rows { text += ", \(rows) rows" }
        return text
    }

    private static func packets(_ t38: FaxCarriage.T38) -> String {
        "\(t38.received) packets, \(t38.lost) lost: \(t38.repaired) repaired, \(t38.unrecovered) for good"
            + (t38.remoteDepth.map { "; redundancy \($0)" } ?? (t38.withParity > 0 ? "; parity" : ""))
    }

    private static func correction(_ t38: FaxCarriage.T38) -> String {
        t38.correction.words + (t38.shortened > 0 ? "; \(t38.shortened) packets with less, for their size" : "")
    }

    private static func packets(_ audio: FaxCarriage.Audio) -> String {
        "\(audio.received) packets, \(audio.lost) lost, \(audio.late) late"
    }

    private static func buffer(_ audio: FaxCarriage.Audio) -> String {
        let delay = audio.delay.map { "\(milliseconds($0)) ms" } ?? "empty"
        return "\(delay), jitter \(milliseconds(audio.jitter)) ms, \(audio.underruns) underruns, \(audio.slips) slips"
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int((duration.inSeconds * 1_000).rounded()) }

    // MARK: - Many calls

    private func table(room: Int, _ now: Instant) -> [DashboardLine] {
        var lines = [
            DashboardLine(Self.row("#", "party", "state", "by", "rate", "page", "done", "lost", "time"), .faint)
        ]
        // Those that run first; then the last that ended.
        let active = calls.filter { $0.ended == nil }
        let shown = active + calls.filter { $0.ended != nil }.reversed()
        let fits = shown.count <= room - 1 ? shown.count : max(0, room - 2)
        for call in shown.prefix(fits) { lines.append(Self.row(call, now)) }
        if fits < shown.count { lines.append(DashboardLine("… \(shown.count - fits) more", .faint)) }
        return lines
    }

    private static func row(_ call: Call, _ now: Instant) -> DashboardLine {
        let fax = call.progress?.fax
        let isRunning = call.ended == nil
        let state = isRunning ? fax.map { $0.phase == .a ? call.state : $0.phase.words } ?? call.state : call.state
        let page = fax.map { "\($0.pagesDone)" + ($0.pagesInAll.map { "/\($0)" } ?? "") } ?? ""
        let share = isRunning ? fax?.share.map { "\(Int($0 * 100)) %" } ?? "" : ""
        let text = row(
            "\(call.number)", call.party, state, call.progress?.media.map { name($0) } ?? "",
            fax?.rateBps.map { "\($0)" } ?? "", page, share, call.progress.map { "\($0.losses)" } ?? "",
            Column.time((call.ended ?? now) - call.began))
        return DashboardLine(text, call.tone)
    }

    private static func row(
        _ number: String, _ party: String, _ state: String, _ by: String, _ rate: String, _ page: String,
        _ done: String, _ lost: String, _ time: String
    ) -> String {
        [
            Column.right(number, 5), Column.left(party, 26), Column.left(state, 14), Column.left(by, 5),
            Column.right(rate, 5), Column.right(page, 7), Column.right(done, 5), Column.right(lost, 5),
            Column.right(time, 7),
        ].joined(separator: " ")
    }
}

extension Dashboard.Call {
    var tone: DashboardLine.Tone { outcome.map { $0 == .success ? .good : .bad } ?? .plain }
}

extension FaxProgress {
    /// Of the page at work, 0 to 1; `nil`: its size is not known.
    var share: Double? {
        guard let octets, let octetsInAll, octetsInAll > 0 else { return nil }
        return min(1, Double(octets) / Double(octetsInAll))
    }
}
