import FaxCore
import PcapDecode
import T30Analyzer

/// The findings of a call, the root cause first, each with links to its places on the ladder.
struct FindingList {
    let findings: [Finding]
    /// Places in the call's findings, in the order shown.
    private let order: [Int]
    private let place: CallPlace
    private let ladder: LadderTable
    private let start: Instant

    /// Frames of one finding that are shown.
    static let evidenceLimit = 20

    init(_ analyzed: AnalyzedCall, _ place: CallPlace, _ ladder: LadderTable) {
        order = CallText.order(of: analyzed.findings)
        findings = order.map { analyzed.findings[$0] }
        self.place = place
        self.ladder = ladder
        start = analyzed.call.firstTime
    }

    /// The number shown, from 1, of the finding at a place in the call's findings.
    func number(of place: Int?) -> Int? { place.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } }

    /// A link to a finding by its number.
    func link(_ number: Int, _ html: inout HTMLWriter) {
        html.element("a", ["href": place.link("f\(number)")]) { html in
            html.element("span", ["class": "mark", "aria-hidden": "true"], "\(number)")
            html.words(" " + Self.title(findings[number - 1]))
        }
    }

    static func title(_ finding: Finding) -> String { finding.title.isEmpty ? finding.id : finding.title }

    /// Numbers of findings, from 1, by the step of the ladder that is their evidence.
    var marks: [Int: [Int]] {
        var marks: [Int: [Int]] = [:]
        for (index, finding) in findings.enumerated() {
            for step in steps(of: finding) where marks[step]?.contains(index + 1) != true {
                marks[step, default: []].append(index + 1)
            }
        }
        return marks
    }

    private func steps(of finding: Finding) -> [Int] {
        finding.frames.prefix(Self.evidenceLimit).compactMap { ladder.step(of: $0) }
            + finding.times.prefix(Self.evidenceLimit).compactMap { ladder.step(at: $0.lowerBound) }
    }

    func write(to html: inout HTMLWriter) {
        if findings.isEmpty {
            html.element("p", ["class": "quiet"], "Nothing out of the ordinary was found.")
            return
        }
        html.element("ol", ["class": "findings"]) { html in
            for (index, finding) in findings.enumerated() { item(finding, index + 1, &html) }
        }
    }

    private func item(_ finding: Finding, _ number: Int, _ html: inout HTMLWriter) {
        html.element(
            "li", ["id": place.id("f\(number)"), "class": "finding \(finding.severity.rawValue)", "tabindex": "-1"]
        ) { html in
            html.element("h4") { html in
                html.element("span", ["class": "mark", "aria-hidden": "true"], "\(number)")
                html.words(Self.title(finding))
            }
            html.element("p", ["class": "tags"]) { html in
                if finding.isRootCause { html.element("strong", ["class": "cause"], "root cause") }
                html.element("span", ["class": "severity"], finding.severity.rawValue)
                html.element("span", [:], finding.certainty.rawValue)
                html.element("code", [:], finding.id)
            }
            html.element("p", [:], finding.because)
            measures(of: finding, &html)
            evidence(of: finding, &html)
            if !finding.remedy.isEmpty { html.element("p", ["class": "remedy"], finding.remedy) }
            if let entry = FailureCatalogue.entry(finding.id) { catalogue(entry, &html) }
        }
    }

    /// What is known of this failure in general.
    private func catalogue(_ entry: CatalogueEntry, _ html: inout HTMLWriter) {
        let parts = [("seen by users", entry.symptom), ("in packets", entry.signature), ("why", entry.cause)]
        html.element("details", ["class": "known"]) { html in
            html.element("summary", [:], "In general")
            html.element("dl", ["class": "facts"]) { html in
                for (label, text) in parts where !text.isEmpty {
                    html.element("div") { html in
                        html.element("dt", [:], label)
                        html.element("dd", [:], text)
                    }
                }
            }
        }
    }

    /// `loss 3.2 % (fault from 0.1 %)`
    private func measures(of finding: Finding, _ html: inout HTMLWriter) {
        if finding.measures.isEmpty { return }
        let told = finding.measures.map { measure in
            let unit = measure.unit.isEmpty ? "" : " " + measure.unit
            let limit = measure.threshold.map { " (fault from \(Self.shown($0))\(unit))" } ?? ""
            return "\(measure.name) \(Self.shown(measure.value))\(unit)\(limit)"
        }
        html.element("p", ["class": "measures"], told.joined(separator: " · "))
    }

    /// At most three decimals, none that are 0.
    private static func shown(_ value: Double) -> String {
        guard var text = Decimals.text(value, digits: 3) else { return "?" }
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// Links to frames, of recordings to times.
    func evidence(of finding: Finding, _ html: inout HTMLWriter) {
        let links = frameLinks(finding) + timeLinks(finding)
        if links.isEmpty { return }
        let hidden = max(finding.frames.count, finding.times.count) - Self.evidenceLimit
        html.element("p", ["class": "evidence"]) { html in
            html.words(finding.frames.isEmpty ? "At " : links.count == 1 ? "Frame " : "Frames ")
            for (index, link) in links.enumerated() {
                if index > 0 { html.words(", ") }
                html.append(raw: link)
            }
            if hidden > 0 { html.words(" and \(hidden) more") }
        }
    }

    private func frameLinks(_ finding: Finding) -> [String] {
        finding.frames.prefix(Self.evidenceLimit).compactMap { frame in
            guard let number = place.number(frame) else { return nil }
            var link = HTMLWriter()
            let target = ladder.step(of: frame).map { place.link("s\($0)") } ?? place.link("ladder")
            link.element("a", ["class": "frame", "href": target, "data-frame": place.octetsKey(frame)], number)
            return link.text
        }
    }

    private func timeLinks(_ finding: Finding) -> [String] {
        guard finding.frames.isEmpty else { return [] }
        return finding.times.prefix(Self.evidenceLimit).map { time in
            var link = HTMLWriter()
            let target = ladder.step(at: time.lowerBound).map { place.link("s\($0)") } ?? place.link("ladder")
            link.element("a", ["href": target], Clock.seconds(time.lowerBound - start, digits: 2) + " s")
            return link.text
        }
    }
}
