import CaptureCompare
import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// A comparison for people: verdict first, then what differs, then how it was found.
public struct CompareText {
    public var terminal: TerminalText
    /// Every burst, change and packet.
    public var isVerbose: Bool

    public init(terminal: TerminalText, isVerbose: Bool = false) {
        self.terminal = terminal
        self.isVerbose = isVerbose
    }

    /// Bursts and changes shown without `--verbose`.
    static let briefLimit = 12

    var limit: Int { isVerbose ? .max : Self.briefLimit }

    /// The whole report, with a line feed at its end.
    public func text(_ comparison: CaptureComparison) -> String {
        var lines: [String] = []
        for (place, pair) in comparison.pairs.enumerated() {
            if place > 0 { lines.append("") }
            lines += text(pair, comparison)
        }
        lines += [""] + totals(comparison)
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - One call

    private func text(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
        let isClean = pair.findings.isEmpty
        var lines = [
            terminal.toned("Call \(pair.a.call.id) of A is call \(pair.b.call.id) of B", .strong) + "  "
                + terminal.toned(CompareSentence.text(pair), isClean ? .good : .bad)
        ]
        for (label, text) in facts(pair) where !text.isEmpty { lines.append("  \(label.padded(to: 11))\(text)") }
        lines += section("Findings", pair.findings.flatMap { finding($0, comparison) })
        lines += section("Media between A and B", streams(pair))
        lines += section("Lost, burst by burst", bursts(pair, comparison))
        lines += section("SIP changed between A and B", sipChanges(pair, comparison))
        lines += section("SIP at one place only", sipMissing(pair, comparison))
        lines += section("T.30 between A and B", messages(pair, comparison))
        return lines
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", terminal.toned(title, .strong)] + lines
    }

    private func facts(_ pair: PairComparison) -> [(String, String)] {
        [
            ("paired by", TerminalText.harmless(pair.reason, limit: 120)),
            ("at A", TerminalText.harmless(OutcomeSentence.text(pair.a), limit: 300)),
            ("at B", TerminalText.harmless(OutcomeSentence.text(pair.b), limit: 300)),
            ("clocks", pair.clock.map(clock) ?? "nothing in common to compare them by"),
            ("sides", sides(pair)),
            ("addresses", mappings(pair)),
        ]
    }

    private func clock(_ clock: ClockFit) -> String {
        var text = "B is \(Self.signed(clock.offset)) against A ± \(Self.fine(clock.uncertainty))"
        if let skew = clock.skewPPM, let error = clock.skewUncertaintyPPM {
            text += ", skew \(Decimals.text(skew, digits: 1) ?? "?") ± \(Decimals.text(error, digits: 1) ?? "?") ppm"
        }
        if let roundTrip = clock.roundTrip {
            text += "; least round trip between them \(Self.fine(roundTrip)), taken as equal in both directions"
        } else {
            text += "; seen in one direction only: the transit is inside the offset"
        }
        return text + " (\(clock.packets) packets)"
    }

    private func sides(_ pair: PairComparison) -> String {
        guard let side = pair.callerSide else { return "which place is nearer to the caller, the packets do not tell" }
        return "\(side.rawValue) is on the caller's side, \(side.other.rawValue) on the callee's"
    }

    private func mappings(_ pair: PairComparison) -> String {
        let shown = pair.mappings.prefix(isVerbose ? 100 : 4).map { "\($0.a) is \($0.b) at B" }
        let hidden = pair.mappings.count - shown.count
        return shown.joined(separator: "; ") + (hidden > 0 ? "; \(hidden) more" : "")
    }

    // MARK: - Findings

    private func finding(_ finding: CompareFinding, _ comparison: CaptureComparison) -> [String] {
        let tone: TerminalText.Tone =
            finding.severity == .error ? .bad : finding.severity == .warning ? .doubtful : .quiet
        let head = "  \(finding.severity.rawValue): \(finding.title)  [\(finding.id), \(finding.certainty.rawValue)]"
        let evidence = [
            frames(finding.framesA, "A", comparison.a.files), frames(finding.framesB, "B", comparison.b.files),
        ].filter { !$0.isEmpty }.joined(separator: "; ")
        return [
            terminal.toned(head, tone),
            "    " + TerminalText.harmless(finding.because, limit: 600) + (evidence.isEmpty ? "" : " (\(evidence))"),
            "    → " + finding.remedy,
        ]
    }

    private func frames(_ frames: [FrameRef], _ point: String, _ files: [String]) -> String {
        if frames.isEmpty { return "" }
        let shown = frames.prefix(8).map { Self.number($0, files) }.joined(separator: ", ")
        return "frames of \(point) \(shown)\(frames.count > 8 ? " …" : "")"
    }

    static func number(_ frame: FrameRef?, _ files: [String]) -> String {
        guard let frame, frame != .none else { return "-" }
        return files.count > 1 ? "\(frame.file + 1):\(frame.number)" : "\(frame.number)"
    }

    // MARK: - Media

    private func streams(_ pair: PairComparison) -> [String] {
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

    private func bursts(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
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

    // MARK: - SIP and T.30

    private func sipChanges(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
        let changed = pair.sipChanges.filter { isVerbose || !$0.difference.changes.isEmpty }
        var lines: [String] = []
        for change in changed.prefix(limit) {
            let a = Self.number(change.a, comparison.a.files), b = Self.number(change.b, comparison.b.files)
            let who = change.from.map { " of the \($0.rawValue)" } ?? ""
            lines.append("  \(TerminalText.harmless(change.summary, limit: 60))\(who), frame \(a) of A, \(b) of B")
            for field in (isVerbose ? change.difference.fields : change.difference.changes).prefix(
                isVerbose ? .max : 10)
            {
                let one = field.a.map { TerminalText.harmless($0, limit: 90) } ?? "(absent)"
                let other = field.b.map { TerminalText.harmless($0, limit: 90) } ?? "(absent)"
                lines.append("      \(TerminalText.harmless(field.name, limit: 40)): \(one) → \(other)")
            }
        }
        if changed.count > limit { lines.append("  … \(changed.count - limit) more messages") }
        return lines
    }

    private func sipMissing(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
        var lines = pair.sipMissing.prefix(limit).map { missing in
            let files = missing.point == .a ? comparison.a.files : comparison.b.files
            let who = missing.from.map { " of the \($0.rawValue)" } ?? ""
            let why = missing.isLost ? "lost on the way" : "not from the other side"
            let frame = Self.number(missing.frame, files)
            return "  \(TerminalText.harmless(missing.summary, limit: 60))\(who), frame \(frame) of "
                + "\(missing.point.rawValue): \(why)"
        }
        if pair.sipMissing.count > limit { lines.append("  … \(pair.sipMissing.count - limit) more messages") }
        return lines
    }

    private func messages(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
        let t30 = pair.t30
        var lines: [String] = []
        if !t30.matched.isEmpty || !t30.onlyLeft.isEmpty || !t30.onlyRight.isEmpty {
            lines.append(
                "  \(t30.matched.count) frames at both places, \(t30.changes.count) of them changed; "
                    + "\(t30.onlyLeft.count) at A only, \(t30.onlyRight.count) at B only")
        }
        for change in t30.changes.prefix(limit) {
            let (one, other) = (t30.left[change.left], t30.right[change.right])
            let places =
                "frame \(Self.number(one.lastFrame ?? one.frame, comparison.a.files)) of A, "
                + "\(Self.number(other.lastFrame ?? other.frame, comparison.b.files)) of B"
            lines.append("  \(one.name)\(who(one)), \(places)")
            for field in change.fields {
                lines.append(
                    "      \(field.name): \(TerminalText.harmless(field.left ?? "(absent)", limit: 90)) → "
                        + TerminalText.harmless(field.right ?? "(absent)", limit: 90))
            }
        }
        for (point, places, messages, files) in [
            ("A", t30.onlyLeft, t30.left, comparison.a.files), ("B", t30.onlyRight, t30.right, comparison.b.files),
        ] {
            for place in places.prefix(limit) {
                let message = messages[place]
                let check = message.crcOK == false ? " with a wrong check sequence" : ""
                lines.append(
                    "  \(message.name)\(who(message))\(check), frame "
                        + "\(Self.number(message.lastFrame ?? message.frame, files)) of \(point): only there")
            }
        }
        return lines
    }

    private func who(_ message: T30Message) -> String { message.direction.map { " of the \($0.rawValue)" } ?? "" }

    // MARK: - Both captures

    private func totals(_ comparison: CaptureComparison) -> [String] {
        var lines = [("A", comparison.a), ("B", comparison.b)].flatMap { name, point -> [String] in
            let unpaired = point.unpaired.prefix(20).map(String.init).joined(separator: ", ")
            let more = point.unpaired.count > 20 ? " …" : ""
            return [
                "\(name): \(CaptureText.name(point.files)): \(point.frames) frames, \(point.calls) calls"
                    + (unpaired.isEmpty ? "" : "; without a counterpart: \(unpaired)\(more)")
            ]
                + point.warnings.prefix(isVerbose ? .max : 5).map {
                    "  warning: " + TerminalText.harmless($0.description, limit: 300)
                }
        }
        if comparison.pairsDropped > 0 {
            lines.append(
                "\(comparison.pairsDropped) more calls are in both; \(CompareLimit.pairs) were compared, --call N,M asks "
                    + "for another")
        }
        lines += comparison.warnings.map { "warning: \($0)" }
        return lines
    }

    // MARK: - Times

    /// With as much as matters: `+1.203 s`, `-27 µs`.
    static func signed(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        let sign = nanoseconds < 0 ? "-" : "+"
        let magnitude = Duration.nanoseconds(nanoseconds == .min ? .max : abs(nanoseconds))
        return sign
            + (magnitude < .seconds(1) ? fine(magnitude) : "\(Decimals.text(magnitude.inSeconds, digits: 6) ?? "?") s")
    }

    static func fine(_ duration: Duration) -> String {
        let microseconds = Double(duration.wholeNanoseconds) / 1_000
        if microseconds < 1_000 { return "\(Decimals.text(microseconds, digits: 0) ?? "?") µs" }
        if microseconds < 1_000_000 { return "\(Decimals.text(microseconds / 1_000, digits: 2) ?? "?") ms" }
        return "\(Decimals.text(microseconds / 1e6, digits: 3) ?? "?") s"
    }
}
