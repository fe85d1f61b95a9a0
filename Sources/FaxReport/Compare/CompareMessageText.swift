import CaptureCompare
import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// SIP messages and T.30 frames that changed or are at one place only.
extension CompareText {
    func sipChanges(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
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

    func sipMissing(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
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

    func messages(_ pair: PairComparison, _ comparison: CaptureComparison) -> [String] {
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
}
