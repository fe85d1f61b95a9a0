import FaxCore
import PcapDecode

/// Parts the time of a call by what was on the line.
struct TimePartition {
    private struct Span {
        var kind: TimeBudget.Kind
        var start: Instant
        var end: Instant
    }

    /// What counts where several things happen at once, the first before the others.
    private static let order: [TimeBudget.Kind] = [
        .retransmission, .image, .training, .v21, .v8, .answerTone, .setup, .release, .waiting,
    ]

    /// Image frames that follow one another this closely are one signal.
    private static let longestPause = Duration.seconds(1)

    private var spans: [Span] = []
    private var lengths: [Duration]

    init(_ signalling: Signalling, _ fax: FaxSession, _ turns: [Turn], _ whole: ClosedRange<Instant>) {
        lengths = TimeBudget.Kind.allCases.map { _ in .zero }
        if let answer = signalling.answerTime { add(.setup, whole.lowerBound, answer) }
        for turn in turns { add(.v21, turn.start, turn.end) }
        addSignals(fax)
        addImages(fax)
        if let release = Self.release(fax) { add(.release, release, whole.upperBound) }
        sweep(whole)
    }

    func length(of kind: TimeBudget.Kind) -> Duration { lengths[kind.place] }

    private mutating func add(_ kind: TimeBudget.Kind, _ start: Instant, _ end: Instant) {
        if end > start { spans.append(Span(kind: kind, start: start, end: end)) }
    }

    // MARK: - What was on the line

    private mutating func addSignals(_ fax: FaxSession) {
        for signal in fax.signals where signal.isFax {
            if let kind = Self.kind(of: signal) { add(kind, signal.start, signal.end) }
        }
        for message in fax.messages where message.isV8 { add(.v8, message.time, message.end) }
    }

    /// `nil`: told elsewhere, or nothing that moves the fax forward.
    private static func kind(of signal: FaxSignal) -> TimeBudget.Kind? {
        if signal.isTraining || signal.name == "TCF" { return .training }
        if signal.name == "V.8 signal" { return .v8 }
        if signal.name.hasPrefix("V.34") {
            if signal.name.contains("primary channel") { return .image }
            return signal.name.contains("control channel") ? .v21 : .training
        }
        let isAnswerTone = LineSignal.namesOfPhaseA.contains(signal.name) && signal.name != LineSignal.cng.name
        return isAnswerTone ? .answerTone : nil
    }

    /// Bursts and runs of ECM frames, as the first time or again.
    private mutating func addImages(_ fax: FaxSession) {
        var seen: Set<Int> = []
        // In order of time: the first of a number is the page, the others are repeats.
        let again = fax.pages.filter { !seen.insert($0.number).inserted }
        func isAgain(_ time: Instant) -> Bool {
            again.contains { page in
                guard let start = page.start, let end = page.end else { return false }
                return time >= start && time <= end
            }
        }
        for signal in fax.signals where signal.name == "page data" {
            add(isAgain(signal.start) ? .retransmission : .image, signal.start, signal.end)
        }
        var run: Span?
        var isRequested = false
        for message in fax.messages {
            if message.isImageFrame {
                if let open = run, message.time - open.end <= Self.longestPause {
                    run?.end = max(open.end, message.end)
                } else {
                    if let open = run { add(open.kind, open.start, open.end) }
                    let kind: TimeBudget.Kind = isRequested || isAgain(message.time) ? .retransmission : .image
                    run = Span(kind: kind, start: message.time, end: message.end)
                }
            } else if message.crcOK != false {
                if message.name == "PPR" { isRequested = true }
                if ["MCF", "RTP", "RTN", "ERR", "CFR", "DCS"].contains(message.name) { isRequested = false }
            }
        }
        if let open = run { add(open.kind, open.start, open.end) }
    }

    /// When the fax was over: its DCN, else the confirmation of everything.
    private static func release(_ fax: FaxSession) -> Instant? {
        let whole = fax.commands
        if let goodbye = whole.last(where: { $0.name == "DCN" }) { return goodbye.end }
        return fax.outcome == .success ? whole.last { $0.name == "MCF" || $0.name == "RTP" }?.end : nil
    }

    // MARK: - Sum

    private mutating func sweep(_ whole: ClosedRange<Instant>) {
        var edges: [(time: Instant, kind: Int, change: Int)] = []
        for span in spans {
            let start = min(max(span.start, whole.lowerBound), whole.upperBound)
            let end = min(max(span.end, whole.lowerBound), whole.upperBound)
            guard end > start else { continue }
            edges.append((start, span.kind.place, 1))
            edges.append((end, span.kind.place, -1))
        }
        edges.sort { $0.time < $1.time }
        var open = TimeBudget.Kind.allCases.map { _ in 0 }
        var last = whole.lowerBound
        for edge in edges {
            lengths[Self.first(open).place] += edge.time - last
            last = edge.time
            open[edge.kind] += edge.change
        }
        lengths[Self.first(open).place] += whole.upperBound - last
    }

    private static func first(_ open: [Int]) -> TimeBudget.Kind {
        order.first { open[$0.place] > 0 } ?? .waiting
    }
}
