import FaxCore
import PcapDecode
import T30Analyzer

/// One call of a report: verdict first, then findings, ladder, pages.
struct CallSection {
    private let analyzed: AnalyzedCall
    private let place: CallPlace
    private let ladder: LadderTable
    private let findings: FindingList

    init(_ analyzed: AnalyzedCall, _ place: CallPlace) {
        self.analyzed = analyzed
        self.place = place
        ladder = LadderTable(analyzed, place)
        findings = FindingList(analyzed, place, ladder)
    }

    func write(to html: inout HTMLWriter, pictures: inout ByteBudget) {
        html.element(
            "section",
            ["class": "call", "id": place.key, "aria-labelledby": place.id("title"), "tabindex": "-1"]
        ) { html in
            verdict(&html)
            facts(&html)
            part("findings", "Findings", &html) { findings.write(to: &$0) }
            if !ladder.steps.isEmpty {
                part("ladder", "Ladder", &html) { ladder.write(to: &$0, marks: findings.marks) }
            }
            if !analyzed.fax.pages.isEmpty {
                part("pages", "Pages", &html) { html in
                    PageSection(pages: analyzed.fax.pages, place: place, isFailed: analyzed.fax.outcome.isFailure)
                        .write(to: &html, budget: &pictures)
                }
            }
        }
    }

    private func part(_ id: String, _ title: String, _ html: inout HTMLWriter, _ body: (inout HTMLWriter) -> Void) {
        html.element("section", ["class": "part", "id": place.id(id), "aria-labelledby": place.id(id + "-title")]) {
            html in
            html.element("h3", ["id": place.id(id + "-title")], title)
            body(&html)
        }
    }

    // MARK: - Verdict

    private func verdict(_ html: inout HTMLWriter) {
        let outcome = analyzed.fax.outcome
        html.element("header", ["class": "verdict \(outcome.rawValue)"]) { html in
            html.element("p", ["class": "tags"]) { html in
                html.element("span", ["class": "outcome"], outcome.title)
                html.element("span", [:], "Call \(analyzed.call.id)")
                if !analyzed.call.isRecording {
                    html.element("span", [:], Clock.date(analyzed.call.firstTime))
                }
                html.element("span", [:], Clock.seconds(analyzed.call.lastTime - analyzed.call.firstTime) + " s")
            }
            html.element("h2", ["id": place.id("title")], OutcomeSentence.text(analyzed))
            if let cause = findings.findings.first(where: { $0.isRootCause }) { proof(cause, &html) }
        }
    }

    private func proof(_ cause: Finding, _ html: inout HTMLWriter) {
        html.element("p", ["class": "because"], cause.because)
        findings.evidence(of: cause, &html)
        if !cause.remedy.isEmpty {
            html.element("p", ["class": "remedy"]) { html in
                html.element("b", [:], "What to do: ")
                html.words(cause.remedy)
            }
        }
    }

    // MARK: - Facts

    private func facts(_ html: inout HTMLWriter) {
        let text = CallText(terminal: TerminalText(usesColour: false), isVerbose: false, files: place.files)
        html.element("dl", ["class": "facts"]) { html in
            for (label, value) in text.facts(analyzed) where !value.isEmpty && label != "when" {
                html.element("div") { html in
                    html.element("dt", [:], label)
                    html.element("dd", [:], value)
                }
            }
        }
    }
}

extension FaxSession.Outcome {
    var isFailure: Bool {
        switch self {
        case .failed, .partial: true
        case .success, .notFax, .unknown: false
        }
    }

    /// For people.
    var title: String {
        switch self {
        case .success: "delivered"
        case .partial: "delivered in part"
        case .failed: "failed"
        case .notFax: "no fax"
        case .unknown: "unknown"
        }
    }
}
