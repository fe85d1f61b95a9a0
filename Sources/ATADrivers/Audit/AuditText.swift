import FaxReport

/// An audit as a table for people.
public struct AuditText: Sendable {
    public var usesColour = false

    public init(usesColour: Bool = false) { self.usesColour = usesColour }

    /// Wrong and unknown settings with reasons; good ones by number.
    public func text(_ audit: FaxAudit) -> String {
        let good = audit.items.count { $0.verdict == .good }
        var lines = [
            "Line \(audit.line), for \(audit.goal.title): \(audit.wrong.count) wrong, \(good) right, "
                + "\(audit.items.count { $0.verdict == .unknown }) unknown"
        ]
        for severity in [FaxAdvice.Severity.breaks, .harms, .helps] {
            for item in audit.items where item.severity == severity && item.verdict == .wrong {
                lines += ["", "  \(mark(severity)) \(item.nativeName ?? item.setting.rawValue)"]
                lines.append("      is \(shown(item.value)), should be \(item.advice)")
                lines.append("      \(item.why)")
            }
        }
        let unknown = audit.items.filter { $0.verdict == .unknown }
        if !unknown.isEmpty { lines += ["", "  Unknown, to be looked at by hand:"] }
        for item in unknown {
            let value = item.value.map { " (is '\(TerminalText.harmless($0, limit: 60))')" } ?? ""
            lines.append(
                "      \(item.nativeName ?? item.setting.rawValue)\(value): \(item.advice)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func shown(_ value: String?) -> String {
        value.map { $0.isEmpty ? "empty" : TerminalText.harmless($0, limit: 60) } ?? "not seen"
    }

    private func mark(_ severity: FaxAdvice.Severity) -> String {
        let (word, colour) =
            switch severity {
            case .breaks: ("breaks faxes", "31")
            case .harms: ("harms", "33")
            case .helps: ("would help", "36")
            }
        return usesColour ? "\u{1B}[\(colour)m\(word)\u{1B}[0m:" : "\(word):"
    }
}

extension FaxAudit.Goal {
    var title: String {
        switch self {
        case .t38: "T.38"
        case .passthrough: "fax as audio"
        }
    }
}
