import FaxCore
import PcapDecode
import T30Analyzer

/// One call in Markdown.
struct MarkdownCall {
    let analyzed: AnalyzedCall
    let place: CallPlace

    /// Steps of the ladder; a ticket is no archive.
    static let stepLimit = 120

    var text: String {
        var text = "## Call \(place.name): \(Markdown.escaped(OutcomeSentence.text(analyzed)))\n\n"
        text += verdict + facts + findings + ladder
        return text
    }

    private var verdict: String {
        guard let cause = analyzed.rootCause else { return "" }
        var text = "**Why:** \(Markdown.escaped(cause.because))\(frames(cause))\n"
        let told = VerdictText(analyzed)
        if let place = told.place { text += "**Broke:** \(Markdown.escaped(place))\n" }
        if !told.chain.isEmpty { text += "**Then:** \(Markdown.escaped(told.chain.joined(separator: "; ")))\n" }
        if let other = told.runnerUp { text += "**If not that:** \(Markdown.escaped(FindingList.title(other)))\n" }
        if !cause.remedy.isEmpty { text += "**What to do:** \(Markdown.escaped(cause.remedy))\n" }
        return text.replacing("\n", with: "  \n") + "\n"
    }

    private func frames(_ finding: Finding) -> String {
        let numbers = finding.frames.prefix(FindingList.evidenceLimit).compactMap { place.number($0) }
        return numbers.isEmpty ? "" : " (frame\(numbers.count == 1 ? "" : "s") \(numbers.joined(separator: ", ")))"
    }

    private var facts: String {
        let call = CallText(terminal: TerminalText(usesColour: false), isVerbose: false, files: place.files)
        let rows = call.facts(analyzed).filter { !$0.1.isEmpty }
        return "| | |\n|---|---|\n" + rows.map { "| \($0.0) | \(Markdown.escaped($0.1)) |\n" }.joined() + "\n"
    }

    private var findings: String {
        if analyzed.findings.isEmpty { return "" }
        let items = CallText.byWeight(analyzed.findings).enumerated().map { index, finding in
            let cause = finding.isRootCause ? ", root cause" : ""
            return "\(index + 1). **\(Markdown.escaped(FindingList.title(finding)))** "
                + "(\(finding.severity.rawValue), \(finding.certainty.rawValue)\(cause), `\(finding.id)`): "
                + "\(Markdown.escaped(finding.because))\(frames(finding))\n"
        }
        return "### Findings\n\n" + items.joined() + "\n"
    }

    private var ladder: String {
        let ladder = Ladder(analyzed, isVerbose: false)
        if ladder.steps.isEmpty { return "" }
        let start = analyzed.call.firstTime
        var table = TextTable([("time/s", .right), ("frame", .right), ("", .left), ("", .left)])
        for step in ladder.steps.prefix(Self.stepLimit) {
            let way = step.from.map { $0 == .caller ? "caller →" : "← callee" } ?? ""
            table.rows.append([
                Clock.seconds(step.time - start, digits: 3), place.number(step.frame) ?? "", way,
                TerminalText.harmless(step.text, limit: 300) + (step.count > 1 ? " ×\(step.count)" : ""),
            ])
        }
        let hidden = ladder.steps.count + ladder.dropped - Self.stepLimit
        let note = hidden > 0 ? "\n\(hidden) more steps.\n" : ""
        return "### Ladder\n\n" + Markdown.block(table.lines(indent: 0)) + note + "\n"
    }
}
