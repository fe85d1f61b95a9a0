import CaptureCompare
import FaxCore
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
}
