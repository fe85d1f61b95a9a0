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

    /// The frames that a reader may want to see: those of findings, then those of the ladder.
    var frames: [FrameRef] {
        let found = findings.findings.flatMap { $0.frames.prefix(FindingList.evidenceLimit) }
        return found + ladder.steps.compactMap(\.frame)
    }

    /// HTML of a call, with a gap for what another leg of it tells, which may end later.
    struct Text {
        var head: String
        var tail: String

        var octets: Int { head.utf8.count + tail.utf8.count }
    }

    /// Steps of the ladder by their frames.
    var steps: [FrameRef: Int] {
        var steps: [FrameRef: Int] = [:]
        for (index, step) in ladder.steps.enumerated() {
            for frame in [step.frame, step.lastFrame].compactMap(\.self) where frame != .none && steps[frame] == nil {
                steps[frame] = index
            }
        }
        return steps
    }

    func text(pictures: inout ByteBudget) -> Text {
        var html = HTMLWriter()
        write(to: &html, pictures: &pictures)
        guard let gap = html.gap else { return Text(head: html.text, tail: "") }
        let octets = html.text.utf8
        let place = octets.index(octets.startIndex, offsetBy: gap)
        return Text(head: String(html.text[..<place]), tail: String(html.text[place...]))
    }

    func write(to html: inout HTMLWriter, pictures: inout ByteBudget) {
        html.element(
            "section",
            ["class": "call", "id": place.key, "aria-labelledby": place.id("title"), "tabindex": "-1"]
        ) { html in
            VerdictBox(analyzed: analyzed, place: place, findings: findings).write(to: &html)
            facts(&html)
            part("findings", "Findings", &html) { findings.write(to: &$0) }
            part("timeline", "Timeline", &html) { html in timeline(&html, &pictures) }
            if !ladder.steps.isEmpty {
                part("ladder", "Ladder", &html) { ladder.write(to: &$0, marks: findings.marks) }
            }
            if !analyzed.fax.pages.isEmpty {
                part("pages", "Pages", &html) { html in
                    PageSection(pages: analyzed.fax.pages, place: place, isFailed: analyzed.fax.outcome.isFailure)
                        .write(to: &html, budget: &pictures)
                }
            }
            negotiation(&html)
        }
    }

    private func negotiation(_ html: inout HTMLWriter) {
        let (call, fax) = (analyzed.call, analyzed.fax)
        let negotiation = NegotiationSection(analyzed: analyzed, place: place)
        if !negotiation.isEmpty { part("negotiation", "Negotiation", &html) { negotiation.write(to: &$0) } }
        if !fax.trainings.isEmpty {
            part("trainings", "Trainings", &html) { html in
                TrainingSection(trainings: fax.trainings, start: call.firstTime, place: place).write(to: &html)
            }
        }
        let whatIf = WhatIfText.lines(WhatIf(call, fax))
        if !whatIf.isEmpty {
            part("what-if", "What would have carried it", &html) { html in
                for line in whatIf { html.element("p", [:], String(line.drop { $0 == " " })) }
            }
        }
        if let budget = TimeBudget(call, fax) {
            part("time", "Time", &html) { TimeSection(budget: budget, place: place).write(to: &$0) }
        }
        if !call.streams.isEmpty && !call.isRecording {
            part("streams", "Streams", &html) { StreamSection(streams: call.streams, place: place).write(to: &$0) }
        }
        if !fax.bursts.isEmpty {
            let axis = CallAxis(analyzed)
            part("constellations", "Constellations", &html) { html in
                ConstellationSection(bursts: fax.bursts, axis: axis, shift: axis.seconds(call.firstTime))
                    .write(to: &html)
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

    /// Data for the script, which draws it; the ladder tells the same without.
    private func timeline(_ html: inout HTMLWriter, _ pictures: inout ByteBudget) {
        html.element("noscript") { html in
            html.element("p", ["class": "quiet"], "The timeline needs scripts; the ladder tells the same.")
        }
        html.element("div", ["class": "stage"])
        let data = TimelineData(analyzed, place, ladder).value(marks: findings.marks, pictures: &pictures)
        html.data(data, ["type": "application/json", "class": "timeline-data"])
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
