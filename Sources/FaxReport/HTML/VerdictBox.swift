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
        let verdict = analyzed.verdict
        let effects = verdict.chain.map(\.effect).compactMap { findings.number(of: $0) }
        let runnerUp = findings.number(of: verdict.runnerUp)
        if verdict.brokeIn == nil && effects.isEmpty && runnerUp == nil { return }
        html.element("dl", ["class": "facts reasoning"]) { html in
            if let brokeIn = verdict.brokeIn {
                let side = verdict.party.map { ", on the side of the \($0.rawValue)" } ?? ""
                entry("broke in", &html) { $0.words(brokeIn.rawValue + side) }
            }
            if !effects.isEmpty { entry("then", &html) { links(effects, &$0) } }
            if let runnerUp { entry("if not that", &html) { findings.link(runnerUp, &$0) } }
        }
    }

    private func links(_ numbers: [Int], _ html: inout HTMLWriter) {
        var seen: [Int] = []
        for number in numbers where !seen.contains(number) {
            if !seen.isEmpty { html.words(" → ") }
            findings.link(number, &html)
            seen.append(number)
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
