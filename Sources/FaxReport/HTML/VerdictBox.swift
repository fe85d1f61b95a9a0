import FaxCore
import PcapDecode
import T30Analyzer

/// What became of the call in plain words, and why, with the frames that prove it.
struct VerdictBox {
    let analyzed: AnalyzedCall
    let place: CallPlace
    let findings: FindingList

    func write(to html: inout HTMLWriter) {
        let outcome = analyzed.fax.outcome
        html.element("header", ["class": "verdict \(outcome.rawValue)"]) { html in
            html.element("p", ["class": "tags"]) { html in
                html.element("span", ["class": "outcome"], outcome.title)
                html.element("span", [:], "Call \(place.name)")
                if place.name != "\(analyzed.call.id)" { html.element("span", [:], CaptureText.name(place.files)) }
                if !analyzed.call.isRecording { html.element("span", [:], Clock.date(analyzed.call.firstTime)) }
                html.element("span", [:], Clock.seconds(analyzed.call.lastTime - analyzed.call.firstTime) + " s")
            }
            html.element("h2", ["id": place.id("title")], OutcomeSentence.text(analyzed))
            if let cause = analyzed.rootCause { proof(cause, &html) }
            reasoning(&html)
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

    /// Where it broke, what followed from the cause, and what else could have been it.
    private func reasoning(_ html: inout HTMLWriter) {
        let text = VerdictText(analyzed)
        let chain = self.chain
        let runnerUp = findings.number(of: analyzed.verdict.runnerUp)
        if text.place == nil && chain.isEmpty && runnerUp == nil { return }
        html.element("dl", ["class": "facts reasoning"]) { html in
            if let place = text.place { entry("broke", &html) { $0.words(place) } }
            if !chain.isEmpty {
                entry("then", &html) { html in
                    for step in chain { html.element("p", [:]) { html in self.step(step, &html) } }
                }
            }
            if let runnerUp { entry("if not that", &html) { findings.link(runnerUp, &$0) } }
        }
    }

    /// Effects by their cause, as numbers of findings; the root cause's first.
    private var chain: [(cause: Int, effects: [Int])] {
        var chain: [(cause: Int, effects: [Int])] = []
        for link in analyzed.verdict.chain {
            guard let cause = findings.number(of: link.cause), let effect = findings.number(of: link.effect) else {
                continue
            }
            if let index = chain.firstIndex(where: { $0.cause == cause }) {
                chain[index].effects.append(effect)
            } else {
                chain.append((cause, [effect]))
            }
        }
        return chain
    }

    private func step(_ step: (cause: Int, effects: [Int]), _ html: inout HTMLWriter) {
        if step.cause != findings.number(of: analyzed.verdict.rootCause) {
            findings.link(step.cause, &html)
            html.words(" → ")
        }
        for (index, effect) in step.effects.enumerated() {
            if index > 0 { html.words(", ") }
            findings.link(effect, &html)
        }
    }

    private func entry(_ label: String, _ html: inout HTMLWriter, _ body: (inout HTMLWriter) -> Void) {
        html.element("div") { html in
            html.element("dt", [:], label)
            html.element("dd", [:], body)
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
