import FaxCore
import FaxReport

/// A probe's checklist for a terminal.
public struct ProbeText {
    private let report: ProbeReport
    private let style: TerminalText

    public init(_ report: ProbeReport, usesColour: Bool) {
        self.report = report
        style = TerminalText(usesColour: usesColour)
    }

    public var text: String {
        let place = report.peer.map { " at \($0)" } ?? ""
        var lines = [style.toned(TerminalText.harmless(report.uri) + place, .strong), ""]
        for step in report.steps { lines += self.lines(step) }
        lines += ["", style.toned(Self.harmless(report.sentence), tone)]
        if let remedy = report.remedy { lines.append("What to do: " + Self.harmless(remedy)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var tone: TerminalText.Tone {
        switch report.verdict {
        case .passed: .good
        case .limited, .incomplete: .doubtful
        case .failed: .bad
        }
    }

    private func lines(_ step: ProbeStep) -> [String] {
        let state = step.state.text + String(repeating: " ", count: max(0, 14 - step.state.text.count))
        var head = "  " + style.toned(state, Self.tone(step.state)) + "  " + step.title
        if let reason = step.reason { head += ": " + Self.harmless(reason) }
        var lines = [head]
        let values = step.values.map { "\($0.name) \(Self.harmless($0.text))" }
        if !values.isEmpty { lines.append(Self.indent + style.toned(values.joined(separator: "; "), .quiet)) }
        if report.isRecorded, !step.frames.isEmpty {
            lines.append(Self.indent + style.toned("frames " + Self.frames(step), .quiet))
        }
        return lines
    }

    private static let indent = String(repeating: " ", count: 18)

    static func frames(_ step: ProbeStep) -> String {
        var numbers: [UInt32] = []
        for frame in step.frames where !numbers.contains(frame.number) { numbers.append(frame.number) }
        return numbers.prefix(8).sorted().map(String.init).joined(separator: ", ")
    }

    /// What others said may be in it.
    private static func harmless(_ text: String) -> String { TerminalText.harmless(text, limit: 600) }

    private static func tone(_ state: ProbeStep.State) -> TerminalText.Tone {
        switch state {
        case .passed: .good
        case .failed: .bad
        case .unknown: .doubtful
        case .notApplicable, .notReached: .quiet
        }
    }
}
